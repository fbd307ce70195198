"""A staggered grid in the frame of an open mug: from particles to its faces and back.

Cut cells: Batty, Bertails and Bridson, "A fast variational framework for accurate solid-fluid coupling", 2007.
"""

from itertools import product
from math import ceil

import numpy as np
from numpy.typing import NDArray

from msaclag.bench.trilinear import deposit

Field = NDArray[np.float64]
Flags = NDArray[np.bool_]

HEADROOM = 4
"""Cells above the lip."""
SAMPLES = 8
"""Along the edge of a cell, of the mug's shape."""
SMALLEST_ROOM = 0.05
"""Share of a full cell's kernel from which on a cell's fill is known."""


class MugGrid:
    """Cells over an upright cylinder that is open above. Fields are flat and share one index.

    Attributes:
        spacing: m, edge of a cell.
        strides: of a flat index along x, y and z.
        count: cells, and faces along each axis.
        areas: the open shares of the faces, by their normal's axis.
        room: the share of a cell's kernel that lies in the mug or above it.
        top: m, where the grid ends.
    """

    def __init__(self, radius: float, height: float, cells: int) -> None:
        """Lay the grid.

        Args:
            radius: m, inner.
            height: m, inner.
            cells: in a radius.
        """
        self._radius, self._height = radius, height
        self.spacing = radius / cells
        across, up = 2 * cells + 3, ceil(height / self.spacing) + 2 + HEADROOM
        self._shape = (across, across, up)
        self.strides, self.count = (across * up, up, 1), across * across * up
        self.top = height / 2 + (HEADROOM - 1) * self.spacing
        self._origin = np.array([-radius, -radius, -height / 2]) - self.spacing
        self._middles = self._origin + self.spacing / 2
        self._face_middles = [self._middles - self.spacing / 2 * (np.arange(3) == axis) for axis in range(3)]
        self.areas = [self._open_area(axis) for axis in range(3)]
        self._closed = [self._closed_faces(area) for area in self.areas]
        points = self._samples((0, 1, 2))
        inside = points[self._inside(points)]
        self.room = deposit((inside - self._middles) / self.spacing, np.ones(len(inside)), self.strides, self.count)
        self.room /= SAMPLES**3

    def fill(self, positions: Field, volume: float) -> Field:
        """How full the cells are of particles of `volume` (m^3) each at `positions` [N, 3]: 1 at rest."""
        places = (positions - self._middles) / self.spacing
        held = deposit(places, np.full(len(places), volume / self.spacing**3), self.strides, self.count)
        return np.divide(held, self.room, out=np.zeros(self.count), where=self.room > SMALLEST_ROOM)

    def places(self, positions: Field, axis: int) -> Field:
        """Where particles at `positions` [N, 3] lie among the faces across an axis, in cells."""
        return (positions - self._face_middles[axis]) / self.spacing

    def extend(self, flow: list[Field], known: list[Flags]) -> None:
        """Give closed faces the mean of the open `known` ones around them, in place."""
        for field, seen, (faces, around, open_faces) in zip(flow, known, self._closed, strict=True):
            use = open_faces & seen[around]
            count = use.sum(axis=0)
            sums = (field[around] * use).sum(axis=0)
            field[faces] = np.divide(sums, count, out=np.zeros(len(faces)), where=count > 0)

    def _inside(self, points: Field) -> Flags:
        x, y, z = np.moveaxis(points, -1, 0)
        return (z > -self._height / 2) & ((np.hypot(x, y) < self._radius) | (z > self._height / 2))

    def _samples(self, along: tuple[int, ...]) -> Field:
        """Points spread evenly over cells, or over faces where an axis is left out; [nodes, points of each, 3]."""
        places = (np.arange(SAMPLES) + 0.5) / SAMPLES
        steps = np.array(list(product(*(places if axis in along else (0.0,) for axis in range(3)))))
        # The last node's cell would lie outside the grid.
        nodes = np.stack(np.meshgrid(*(np.arange(size - 1) for size in self._shape), indexing="ij"), axis=-1)
        return self._origin + self.spacing * (nodes[..., None, :] + steps)

    def _open_area(self, axis: int) -> Field:
        area = np.zeros(self._shape)
        area[:-1, :-1, :-1] = self._inside(self._samples(tuple({0, 1, 2} - {axis}))).mean(axis=-1)
        np.moveaxis(area, axis, 0)[0] = 0.0  # no flow through the edge of the grid, where a flat index wraps around
        return area.ravel()

    def _closed_faces(self, area: Field) -> tuple[NDArray[np.int64], NDArray[np.int64], Flags]:
        """Closed faces with an open one among the 26 around: flat indices [M], those around [26, M], which are open."""
        steps = np.array([step for step in product((-1, 0, 1), repeat=3) if any(step)], np.int64) @ self.strides
        inner = np.zeros(self._shape, bool)
        inner[1:-1, 1:-1, 1:-1] = True
        faces: NDArray[np.int64] = np.flatnonzero((area == 0) & inner.ravel())
        around: NDArray[np.int64] = faces + steps[:, None]
        is_open: Flags = area[around] > 0
        beside = is_open.any(axis=0)
        return faces[beside], around[:, beside], is_open[:, beside]
