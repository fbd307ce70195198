"""The coffee as particles: an inviscid, incompressible liquid with a free surface, in the frame of the moving mug.

Zhu and Bridson, "Animating sand as a fluid", 2005 (FLIP); particles are kept apart after Kugelstadt et al., "Implicit
density projection for volume conserving liquids", 2019. It knows nothing of modes, slopes or quasi-static surfaces.
"""

from math import ceil, pi

import numpy as np

from kinova_pour_env.arm import Vector
from kinova_pour_env.liquid import GRAVITY
from kinova_pour_env.scene import Scene
from msaclag.bench.mug_grid import Field, Flags, MugGrid
from msaclag.bench.pressure import Pressure
from msaclag.bench.trilinear import deposit, gather

PARTICLES = 8
"""In a full cell."""
LONGEST_STEP = 1 / 240
"""s."""
PARTICLE_SHARE = 0.97
"""Of the velocity that a particle keeps as its own in a step; the rest comes from the grid, which damps."""
SEPARATION = 0.2
"""Share of too high or too low a density that is corrected in a step."""
TOLERANCE = 1e-3
"""Of the pressure; a tenth of it is enough for the separation."""


class ParticleLiquid:
    """Obeys what `kinova_pour_env.liquid.Liquid` does, from first principles and a thousand times slower.

    Attributes:
        volume: m^3 in the mug.
        poured: m^3 in the target cup, which never runs over.
        spilled: m^3 beside it.
        positions: [N, 3] m, of the particles in the mug, in cup_frame.
        velocities: [N, 3] m/s, relative to the mug, in cup_frame.
    """

    def __init__(self, scene: Scene, cells: int = 6) -> None:
        """Make the grid.

        Args:
            scene: the mug, the target cup and the table.
            cells: of the grid in a radius.
        """
        mug, cup = scene.mug, scene.target_cup
        self._radius, self._half = mug.radius, mug.height / 2
        self._grid = MugGrid(mug.radius, mug.height, cells)
        self._mouth = np.array([cup.x, cup.y, scene.table_height + cup.height])
        self._mouth_radius = cup.radius
        self.initial_volume = mug.fill * pi * mug.radius**2 * mug.height
        self._level = (mug.fill - 0.5) * mug.height
        self.positions: Field
        self.velocities: Field
        self._pressure: Field
        self._rotation: Vector
        self._spin: Vector

    def reset(self, rotation: Vector) -> None:
        """Fill the mug up to a level surface across its axis.

        Args:
            rotation: [3, 3], base from cup_frame.
        """
        random = np.random.default_rng(0)
        spacing = self._grid.spacing / round(PARTICLES ** (1 / 3))
        x = np.arange(-self._radius, self._radius, spacing)
        z = np.arange(-self._half, self._level, spacing)
        lattice = np.stack(np.meshgrid(x, x, z, indexing="ij"), axis=-1).reshape(-1, 3)
        places = lattice + random.uniform(0, spacing, lattice.shape)
        inside = (np.hypot(places[:, 0], places[:, 1]) < self._radius) & (places[:, 2] < self._level)
        self.positions = places[inside]
        self.velocities = np.zeros_like(self.positions)
        self._each = self.initial_volume / len(self.positions)
        self._pressure = np.zeros(self._grid.count)
        self._rotation, self._spin = rotation, np.zeros(3)
        self.poured = self.spilled = 0.0

    @property
    def volume(self) -> float:
        """m^3 in the mug."""
        return len(self.positions) * self._each

    def advance(
        self,
        dt: float,
        position: Vector,
        rotation: Vector,
        velocity: Vector,
        angular_velocity: Vector,
        acceleration: Vector,
    ) -> None:
        """Integrate one control period, at whose end the mug is where the arguments say.

        Args:
            dt: s.
            position: [3] m, of cup_frame in the base.
            rotation: [3, 3], base from cup_frame.
            velocity: [3] m/s.
            angular_velocity: [3] rad/s, base axes.
            acceleration: [3] m/s^2, base axes, the mean over the period.
        """
        substeps = ceil(dt / LONGEST_STEP)
        step = dt / substeps
        weight = -acceleration - np.array([0.0, 0.0, GRAVITY])
        before, after = weight @ self._rotation, weight @ rotation
        spin_before, spin_after = self._spin, angular_velocity @ rotation
        turning = (spin_after - spin_before) / dt
        for substep in range(1, substeps + 1):
            if not len(self.positions):
                break
            share, left = substep / substeps, dt - substep * step
            spin = spin_before + share * (spin_after - spin_before)
            self._accelerate(step, before + share * (after - before), spin, turning)
            above = self._flow(step)
            leaving = self._hit_walls(above)
            if leaving.any():
                moving = self.velocities[leaving] + np.cross(spin, self.positions[leaving])
                places = position - left * velocity + self.positions[leaving] @ rotation.T
                self._let_out(leaving, places, velocity - left * acceleration + moving @ rotation.T)
        self._rotation, self._spin = rotation, spin_after

    def _accelerate(self, step: float, weight: Vector, spin: Vector, turning: Vector) -> None:
        """Gravity less acceleration, and the forces of a frame that turns."""
        across = _cross_matrix(spin)
        by_place = -(_cross_matrix(turning) + across @ across)
        self.velocities += step * (weight + self.positions @ by_place.T - 2 * self.velocities @ across.T)

    def _flow(self, step: float) -> Flags:
        """Take the divergence off the flow, and move along; returns who was above the lip before."""
        grid = self._grid
        fill = grid.fill(self.positions, self._each)
        pressure = Pressure(grid, fill)
        places = [grid.places(self.positions, axis) for axis in range(3)]
        masses = [deposit(place, np.ones(len(place)), grid.strides, grid.count) for place in places]
        known = [mass > 0 for mass in masses]
        sums = [deposit(places[axis], self.velocities[:, axis], grid.strides, grid.count) for axis in range(3)]
        flow = [
            np.divide(total, mass, out=np.zeros(grid.count), where=mass > 0)
            for total, mass in zip(sums, masses, strict=True)
        ]
        self._pressure = pressure.solve(-pressure.divergence(flow), self._pressure, TOLERANCE)
        change = [-gradient for gradient in pressure.gradient(self._pressure)]
        crowding = np.clip(fill - 1, -0.5, 0.5)
        crowding = SEPARATION * grid.room * np.where(pressure.deep, crowding, np.maximum(crowding, 0.0))
        apart = pressure.solve(crowding * pressure.liquid, np.zeros(grid.count), 10 * TOLERANCE)
        shift = [-grid.spacing * gradient for gradient in pressure.gradient(apart)]
        new = [field + along for field, along in zip(flow, change, strict=True)]
        for fields in (new, flow, shift):
            grid.extend(fields, known)
        above: Flags = self.positions[:, 2] > self._half
        moved = np.empty_like(self.positions)
        for axis, place in enumerate(places):
            now, then, aside = gather(place, (new[axis], flow[axis], shift[axis]), grid.strides)
            own = self.velocities[:, axis] + now - then
            self.velocities[:, axis] = now + PARTICLE_SHARE * (own - now)
            moved[:, axis] = step * now + aside
        self.positions = self.positions + moved
        return above

    def _hit_walls(self, above: Flags) -> Flags:
        """Keep inside the mug what was inside; returns who has left over the lip."""
        places, speeds = self.positions, self.velocities
        distance = np.hypot(places[:, 0], places[:, 1])
        outside = distance > self._radius
        leaving: Flags = outside & (above | (places[:, 2] > self._half)) | (places[:, 2] > self._grid.top)
        hit = np.flatnonzero(outside & ~leaving)
        normal = places[hit, :2] / distance[hit, None]
        outward = np.maximum((speeds[hit, :2] * normal).sum(axis=1), 0.0)
        places[hit, :2] = normal * (self._radius * (1 - 1e-6))
        speeds[hit, :2] -= outward[:, None] * normal
        below = places[:, 2] < -self._half
        places[below, 2] = -self._half + 1e-9
        speeds[below, 2] = np.maximum(speeds[below, 2], 0.0)
        return leaving

    def _let_out(self, leaving: Flags, places: Field, speeds: Field) -> None:
        """Let particles fall, from `places` with `speeds` [M, 3] in the base frame, and count where they land."""
        drop = np.maximum(places[:, 2] - self._mouth[2], 0.0)
        fall = (speeds[:, 2] + np.sqrt(speeds[:, 2] ** 2 + 2 * GRAVITY * drop)) / GRAVITY
        fall = np.where(drop > 0, fall, 0.0)
        landing = places[:, :2] + fall[:, None] * speeds[:, :2] - self._mouth[:2]
        in_cup = int((np.hypot(*landing.T) < self._mouth_radius).sum())
        self.poured += in_cup * self._each
        self.spilled += (len(places) - in_cup) * self._each
        self.positions, self.velocities = self.positions[~leaving], self.velocities[~leaving]


def _cross_matrix(vector: Vector) -> Vector:
    """[3, 3] that turns x into vector × x."""
    x, y, z = vector
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
