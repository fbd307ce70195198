"""How late the periods begin."""

from collections import deque
from typing import NamedTuple

import numpy as np

KEPT = 2400
"""Periods: one minute."""


class Punctuality(NamedTuple):
    """Of the last minute's periods.

    Attributes:
        ticks: periods since the start.
        late_p50_ms: median of how late they began.
        late_p99_ms: 99th percentile.
        late_max_ms: the latest.
        skipped: periods that were left out since the start, because the machine stood still.
    """

    ticks: int
    late_p50_ms: float
    late_p99_ms: float
    late_max_ms: float
    skipped: int


class Clock:
    """When the next period begins. Periods missed by more than a few are left out, not made up for."""

    def __init__(self, period: float, now: float, patience: int = 4) -> None:
        """Take the period in s, the time, and how many missed periods are made up for."""
        self._period, self._patience = period, patience
        self.next = now + period
        self._lateness: deque[float] = deque(maxlen=KEPT)
        self._skipped = 0
        self._ticks = 0

    def begun(self, now: float) -> None:
        """A period begins."""
        late = now - self.next
        self._lateness.append(late)
        self._ticks += 1
        self.next += self._period
        missed = int(late / self._period)
        if missed > self._patience:
            self._skipped += missed
            self.next += missed * self._period

    def punctuality(self) -> Punctuality:
        """How it went."""
        late = 1e3 * np.array(self._lateness or [0.0])
        return Punctuality(
            self._ticks,
            float(np.percentile(late, 50)),
            float(np.percentile(late, 99)),
            float(late.max()),
            self._skipped,
        )
