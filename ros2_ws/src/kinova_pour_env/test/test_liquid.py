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
from kinova_pour_env.liquid import GRAVITY, MODE_SHARE, XI, Liquid
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Mug, Scene, TargetCup

PERIOD = 0.025
SUBSTEPS = 6
UPRIGHT = np.eye(3)
AT_REST = np.zeros(3)
ASIDE = np.array([0.3, 0.2, 0.4])


class Row(NamedTuple):
    """mm, share, ml, Hz, share of the mass, damping ratio, degrees, and three accelerations in m/s^2."""

    radius: float
    fill: float
    volume: float
    frequency: float
    sloshing_mass: float
    damping: float
    spill_tilt: float
    quasi_static: float
    step: float
    resonant: float

    @property
    def scene(self) -> Scene:
        return Scene(mug=Mug(radius=self.radius / 1000, height=0.095, fill=self.fill, damping=self.damping))


TABLE = [
    Row(40, 0.70, 334, 3.37, 0.27, 0.006, 35.5, 7.0, 3.8, 0.10),
    Row(40, 0.75, 358, 3.38, 0.25, 0.006, 30.7, 5.8, 3.2, 0.08),
    Row(40, 0.80, 382, 3.38, 0.24, 0.006, 25.4, 4.7, 2.5, 0.07),
    Row(35, 0.75, 274, 3.61, 0.22, 0.0065, 34.2, 6.7, 3.6, 0.10),
    Row(45, 0.75, 453, 3.18, 0.29, 0.0055, 27.8, 5.2, 2.8, 0.07),
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


def pour(liquid: Liquid, position: Vector, velocity: Vector = AT_REST, rate: float = 0.5) -> None:
    """Roll to the goal's angle at `rate` (rad/s), from rest, and let it run out."""
    liquid.reset(UPRIGHT)
    for tick in range(1, round(2 + Scene().goal_roll / rate / PERIOD) + 60):
        angle = min(rate * tick * PERIOD, Scene().goal_roll)
        spin = np.array([rate if angle < Scene().goal_roll else 0.0, 0.0, 0.0])
        liquid.advance(PERIOD, SUBSTEPS, position, roll(angle), velocity, spin, AT_REST)


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
    hold_tilted(liquid, rotation_from_angles([0.4, 0, radians(tilt)]), seconds=8)
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


@pytest.mark.parametrize("rate", [0.2, 0.4, 0.8])
@pytest.mark.parametrize("fill", [0.6, 0.75])
@pytest.mark.parametrize("radius", [0.035, 0.04])
def test_poured_from_the_goal_it_lands_in_the_cup(radius: float, fill: float, rate: float) -> None:
    scene = Scene(mug=Mug(radius=radius, fill=fill))
    liquid = Liquid(scene)
    pour(liquid, np.array(scene.goal_position), rate=rate)
    assert liquid.volume == 0
    assert liquid.spilled < PourCoffeeConfig().spill_tolerance


@pytest.mark.parametrize("aside", [(0.0, 0.12), (0.0, -0.1), (0.08, 0.0)])
def test_poured_too_far_from_the_goal_it_lands_beside(aside: tuple[float, float]) -> None:
    scene = Scene()
    liquid = Liquid(scene)
    pour(liquid, np.add(scene.goal_position, (*aside, 0.0)))
    assert liquid.spilled == pytest.approx(liquid.initial_volume, rel=0.05)


def test_the_lip_throws_the_coffee_along() -> None:
    """At 1 m/s along x the fall from the lip to the mouth takes the coffee out of the cup, or into it from beside."""
    scene = Scene()
    x, y, z = scene.goal_position
    lip = z - 0.04 * sin(scene.goal_roll) + 0.0475 * cos(scene.goal_roll)
    fall = sqrt(2 * (lip - scene.target_cup.height) / GRAVITY)
    speed = np.array([1.0, 0.0, 0.0])
    for start, poured in ((x, False), (x - fall, True)):
        liquid = Liquid(scene)
        pour(liquid, np.array([start, y, z]), speed)
        assert (liquid.poured > 0.8 * liquid.initial_volume) == poured
        assert (liquid.spilled > 0.8 * liquid.initial_volume) == (not poured)


def test_a_full_cup_runs_over() -> None:
    cup = TargetCup(radius=0.055, height=0.03)
    scene = Scene(target_cup=cup)
    liquid = Liquid(scene)
    pour(liquid, np.array(scene.goal_position))
    assert liquid.poured == pytest.approx(pi * cup.radius**2 * cup.height)
    assert liquid.spilled == pytest.approx(liquid.initial_volume - liquid.poured)


def test_the_lip_is_a_weir() -> None:
    """Rouse's overfall and a sharp-crested weir: what stands above the lip leaves slower the less there is of it."""
    liquid = Liquid(Scene())
    liquid.reset(roll(radians(45)))
    left = []
    for _ in range(160):
        liquid.advance(PERIOD, SUBSTEPS, ASIDE, roll(radians(45)), AT_REST, AT_REST, AT_REST)
        left.append(liquid.volume - liquid.initial_volume / 0.75 * 0.5789)
    shares = np.diff(left) / PERIOD / np.array(left[:-1])
    assert -4 < shares[2] < -0.5
    assert shares[20] < shares[60]
    assert left[-1] < 0.02 * left[0]


def test_what_leaves_takes_its_part_of_the_wave_along() -> None:
    slopes = []
    for fill in (0.7, 0.9):
        liquid = Liquid(Scene(mug=Mug(fill=fill)))
        liquid.reset(UPRIGHT)
        for tick in range(24):
            drive = np.array([3.0 if tick < 6 else 0.0, 0.0, 0.0])
            liquid.advance(PERIOD, SUBSTEPS, ASIDE, UPRIGHT, AT_REST, AT_REST, drive)
            slopes.append(abs(liquid.wall_slope[0]))
    assert liquid.spilled > 0
    assert max(slopes[36:]) < 0.9 * max(slopes[12:24])


@each_row
def test_the_wave_dies_away_as_its_damping_says(row: Row) -> None:
    liquid = Liquid(row.scene)
    liquid.reset(roll(0.1))
    extremes, before, rising = [], liquid.wall_slope[1], False
    for _ in range(24 * 40):
        liquid.advance(PERIOD / SUBSTEPS, 1, ASIDE, UPRIGHT, AT_REST, AT_REST, AT_REST)
        now = liquid.wall_slope[1]
        if rising and now < before:
            extremes.append(before)
        rising, before = now > before, now
    decrement = np.log(extremes[0] / extremes[-1]) / (len(extremes) - 1)
    assert decrement == pytest.approx(2 * pi * row.damping / sqrt(1 - row.damping**2), rel=0.03)


@each_row
def test_the_wall_rise_is_that_of_the_sloshing_mass(row: Row) -> None:
    """The rise is xi^2 h m1 / (m R) times the mass's displacement, g / omega^2 for a unit slope."""
    radius, depth = row.radius / 1000, row.fill * 0.095
    displacement = GRAVITY / (2 * pi * row.frequency) ** 2
    rise = XI**2 * depth * row.sloshing_mass / radius * displacement
    assert rise == pytest.approx(MODE_SHARE * radius, rel=0.03)


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
