"""Transitions on their way: to disk first, and then to those who listen."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from kinova_pour_env.transition_log import LogError, TransitionLog
from msaclag_msgs.msg import Transition

RETRY = 1.0
"""s between two tries to write to a disk that took no more."""

_log = logging.getLogger(__name__)


class Logbook:
    """Writes and tells what is appended; beside the thread that appends, where that must not wait for a disk.

    Attributes:
        log: the transitions.
    """

    def __init__(
        self, log: TransitionLog, tell: Callable[[Transition], None], on_trouble: Callable[[str], None], *, beside: bool
    ) -> None:
        """Begin.

        Args:
            log: to write to.
            tell: called with each transition that is on disk, in order.
            on_trouble: called once when the disk takes no more, with what to say.
            beside: write in a thread of its own, when there is time for it, else at once in the one that appends.
        """
        self.log, self._tell, self._on_trouble = log, tell, on_trouble
        self._trouble = ""
        self._due, self._ending = Event(), False
        self._thread = Thread(target=self._write_beside, name="logbook") if beside else None
        if self._thread is not None:
            self._thread.start()

    @property
    def trouble(self) -> str:
        """Why what was appended is not on disk, after a new try; empty where it is, or soon will be."""
        if self._trouble and self._thread is None:
            self._write()
        return self._trouble

    def append(self, transition: Transition) -> None:
        """Number a transition; it is told of once it is on disk."""
        self.log.append(transition)
        if self._thread is None:
            self._write()

    def have_time(self) -> None:
        """Let the thread beside write now."""
        self._due.set()

    def close(self) -> None:
        """Write what is left, and end.

        Raises:
            LogError: it cannot be written.
        """
        self._ending = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()
        self._write()
        self.log.close()

    def _write_beside(self) -> None:
        while not self._ending:
            self._due.wait(RETRY)
            self._due.clear()
            self._write()

    def _write(self) -> None:
        try:
            for transition in self.log.flush():
                self._tell(transition)
            self._trouble = ""
        except LogError as error:
            self._note(str(error))
        except Exception as error:
            if self._thread is None:
                raise
            _log.exception("the thread beside")  # nobody else would learn of it
            self._note(f"what happens is not told any more: {error!r}")

    def _note(self, trouble: str) -> None:
        known, self._trouble = self._trouble, trouble
        if not known:
            self._on_trouble(f"{trouble}; the arm stands until it can be")
