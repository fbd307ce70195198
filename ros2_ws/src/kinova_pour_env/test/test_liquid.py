"""The liquid against the computed table of a carried mug, and the properties no motion may break.

The table: mode 1 of an upright cylinder in closed form. A constant acceleration from rest overshoots to
1 + k exp(-zeta pi / sqrt(1 - zeta^2)) of the static rise; at resonance the wave grows to k / (2 zeta) of it.
"""

from collections.abc import Callable
from math import cos, exp, pi, radians, sin, sqrt, tan
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinova_pour_env.arm import Vector
from kinova_pour_env.kinematics import rotation_from_angles, rotation_from_vector
from kinova_pour_env.liquid import GRAVITY, MODE_SHARE, Liquid
from kinova_pour_env.scene import Mug, Scene, TargetCup

PERIOD = 0.025
SUBSTEPS = 6
UPRIGHT = np.eye(3)
AT_REST = np.zeros(3)
ASIDE = np.array([0.3, 0.2, 0.4])


class Row(NamedTuple):
    """mm, share, ml, Hz, damping ratio, degrees, and three accelerations in m/s^2."""

    radius: float
    fill: float
    volume: float
    frequency: float
    damping: float
    spill_tilt: float
    quasi_static: float
    step: float
    resonant: float

    @property
    def scene(self) -> Scene:
        return Scene(mug=Mug(radius=self.radius / 1000, height=0.095, fill=self.fill, damping=self.damping))


TABLE = [
    Row(40, 0.70, 334, 3.37, 0.006, 35.5, 7.0, 3.8, 0.10),
    Row(40, 0.75, 358, 3.38, 0.006, 30.7, 5.8, 3.2, 0.08),
    Row(40, 0.80, 382, 3.38, 0.006, 25.4, 4.7, 2.5, 0.07),
    Row(35, 0.75, 274, 3.61, 0.0065, 34.2, 6.7, 3.6, 0.10),
    Row(45, 0.75, 453, 3.18, 0.0055, 27.8, 5.2, 2.8, 0.07),
]
each_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.radius:g}mm-{row.fill:g}")


def peak_slosh(liquid: Liquid, seconds: float, acceleration: Callable[[float], float]) -> float:
    """The highest slosh of an upright mug accelerated along x from rest."""
    liquid.reset(UPRIGHT)
    peak = 0.0
    for tick in range(round(seconds / PERIOD)):
        drive = np.array([acceleration((tick + 0.5) * PERIOD), 0.0, 0.0])
        liquid.advance(PERIOD, SUBSTEPS, ASIDE, UPRIGHT, AT_REST, AT_REST, drive)
        peak = max(peak, liquid.slosh)
    return peak


def hold_tilted(liquid: Liquid, rotation: Vector, position: Vector = ASIDE, seconds: float = 3.0) -> None:
    """Let the liquid run out of a mug that stands still, tilted; it begins at rest."""
    liquid.reset(rotation)
    for _ in range(round(seconds / PERIOD)):
        liquid.advance(PERIOD, SUBSTEPS, position, rotation, AT_REST, AT_REST, AT_REST)


def roll(angle: float) -> Vector:
    return rotation_from_angles([0, 0, angle])


@each_row
def test_volume(row: Row) -> None:
    assert Liquid(row.scene).initial_volume * 1e6 == pytest.approx(row.volume, abs=0.6)


@each_row
def test_frequency(row: Row) -> None:
    liquid = Liquid(row.scene)
    liquid.reset(roll(0.1))
    crossings, before = [], liquid.wall_slope[1]
    for substep in range(1, 24 * 20):
        liquid.advance(PERIOD / SUBSTEPS, 1, ASIDE, UPRIGHT, AT_REST, AT_REST, AT_REST)
        now = liquid.wall_slope[1]
        if before < 0 <= now:
            crossings.append((substep - now / (now - before)) * PERIOD / SUBSTEPS)
        before = now
    frequency = (len(crossings) - 1) / (crossings[-1] - crossings[0])
    assert frequency == pytest.approx(row.frequency, abs=0.01)


@each_row
def test_step_acceleration_that_spills(row: Row) -> None:
    def spills(factor: float) -> bool:
        return peak_slosh(Liquid(row.scene), 2.0, lambda time: factor * row.step) > 1

    assert not spills(0.96)
    assert spills(1.04)


