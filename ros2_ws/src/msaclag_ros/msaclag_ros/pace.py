"""How often something happens in a node, and how long it takes, between two tellings of its health. No ROS import."""

import time
from collections import deque
from collections.abc import Callable

KEPT = 10_000
"""Events between two tellings; a simulation has some thousands."""


class Pace:
    """Events of one kind. One thread notes them, another may tell of them; neither waits for the other."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing has happened; `clock` gives s."""
        self._clock = clock
        self._count = 0
        self._durations: deque[float] = deque(maxlen=KEPT)
        self._told_count, self._told_at = 0, clock()

    def note(self, duration: float | None = None) -> None:
        """It happened, and took so many s."""
        self._count += 1
        if duration is not None:
            self._durations.append(duration)

    def tell(self, rate: str, duration: str = "") -> dict[str, str]:
        """Since the last time, for `Health.values`.

        Args:
            rate: name of the events per second.
            duration: name of how long they took: the median, the 99th percentile and the longest.
        """
        now, count = self._clock(), self._count
        elapsed = max(now - self._told_at, 1e-9)
        told = {rate: f"{(count - self._told_count) / elapsed:.1f}"}
        self._told_count, self._told_at = count, now
        if duration:
            taken = sorted(self._durations.popleft() for _ in range(len(self._durations)))
            quantiles = [f"{1e3 * taken[round(share * (len(taken) - 1))]:.1f}" for share in (0.5, 0.99, 1) if taken]
            told[f"{duration}, ms (p50, p99, max)"] = ", ".join(quantiles)
        return told
