"""The person beside the arm: what waits for them, and that they have looked."""

import logging
from collections.abc import Iterator
from threading import Event

_log = logging.getLogger(__name__)


class Attendance:
    """A wait on one thread that an acknowledgement from another ends."""

    def __init__(self, *, automatic: bool) -> None:
        """Nothing waits.

        Args:
            automatic: there is no person and nothing to be afraid of: no wait lasts.
        """
        self._automatic = automatic
        self._acknowledged = Event()
        self._faults: frozenset[str] = frozenset()
        self._awaited = ""

    def acknowledge(self, faults: tuple[str, ...]) -> str:
        """The person has looked.

        Args:
            faults: of the arm, which this acknowledges too.

        Returns:
            What waited for it, in words; empty if nothing did.
        """
        awaited = self._awaited or ", ".join(faults)
        if awaited:
            self._faults = frozenset(faults)
            self._acknowledged.set()
        return awaited

    @property
    def acknowledged(self) -> bool:
        """Whether the person has looked since the last wait."""
        return self._acknowledged.is_set()

    def knows(self, faults: tuple[str, ...]) -> bool:
        """Whether all of these have been acknowledged, since the last `forget`."""
        return self._automatic or self._faults.issuperset(faults)

    def forget(self) -> None:
        """What was acknowledged until now is of the past."""
        self._acknowledged.clear()
        self._faults = frozenset()

    def wait(self, awaited: str) -> Iterator[None]:
        """Yields as long as nobody has acknowledged; uses the acknowledgement up, but for the faults that it was of.

        Args:
            awaited: what the person is to do, for the log.
        """
        self._awaited = awaited
        try:
            if not self._automatic and not self._acknowledged.is_set():
                _log.warning("%s, then call acknowledge", awaited)
                while not self._acknowledged.is_set():
                    yield
        finally:
            self._awaited = ""
            self._acknowledged.clear()