@each_row
def test_step_response_is_the_static_rise_and_the_wave_on_it(row: Row) -> None:
    liquid = Liquid(row.scene)
    acceleration = 0.5 * row.step
    overshoot = 1 + MODE_SHARE * exp(-row.damping * pi / sqrt(1 - row.damping**2))
    freeboard_slope = tan(radians(row.spill_tilt))
    expected = acceleration / GRAVITY * overshoot / freeboard_slope
    assert peak_slosh(liquid, 1.0, lambda time: acceleration) == pytest.approx(expected, rel=0.02)


@each_row
def test_quasi_static_acceleration_that_spills(row: Row) -> None:
    def peak(factor: float) -> float:
        return peak_slosh(Liquid(row.scene), 4.0, lambda time: factor * row.quasi_static * min(1.0, time / 3))

    assert peak(0.97) < 1 < peak(1.04)


@each_row
def test_resonant_acceleration_that_spills(row: Row) -> None:
    def peak(factor: float) -> float:
        drive = factor * row.resonant
        return peak_slosh(Liquid(row.scene), 40.0, lambda time: drive * sin(2 * pi * row.frequency * time))

    assert peak(0.9) < 1 < peak(1.11)


@each_row
def test_spill_tilt(row: Row) -> None:
    liquid = Liquid(row.scene)
    hold_tilted(liquid, roll(radians(row.spill_tilt - 0.1)), seconds=0.5)
    assert liquid.spilled == 0
    assert liquid.slosh == pytest.approx(1, abs=0.01)
    hold_tilted(liquid, roll(radians(row.spill_tilt + 0.3)), seconds=0.5)
    assert liquid.spilled > 0


@pytest.mark.parametrize(("tilt", "left"), [(49.9, 0.50), (60, 0.32), (70, 0.17), (80, 0.06), (85, 0.02)])
def test_left_of_a_tilted_mug(tilt: float, left: float) -> None:
    liquid = Liquid(Scene())
    hold_tilted(liquid, rotation_from_angles([0.4, 0, radians(tilt)]))
    assert liquid.fill == pytest.approx(left, abs=0.006)


@pytest.mark.parametrize("tilt", [91, 100, 135, 180])
def test_everything_leaves_an_overturned_mug(tilt: float) -> None:
    liquid = Liquid(Scene())
    hold_tilted(liquid, roll(radians(tilt)))
    assert liquid.volume == 0
    assert liquid.slosh < 2


def test_at_rest_the_surface_is_level_whatever_the_tilt() -> None:
    liquid = Liquid(Scene())
    for angle in (-0.4, 0.0, 0.3):
        hold_tilted(liquid, roll(angle), seconds=0.1)
        assert liquid.wall_slope == pytest.approx((0, -tan(angle)))
    assert liquid.volume == liquid.initial_volume


def test_a_mug_that_turns_about_its_axis_leaves_the_wave_where_it_is() -> None:
    still, turning = Liquid(Scene()), Liquid(Scene())
    rotation, spin = UPRIGHT, np.array([0.0, 0.0, 1.5])
    for liquid in (still, turning):
        liquid.reset(roll(0.3))
    for _ in range(60):
        rotation = rotation_from_vector(PERIOD * spin) @ rotation
        still.advance(PERIOD, SUBSTEPS, ASIDE, UPRIGHT, AT_REST, AT_REST, AT_REST)
        turning.advance(PERIOD, SUBSTEPS, ASIDE, rotation, AT_REST, spin, AT_REST)
    in_base = rotation @ (*turning.wall_slope, 0.0)
    assert in_base[:2] == pytest.approx(still.wall_slope, abs=1e-9)


def test_accelerating_upwards_makes_the_liquid_heavier() -> None:
    light, heavy = Liquid(Scene()), Liquid(Scene())
    peaks = []
    for liquid, up in ((light, 0.0), (heavy, GRAVITY)):
        liquid.reset(UPRIGHT)
        liquid.advance(PERIOD, SUBSTEPS, ASIDE, UPRIGHT, AT_REST, AT_REST, np.array([1.0, 0.0, up]))
        for _ in range(400):
            liquid.advance(PERIOD, SUBSTEPS, ASIDE, UPRIGHT, AT_REST, AT_REST, np.array([1.0, 0.0, up]))
        peaks.append(-liquid.wall_slope[0])
    assert peaks == pytest.approx([1 / GRAVITY, 0.5 / GRAVITY], rel=0.05)


