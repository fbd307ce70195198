"""The coffee as a body: what lies in a cylinder below a tilted plane."""

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.liquid import GRAVITY

SEGMENTS, RINGS = 32, 6

Array = NDArray[np.float64]


class Coffee:
    """The mesh of the coffee in a vessel: a surface of rings and a wall down to the bottom.

    Attributes:
        faces: [F, 3], which never change.
    """

    def __init__(self, radius: float, height: float) -> None:
        """Of an upright cylinder, inner radius and height in m, whose bottom's middle is the origin."""
        self._height = height
        angles = np.linspace(0, 2 * np.pi, SEGMENTS, endpoint=False)
        radii = radius * np.arange(1, RINGS + 1) / RINGS
        ring = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        self._points = np.concatenate([np.zeros((1, 2)), *(each * ring for each in radii)])
        self._areas = np.concatenate([[0.25], np.repeat(np.arange(1.0, RINGS + 1), SEGMENTS)])
        self._areas[-SEGMENTS:] /= 2  # the outermost ring stands for half a ring's width
        self.faces = _faces()

    def vertices(self, fill: float, slope: Array) -> Array:
        """[V, 3] m.

        Args:
            fill: volume over the vessel's capacity.
            slope: [2], rise over run of the surface, to where it is highest.
        """
        tilt = self._points @ slope
        low, high = -float(tilt.max()), self._height - float(tilt.min())
        for _ in range(30):
            middle = (low + high) / 2
            if self._mean(middle + tilt) < fill * self._height:
                low = middle
            else:
                high = middle
        surface = np.clip(high + tilt, 1e-4, self._height)
        top = np.column_stack([self._points, surface])
        rim = top[-SEGMENTS:]
        return np.concatenate([top, rim, rim * [1, 1, 0]])

    def _mean(self, surface: Array) -> float:
        depths = np.clip(surface, 0.0, self._height)
        return float(depths @ self._areas / self._areas.sum())


def slope_of(slosh: float, spilling: float, rotation: Array, acceleration: Array, before: Array) -> Array:
    """The slope [2] of the surface in cup_frame.

    CupMotion tells how high the surface stands at the wall, not on which side. It is drawn where gravity and
    acceleration drive it, or where it was, when these drive it nowhere.

    Args:
        slosh: as in CupMotion.
        spilling: slope at which this volume reaches the lip.
        rotation: [3, 3], base from cup_frame.
        acceleration: [3] m/s^2, of the cup, base axes.
        before: [2], drawn last.
    """
    pull = rotation.T @ (-acceleration - [0, 0, GRAVITY])
    lateral = pull[:2] if np.hypot(*pull[:2]) > 0.02 * GRAVITY else before
    length = float(np.hypot(*lateral))
    return lateral * (slosh * spilling / length) if length > 0 else np.zeros(2)


def _faces() -> NDArray[np.uint32]:
    ahead = (np.arange(SEGMENTS) + 1) % SEGMENTS
    here = np.arange(SEGMENTS)
    faces = [np.stack([np.zeros_like(here), 1 + here, 1 + ahead], axis=1)]
    for ring in range(RINGS - 1):
        inner, outer = 1 + ring * SEGMENTS, 1 + (ring + 1) * SEGMENTS
        faces += _band(inner + here, inner + ahead, outer + here, outer + ahead)
    rim = 1 + RINGS * SEGMENTS
    faces += _band(rim + here, rim + ahead, rim + SEGMENTS + here, rim + SEGMENTS + ahead)
    return np.concatenate(faces).astype(np.uint32)


def _band(
    inner: NDArray[np.intp], inner_ahead: NDArray[np.intp], outer: NDArray[np.intp], outer_ahead: NDArray[np.intp]
) -> list[NDArray[np.intp]]:
    return [np.stack([inner, outer, outer_ahead], axis=1), np.stack([inner, outer_ahead, inner_ahead], axis=1)]
