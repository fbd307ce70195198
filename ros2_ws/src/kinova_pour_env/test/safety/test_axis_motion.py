"""Speeds go where they shall within their bounds, without overshoot; stops are as long as foretold."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinova_pour_env.safety.axis_motion import AT_REST, AxisLimits, AxisMotion, approach, stopping_distance

PERIOD = 0.025
LIMITS = AxisLimits(speed=0.28, change=0.4 * PERIOD, change_of_change=4.0 * PERIOD**2)
ROUNDING = 1e-12

speeds = st.floats(-0.28, 0.28)
limits = st.builds(
    lambda speed, acceleration, jerk: AxisLimits(speed, acceleration * PERIOD, jerk * PERIOD**2),
    st.floats(0.05, 0.28),
    st.floats(0.1, 2),
    st.floats(0.5, 100),
)


def driven(targets: list[float], bounds: AxisLimits, periods: int) -> list[AxisMotion]:
    motions = [AT_REST]
    for target in targets:
        for _ in range(periods):
            motions.append(approach(target, motions[-1], bounds))
    return motions


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=8), limits, st.integers(1, 30))
def test_speed_acceleration_and_jerk_stay_within_their_bounds(
    targets: list[float], bounds: AxisLimits, periods: int
) -> None:
    motions = driven(targets, bounds, periods)
    for before, after in pairwise(motions):
        assert abs(after.speed) <= bounds.speed + ROUNDING
        assert abs(after.change) <= bounds.change + ROUNDING
        assert abs(after.change - before.change) <= bounds.change_of_change + ROUNDING


@given(speeds, limits)
def test_from_rest_the_target_is_met_without_overshoot(target: float, bounds: AxisLimits) -> None:
    target = max(min(target, bounds.speed), -bounds.speed)
    motions = driven([target], bounds, 600)
    assert motions[-1].speed == pytest.approx(target, abs=1e-9)
    assert all(abs(motion.speed) <= abs(target) + ROUNDING for motion in motions)
    assert all(motion.change * target >= -ROUNDING for motion in motions)


def test_a_stop_from_full_speed_is_the_shortest_there_is() -> None:
    """From 0.25 m/s within 0.4 m/s^2 and 4 m/s^3: v/a + a/j = 0.725 s, an S-curve of v/2 on average."""
    motion, distance, periods = AxisMotion(0.25, 0.0), 0.0, 0
    while motion.speed > ROUNDING:
        motion = approach(0.0, motion, LIMITS)
        distance += motion.speed * PERIOD
        periods += 1
    assert periods * PERIOD == pytest.approx(0.725, abs=2 * PERIOD)
    assert distance == pytest.approx(stopping_distance(0.25, 0.0, LIMITS, PERIOD), abs=0.26 * PERIOD)
    assert stopping_distance(0.25, 0.0, LIMITS, PERIOD) == pytest.approx(0.25 * 0.725 / 2)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=6), limits, st.integers(1, 20))
def test_a_stop_is_no_longer_than_foretold(targets: list[float], bounds: AxisLimits, periods: int) -> None:
    motion = driven(targets, bounds, periods)[-1]
    foretold = stopping_distance(*motion, bounds, PERIOD)
    way, farthest = 0.0, 0.0
    for _ in range(400):
        motion = approach(0.0, motion, bounds)
        way += motion.speed * PERIOD
        farthest = max(farthest, way)
    assert farthest <= foretold + 1e-4
