"""The person beside the arm: what waits for them, and that they have looked, or filled the mug."""

import logging
from collections.abc import Iterator
from threading import Event

_log = logging.getLogger(__name__)


class _Word:
    """What a person says, by the service of that name, to end one kind of wait.

    Attributes:
        said: since the wait before.
        awaited: what the person is to do; empty while nothing waits for this word.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.said = Event()
        self.awaited = ""

    def wait(self, awaited: str) -> Iterator[None]:
        """Yields until it is said, and uses it up."""
        self.awaited = awaited
        try:
            if not self.said.is_set():
                _log.warning("%s, then call %s", awaited, self._name)
                while not self.said.is_set():
                    yield
        finally:
            self.awaited = ""
            self.said.clear()


class Attendance:
    """Waits on one thread that a word from another ends: `acknowledge` those for faults, `refilled` that for the mug.

    Who fills the mug may be a machine, which sees neither arm nor room: its word is good for nothing else.
    """

    def __init__(self, *, automatic: bool) -> None:
        """Nothing waits.

        Args:
            automatic: there is no person and nothing to be afraid of: no wait lasts.
        """
        self._automatic = automatic
        self._looked, self._filled = _Word("acknowledge"), _Word("refilled")
        self._faults: frozenset[str] = frozenset()

    def acknowledge(self, faults: tuple[str, ...]) -> str:
        """The person has looked at the arm's faults; while the mug is awaited, at none.

        Returns:
            What waited for it, in words; empty if nothing did.
        """
        if self._filled.awaited:
            return ""
        awaited = self._looked.awaited or ", ".join(faults)
        if awaited:
            self._faults = frozenset(faults)
            self._looked.said.set()
        return awaited

    def refilled(self) -> str:
        """The mug is full.

        Returns:
            What waited for it, in words; empty if nothing did.
        """
        awaited = self._filled.awaited
        if awaited:
            self._filled.said.set()
        return awaited

    def knows(self, faults: tuple[str, ...]) -> bool:
        """Whether all of these have been acknowledged, since the last `forget`."""
        return self._automatic or self._faults.issuperset(faults)

    def forget(self) -> None:
        """What was acknowledged until now is of the past."""
        self._looked.said.clear()
        self._faults = frozenset()

    def wait_for_acknowledgement(self, awaited: str) -> Iterator[None]:
        """Yields as long as nobody has acknowledged; uses the acknowledgement up, but for the faults that it was of.

        Args:
            awaited: what the person is to do, for the log.
        """
        return iter(()) if self._automatic else self._looked.wait(awaited)

    def wait_for_refill(self, awaited: str) -> Iterator[None]:
        """Yields until the mug was filled after this began.

        Args:
            awaited: what the person is to do, for the log.
        """
        self._filled.said.clear()
        return iter(()) if self._automatic else self._filled.wait(awaited)
