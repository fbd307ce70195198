"""Timing several things against each other: in rounds, so that what else the machine does meets all of them."""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

WARMING = 3
"""Calls of each contestant before the first round."""


class Spread(NamedTuple):
    """Quartiles of repeated measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        """The quartiles of `values`."""
        low, median, high = np.percentile(values, (25, 50, 75))
        return cls(float(median), float(low), float(high))

    def scaled(self, factor: float) -> "Spread":
        """In another unit."""
        return Spread(*(factor * value for value in self))

    def rate(self, count: float) -> "Spread":
        """How many a second, where this is the time in s for `count`."""
        return Spread(count / self.median, count / self.high, count / self.low)


def race(
    contestants: Mapping[str, Callable[[], object]],
    rounds: int,
    block: float,
    tell: Callable[[str], object],
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Spread]:
    """Time calls of the `contestants`.

    Args:
        contestants: by name.
        rounds: each contestant is timed once in a round.
        block: s for which a contestant is called in a round; once if a call takes longer.
        tell: called with the contestant's name before each block.
        clock: the time in s.

    Returns:
        s for one call: quartiles over the rounds of the mean within a block.
    """

    def time_of(run: Callable[[], object], calls: int) -> float:
        start = clock()
        for _ in range(calls):
            run()
        return (clock() - start) / calls

    calls = {}
    for name, run in contestants.items():
        tell(name)
        calls[name] = max(1, round(block / min(time_of(run, 1) for _ in range(WARMING))))
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            tell(name)
            times[name].append(time_of(run, calls[name]))
    return {name: Spread.of(values) for name, values in times.items()}
