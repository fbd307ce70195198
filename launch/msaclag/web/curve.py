"""A curve that grows for as long as a run lasts and never costs more than its first hour."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LONGEST = 1200
"""Points; a plot is some 400 pixels wide."""


class Curve:
    """Rows of figures over an abscissa; when it is full every second row goes, and from then on every second comes."""

    def __init__(self, figures: int) -> None:
        """No rows of so many figures."""
        self._rows: list[tuple[float, ...]] = []
        self._figures = figures
        self._stride = 1
        self._skipped = 0

    def append(self, abscissa: float, figures: Sequence[float]) -> None:
        """Add a row; one that lies before the last begins the curve anew."""
        if self._rows and abscissa < self._rows[-1][0]:
            self._rows, self._stride, self._skipped = [], 1, 0
        self._skipped += 1
        if self._skipped < self._stride:
            return
        self._skipped = 0
        self._rows.append((float(abscissa), *map(float, figures)))
        if len(self._rows) > LONGEST:
            del self._rows[1::2]
            self._stride *= 2

    def columns(self) -> tuple[NDArray[np.float64], ...]:
        """The abscissa [N] and each figure [N]; N is at least 1."""
        rows = self._rows or [(0.0, *[np.nan] * self._figures)]
        return tuple(np.array(rows).T.copy())
