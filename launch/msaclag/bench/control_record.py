"""What the arm's own journal says of a driver: how even its stream is, how soon an action is executed, a stop taken."""

from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from kinova_pour_env.gen3 import COMMAND_PERIOD
from sim_bridge.kortex_emulator.journal import Order, Period

STANDING_SPEED, STANDING_TURN = 1e-3, 5e-3
"""m/s and rad/s: a slower mug stands."""


class Asked(NamedTuple):
    """An observation.

    Attributes:
        episode, step: of it.
        time: s of CLOCK_MONOTONIC, when it was published.
    """

    episode: int
    step: int
    time: float


class Told(NamedTuple):
    """A transition.

    Attributes:
        episode, step: of it.
        time: s of CLOCK_MONOTONIC, when it was published.
        commands: sent in the step.
        last: the episode ended with it.
    """

    episode: int
    step: int
    time: float
    commands: int
    last: bool


class Executed(NamedTuple):
    """An action as the arm got it.

    Attributes:
        episode, step: of it.
        first: number of its first order.
        commands: how many it became.
    """

    episode: int
    step: int
    first: int
    commands: int


class Stop(NamedTuple):
    """A stop, in ms.

    Attributes:
        takes_hold: from the arrival of the last good action's first twist to that of the stop's first order.
        ramp: from there until the mug stands.
    """

    takes_hold: float
    ramp: float


class Record:
    """A stretch of the arm's journal beside what was published meanwhile."""

    def __init__(self, journal: dict[str, Sequence[Any]], asked: Sequence[Asked], told: Sequence[Told]) -> None:
        """Put them together.

        Args:
            journal: of `EmulatorControl`.
            asked: in the order of their times.
            told: likewise.
        """
        self.orders = [Order(*order) for order in journal["orders"]]
        self.periods = [Period(*period) for period in journal["periods"]]
        self._times = [order.time for order in self.orders]
        self._asked, self._told = asked, told
        self.executed = [
            Executed(each.episode, each.step, self._after(each.time) - each.commands, each.commands)
            for each in told
            if each.commands and not each.last and self._after(each.time) >= each.commands
        ]

    @property
    def ends_an_episode(self) -> bool:
        """Whether one ended in the stretch, so that a stop may have met the arm in its reset."""
        return any(each.last for each in self._told)

    def jitter(self) -> list[float]:
        """In ms: how much two twists of an episode on end came closer or further than a period."""
        off = []
        for before, after in pairwise(self.executed):
            if (after.episode, after.step) == (before.episode, before.step + 1):
                stretch = self._times[before.first : after.first + 1]
                off += [1e3 * abs(later - earlier - COMMAND_PERIOD) for earlier, later in pairwise(stretch)]
        return off

    def latencies(self) -> list[float]:
        """In ms: from each observation to the arrival of the twist that its action became."""
        found = []
        for each in self.executed:
            arrived = self._times[each.first]
            asked = [
                observation.time
                for observation in self._asked
                if (observation.episode, observation.step) == (each.episode, each.step) and observation.time < arrived
            ]
            if asked:
                found.append(1e3 * (arrived - asked[-1]))
        return found

    def stop_of_a_silent_learner(self) -> Stop | None:
        """The last action's end is followed by the first twist of the soft stop; None if it did not come."""
        if not self.executed:
            return None
        last = self.executed[-1]
        return self._stop(self._times[last.first], last.first + last.commands)

    def stop_by_another(self, frozen: float) -> Stop | None:
        """The first order that is no twist, after the process that sends these was frozen; None if it did not come."""
        stops = (
            number
            for number, order in enumerate(self.orders)
            if order.time > frozen and order.method != "SendTwistCommand"
        )
        number = next(stops, None)
        finished = [each for each in self._told if each.time < frozen]
        if number is None or not finished:
            return None
        begun = self._after(finished[-1].time)  # the step that the freeze cut off, if it had begun
        begun = begun if begun < number else begun - finished[-1].commands
        return self._stop(self._times[begun], number)

    def _after(self, time: float) -> int:
        """Number of the first order after it."""
        return bisect(self._times, time)

    def _stop(self, action: float, number: int) -> Stop | None:
        if number >= len(self.orders):
            return None
        hold = self._times[number]
        stands = (
            period.time
            for period in self.periods
            if period.time > hold and period.speed < STANDING_SPEED and period.turn < STANDING_TURN
        )
        stood = next(stands, None)
        return None if stood is None else Stop(1e3 * (hold - action), 1e3 * (stood - hold))
