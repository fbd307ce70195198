"""The episodes as the console saw them, and where each violation happened."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

REMEMBERED = 200
"""Episodes."""
UNCLAIMED = 1.0
"""s after which a violation that no step's cost tells of counts as one between the episodes."""

Place = tuple[float, float, float]


@dataclass(slots=True)
class SeenViolation:
    """A violation, and where the mug was.

    Attributes:
        kind: as in SafetyViolation.
        message: as in SafetyViolation.
        heard: s of the monotonic clock.
        episode: 0 where it was in none.
        step: at whose end it was known.
        place: m, of the mug's middle in the base frame; None where nobody told.
    """

    kind: str
    message: str
    heard: float
    episode: int = 0
    step: int = 0
    place: Place | None = None


@dataclass(slots=True)
class Episode:
    """One episode, so far.

    Attributes:
        number: as the environment counts.
        evaluation: it is not learned from.
        steps: transitions heard.
        total: sum of their rewards.
        success: the mug was held in the goal's pose, without a violation.
        violated: a step had a cost.
        poured: share of the coffee in the target cup.
        spilled: share beside it.
        ended: it is over.
        whole: all its steps were heard.
        violations: that were seen in it.
    """

    number: int
    evaluation: bool
    steps: int = 0
    total: float = 0.0
    success: bool = False
    violated: bool = False
    poured: float = 0.0
    spilled: float = 0.0
    ended: bool = False
    whole: bool = True
    violations: list[SeenViolation] = field(default_factory=list)


class Episodes:
    """Puts transitions and violations together.

    Attributes:
        seen: the last ones, the newest at the end.
        violations: the last ones.
        missed: transitions that the console did not hear; the environment's log has them.
    """

    def __init__(self) -> None:
        """Nothing was seen."""
        self.seen: deque[Episode] = deque(maxlen=REMEMBERED)
        self.violations: deque[SeenViolation] = deque(maxlen=REMEMBERED)
        self.missed = 0
        self._next_seq = 0
        self._pending: list[SeenViolation] = []

    def violated(self, message: Any, now: float) -> None:
        """A SafetyViolation was heard; the transition that it made costly follows it."""
        self._pending.append(SeenViolation(message.kind, message.message, now))

    def stepped(self, message: Any) -> Episode | None:
        """A Transition was heard; returns the episode that it ended, if it did."""
        if self._next_seq and message.seq > self._next_seq:
            self.missed += message.seq - self._next_seq
        self._next_seq = message.seq + 1
        episode = self._episode_of(message)
        episode.whole &= message.step == episode.steps
        if message.duration > 0 or message.cost:
            episode.steps += 1
        episode.total += message.reward
        figures = dict(zip(message.info_names, message.info_values, strict=False))
        episode.poured = figures.get("poured", episode.poured)
        episode.spilled = figures.get("spilled", episode.spilled)
        episode.violated |= bool(message.cost)
        episode.success = bool(figures.get("success", episode.success)) and not episode.violated
        episode.ended = message.terminated or message.truncated
        if message.cost:
            x, y, z = message.next_observation[:3]
            self._place(message.episode, message.step, (x, y, z), episode)
        return episode if episode.ended else None

    def settle(self, now: float, place: Place | None) -> None:
        """Violations that no step accounts for happened between the episodes, with the mug at `place`."""
        if self._pending and now - self._pending[-1].heard > UNCLAIMED:
            self._place(0, 0, place, None)

    def _episode_of(self, message: Any) -> Episode:
        if not self.seen or self.seen[-1].number != message.episode or (self.seen[-1].ended and not message.step):
            self.seen.append(Episode(message.episode, message.evaluation))
        return self.seen[-1]

    def _place(self, episode: int, step: int, place: Place | None, into: Episode | None) -> None:
        for violation in self._pending:
            violation.episode, violation.step, violation.place = episode, step, place
            self.violations.append(violation)
            if into is not None:
                into.violations.append(violation)
        self._pending = []
