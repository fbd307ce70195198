"""How much an open cylinder holds when its surface is tilted: a closed form, and its inverse as a table."""

from math import asin, atan, pi, sqrt

import numpy as np

STEEPEST = 100.0
"""Slope from which on nothing is held (0.01 rad from the vertical)."""


class Vessel:
    """A cylinder filled up to a plane surface through its lip; the surface's slope is against its bottom."""

    def __init__(self, radius: float, height: float) -> None:
        """Make the table.

        Args:
            radius: m, inner.
            height: m, inner.
        """
        self.radius = radius
        self.height = height
        self.capacity = pi * radius**2 * height
        self._dry_slope = height / (2 * radius)
        slopes = np.tan(np.linspace(atan(self._dry_slope), atan(STEEPEST), 512))
        self._volumes = np.array([self.holds(float(slope)) for slope in slopes[::-1]])
        self._slopes = slopes[::-1].copy()

    def holds(self, slope: float) -> float:
        """The volume below a surface of this slope through the lip, m^3.

        Until the bottom falls dry it is pi R^2 (H - R slope); beyond that a cylindrical hoof,
        the integral of 2 sqrt(R^2 - x^2) slope (edge - x) from the lip's side x = -R to the edge of the wetted bottom.
        """
        radius, height = self.radius, self.height
        if slope <= self._dry_slope:
            return self.capacity - pi * radius**3 * slope
        if slope >= STEEPEST:
            return 0.0
        edge = height / slope - radius
        half_chord = sqrt(radius**2 - edge**2)
        wetted = edge * half_chord + radius**2 * (asin(edge / radius) + pi / 2)
        return slope * (edge * wetted + 2 / 3 * half_chord**3)

    def surface(self, slope: float) -> float:
        """The area of a surface of this slope a little above the lip, m^2, as seen along the axis.

        A circle until the bottom falls dry. Beyond that the part of it that reaches from the lip to the edge of the
        wetted bottom, which counts as wide as the mug: so it soon is when the liquid stands higher than the lip.
        """
        return pi * self.radius**2 * (self._dry_slope / slope if slope > self._dry_slope else 1.0)

    def slope_that_spills(self, volume: float) -> float:
        """The slope at which a volume (m^3) reaches the lip: `STEEPEST` when there is none, 0 when it is full."""
        if 2 * volume >= self.capacity:
            return max(0.0, (self.capacity - volume) / (pi * self.radius**3))
        return float(np.interp(volume, self._volumes, self._slopes))