@pytest.mark.parametrize(("offset", "in_cup"), [(0.05, True), (0.12, False), (-0.02, False)])
def test_where_the_coffee_lands(offset: float, in_cup: bool) -> None:
    scene = Scene()
    x, y, z = scene.goal_position
    liquid = Liquid(scene)
    hold_tilted(liquid, roll(scene.goal_roll), np.array([x, y - scene.goal_offset + offset, z]))
    landed = (liquid.poured, liquid.spilled) if in_cup else (liquid.spilled, liquid.poured)
    assert landed == pytest.approx((liquid.initial_volume, 0.0))


def test_the_lip_throws_the_coffee_along() -> None:
    """At 1 m/s the fall from the lip to the mouth takes the coffee out of the cup, or into it from beside."""
    scene = Scene()
    x, y, z = scene.goal_position
    lip = z - 0.04 * sin(scene.goal_roll) + 0.0475 * cos(scene.goal_roll)
    fall = sqrt(2 * (lip - scene.target_cup.height) / GRAVITY)
    speed = np.array([1.0, 0.0, 0.0])
    for start, poured in ((x, False), (x - fall, True)):
        liquid = Liquid(scene)
        liquid.reset(UPRIGHT)
        for _ in range(4):
            liquid.advance(PERIOD, SUBSTEPS, np.array([start, y, z]), roll(scene.goal_roll), speed, AT_REST, AT_REST)
        assert (liquid.poured > 0) == poured
        assert (liquid.spilled > 0) == (not poured)


def test_a_full_cup_runs_over() -> None:
    scene = Scene(target_cup=TargetCup(radius=0.04, height=0.04))
    liquid = Liquid(scene)
    hold_tilted(liquid, roll(scene.goal_roll), np.array(scene.goal_position))
    assert liquid.poured == pytest.approx(pi * 0.04**2 * 0.04)
    assert liquid.spilled == pytest.approx(liquid.initial_volume - liquid.poured)


@given(
    mug=st.builds(
        Mug,
        radius=st.floats(0.02, 0.06),
        height=st.floats(0.05, 0.2),
        fill=st.floats(0.01, 0.99),
        damping=st.floats(0.001, 0.2),
    ),
    seed=st.integers(0, 2**32 - 1),
    violence=st.floats(0, 20),
)
@settings(max_examples=60, deadline=None)
def test_no_motion_makes_or_loses_coffee(mug: Mug, seed: int, violence: float) -> None:
    random = np.random.default_rng(seed)
    liquid = Liquid(Scene(mug=mug))
    rotation = UPRIGHT
    gone = 0.0
    for _ in range(80):
        spin = violence * random.normal(size=3)
        rotation = rotation_from_vector(PERIOD * spin) @ rotation
        position, velocity, acceleration = random.normal(size=(3, 3)) * (1.0, violence, 3 * violence)
        liquid.advance(PERIOD, SUBSTEPS, position, rotation, velocity, spin, acceleration)
        total = liquid.volume + liquid.poured + liquid.spilled
        assert total == pytest.approx(liquid.initial_volume, rel=1e-12)
        assert 0 <= liquid.volume <= liquid.initial_volume
        assert liquid.poured + liquid.spilled >= gone
        assert np.isfinite(liquid.wall_slope).all()
        assert 0 <= liquid.slosh < np.inf
        gone = liquid.poured + liquid.spilled


def test_the_same_motion_is_the_same_liquid() -> None:
    def slopes() -> list[tuple[float, float]]:
        liquid = Liquid(Scene())
        random = np.random.default_rng(3)
        seen = []
        for _ in range(50):
            liquid.advance(PERIOD, SUBSTEPS, ASIDE, UPRIGHT, AT_REST, AT_REST, random.normal(size=3))
            seen.append(liquid.wall_slope)
        return seen

    assert slopes() == slopes()
