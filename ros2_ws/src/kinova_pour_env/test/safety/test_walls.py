"""Whatever is wanted, the axis stays between its walls, and what is far from them is left alone."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kinova_pour_env.safety.axis_motion import (
    AT_REST,
    AxisLimits,
    AxisMotion,
    Braking,
    Room,
    approach,
    kept_between_walls,
)

PERIOD = 0.025
LIMITS = AxisLimits(0.28, 0.4 * PERIOD, 4.0 * PERIOD**2)
BRAKING = Braking(LIMITS._replace(change=0.23 * PERIOD), PERIOD, reaction_time=0.05)
WIDTH = 0.4


def places(targets: list[float], periods: int, position: float = 0.2) -> list[float]:
    """Of an arm that does as it is told, one period later."""
    motion, visited = AT_REST, [position]
    for target in targets:
        for _ in range(periods):
            position += motion.speed * PERIOD
            wanted = approach(target, motion, LIMITS)
            motion = kept_between_walls(wanted, motion, motion.speed, Room(position, WIDTH - position), BRAKING)
            visited.append(position)
            assert abs(motion.change) <= LIMITS.change + 1e-12
    return visited


@given(st.lists(st.floats(-0.28, 0.28), min_size=1, max_size=10), st.integers(1, 60))
def test_the_walls_are_kept(targets: list[float], periods: int) -> None:
    visited = places(targets, periods)
    assert min(visited) >= -1e-4 and max(visited) <= WIDTH + 1e-4


def test_a_wall_is_reached_smoothly_and_left_again() -> None:
    visited = places([0.25], 400)
    assert WIDTH - 0.002 < visited[-1] <= WIDTH
    assert all(after >= before - 1e-5 for before, after in pairwise(visited))
    visited = places([0.25, -0.25], 200)
    assert visited[-1] < 0.01


def test_far_from_the_walls_nothing_changes() -> None:
    motion = AxisMotion(0.1, 0.005)
    wanted = approach(0.25, motion, LIMITS)
    assert kept_between_walls(wanted, motion, 0.1, Room(1.0, 1.0), BRAKING) == wanted


def test_beyond_a_wall_only_the_way_back_is_open() -> None:
    outside = Room(-0.05, 0.5)
    assert kept_between_walls(AxisMotion(-0.002, -0.002), AT_REST, 0.0, outside, BRAKING).speed >= -1e-5
    inward = AxisMotion(0.002, 0.002)
    assert kept_between_walls(inward, AT_REST, 0.0, outside, BRAKING) == inward
