"""The violations of one step, each kind once; what other threads report waits until the step looks."""

from collections import deque

from kinova_pour_env.detectors import WATCHDOG, Violation, asks_for_a_hard_stop


class ViolationLog:
    """One thread notes and takes; `report` may come from others.

    Attributes:
        seen: in the step, the first at the front.
    """

    def __init__(self) -> None:
        """Nothing was seen."""
        self.seen: list[Violation] = []
        self._reported: deque[Violation] = deque()

    def clear(self) -> None:
        """Forget everything."""
        self.seen = []
        self._reported.clear()

    def report(self, violation: Violation) -> None:
        """A violation that another detector saw, for `note_reported`."""
        self._reported.append(violation)

    @property
    def reported(self) -> bool:
        """Whether a report waits."""
        return bool(self._reported)

    def note(self, found: list[Violation]) -> list[Violation]:
        """Add what was found; gives what is new of it."""
        new = [violation for violation in found if all(violation.kind != noted.kind for noted in self.seen)]
        self.seen.extend(new)
        return new

    def note_reported(self) -> None:
        """Add what was reported."""
        while self._reported:
            self.note([self._reported.popleft()])

    @property
    def asks_for_a_hard_stop(self) -> bool:
        """Whether one of those seen does."""
        return any(asks_for_a_hard_stop(violation) for violation in self.seen)

    @property
    def stopped_the_arm(self) -> bool:
        """Whether one of those seen is the watchdog's, who has stopped the arm already."""
        return any(violation.kind == WATCHDOG for violation in self.seen)

    def take(self) -> tuple[Violation, ...]:
        """What was seen; the next step begins."""
        seen, self.seen = tuple(self.seen), []
        return seen
