"""What makes a flow on a `MugGrid` one of an incompressible liquid with a free surface.

A surface between cells: Gibou et al., "A second-order-accurate symmetric discretization of the Poisson equation on
irregular domains", 2002.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from msaclag.bench.mug_grid import Field, MugGrid
from msaclag.bench.trilinear import conjugate_gradients

NEAREST_SURFACE = 0.05
"""Cells: a surface closer to a cell's middle counts as being so far away, which bounds the matrix."""
MOST_ITERATIONS = 200


class Pressure:
    """The Poisson equation in the liquid: no flow through the mug's wall, no pressure at the surface.

    All fields are flat. A face lies between the cell of its own index and the one a stride before.

    Attributes:
        liquid: the cells that are more than half full.
        deep: those of them that no air touches.
    """

    def __init__(self, grid: MugGrid, fill: Field) -> None:
        """Set up the matrix.

        Args:
            grid: of the mug.
            fill: how full the cells are.
        """
        self.liquid = fill > 0.5
        self.deep = self.liquid.copy()
        self._grid = grid
        couplings, self._slope = list[Field](), list[Field]()
        self._diagonal = np.zeros(len(fill))
        depth = _depth(fill)
        for area, upper, lower in self._faces():
            above, below, open_share = self.liquid[upper], self.liquid[lower], area[upper]
            edge = above ^ below
            inner, outer = np.maximum(depth[upper], depth[lower]), np.minimum(depth[upper], depth[lower])
            distance = np.divide(inner, inner - outer, out=np.ones(edge.shape), where=edge)
            slope = np.where(above | below, 1 / np.maximum(distance, NEAREST_SURFACE), 0.0)
            self._slope.append(slope)
            couplings.append(np.concatenate([np.zeros(lower.stop * -1), open_share * (above & below)]))
            self._diagonal[upper] += open_share * slope
            self._diagonal[lower] += open_share * slope
            touched = edge & (open_share > 0)
            self.deep[upper] &= ~touched
            self.deep[lower] &= ~touched
        self._couplings = (couplings[0], couplings[1], couplings[2])
        self.liquid &= self._diagonal > 0
        self._diagonal[~self.liquid] = 1.0

    def divergence(self, flow: list[Field]) -> Field:
        """What leaves each cell of the liquid, in the flow's unit."""
        leaving = np.zeros(len(self.liquid))
        for field, (area, upper, lower) in zip(flow, self._faces(), strict=True):
            through = (field * area)[upper]
            leaving[lower] += through
            leaving[upper] -= through
        return leaving * self.liquid

    def solve(self, source: Field, guess: Field, tolerance: float) -> Field:
        """The pressure whose gradient has the divergence `source`: conjugate gradients.

        Args:
            source: zero outside the liquid.
            guess: to begin with.
            tolerance: of the residual's length over the source's.
        """
        return conjugate_gradients(
            self._diagonal,
            self._couplings,
            self._grid.strides,
            source,
            np.where(self.liquid, guess, 0.0),
            tolerance,
            MOST_ITERATIONS,
        )

    def gradient(self, pressure: Field) -> list[Field]:
        """What a pressure takes off the flow through each face; nothing where there is no liquid."""
        gradients = list[Field]()
        for slope, (_, upper, lower) in zip(self._slope, self._faces(), strict=True):
            gradient = np.zeros(len(self.liquid))
            gradient[upper] = slope * (pressure[upper] - pressure[lower])
            gradients.append(gradient)
        return gradients

    def _faces(self) -> Iterator[tuple[Field, slice, slice]]:
        """Of each axis: the open shares of the faces, the cells above them and those below."""
        for area, stride in zip(self._grid.areas, self._grid.strides, strict=True):
            yield area, slice(stride, None), slice(None, -stride)


def _depth(fill: Field) -> NDArray[np.float64]:
    """Signed distance of a cell's middle below a plane surface, in cells: a trilinear kernel's fill, inverted."""
    part = np.clip(fill, 0.0, 1.0)
    return np.where(part > 0.5, 1 - np.sqrt(2 * (1 - part)), np.sqrt(2 * part) - 1)
