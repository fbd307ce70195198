"""What is let pass on its way to the arm: bounded, slower near limits, and always with a way back."""

from dataclasses import replace
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kinova_pour_env.arm import Arm, ArmState
from kinova_pour_env.gen3 import ACTUATED_JOINTS, HOME
from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.safety.axis_motion import Motion
from kinova_pour_env.safety.motion_limiter import STANDING, MotionLimiter, standing
from kinova_pour_env.safety.nearness import Nearness
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety.slowdown import Slowdown

TASK, CONFIG, PERIOD = PourCoffeeConfig(), SafetyConfig(), 0.025
UPWARD = np.array([0, 0, 0.2, 0, 0, 0])


def after(limiter: MotionLimiter, wanted: list[float], state: ArmState, periods: int) -> Motion:
    motion = STANDING
    for _ in range(periods):
        motion = limiter.step(np.array(wanted, dtype=float), state, motion)
    return motion


def test_the_first_twist_is_gentle_and_the_wanted_one_is_reached(floating_cup: Arm) -> None:
    limiter, state = MotionLimiter(TASK, CONFIG, PERIOD), floating_cup.read()
    wanted = [0.1, -0.1, 0.05, 0.3]
    assert np.abs(after(limiter, wanted, state, 1).speed).max() <= 4.0 * PERIOD**2 + 1e-12
    assert after(limiter, wanted, state, 80).speed == pytest.approx(wanted)
    assert standing(STANDING) and not standing(after(limiter, wanted, state, 1))


def test_speeds_are_cut(floating_cup: Arm) -> None:
    limiter = MotionLimiter(TASK, SafetyConfig(linear_speed=0.05, roll_speed=0.1), PERIOD)
    assert after(limiter, [0.2, -0.2, 0.0, 0.8], floating_cup.read(), 100).speed == pytest.approx([0.05, -0.05, 0, 0.1])


def test_towards_a_joint_limit_it_gets_slower_and_stands_but_may_go_back() -> None:
    slowdown = Slowdown(CONFIG)
    joints, limit = np.array(HOME), ACTUATED_JOINTS[3].limit
    shares = []
    for position in (-2.0, -2.4, -2.5, -(limit - CONFIG.joint_margin), -limit):
        joints[3] = position
        jacobian = cup_kinematics(joints).jacobian
        outward = jacobian @ np.array([0, 0, 0, -0.3, 0, 0, 0])
        shares.append(slowdown.share(outward, joints))
        assert slowdown.share(-outward, joints) > 0.5
    assert shares[0] == 1 and shares[-2:] == pytest.approx([0, 0], abs=1e-9)
    assert all(later <= earlier for earlier, later in pairwise(shares))


def test_stretched_out_it_is_slow_both_ways() -> None:
    stretched = np.array([0, 0.8, np.pi, -0.01, 0, 0.5, np.pi / 2])
    cup = cup_kinematics(stretched)
    outward = np.array([*0.2 * cup.position / np.linalg.norm(cup.position), 0, 0, 0])
    share = Slowdown(CONFIG).share(outward, stretched)
    assert 0.05 < share < 0.5
    assert Slowdown(CONFIG).share(-outward, stretched) > 0.05
    assert Slowdown(CONFIG).share(UPWARD, np.array(HOME)) == 1


@settings(max_examples=30)
@given(st.lists(st.floats(-3, 3), min_size=7, max_size=7), st.lists(st.floats(-0.3, 0.3), min_size=6, max_size=6))
def test_a_share_is_a_share_wherever_the_arm_is(joints: list[float], twist: list[float]) -> None:
    assert 0 <= Slowdown(CONFIG).share(np.array(twist), np.array(joints)) <= 1


@pytest.mark.parametrize(("distance", "share"), [(inf, 1.0), (1.0, 1.0), (0.08, 0.5), (0.01, 0.0), (-0.01, 0.0)])
def test_other_bodies_are_approached_ever_slower_and_left_freely(distance: float, share: float) -> None:
    """A ceiling above the mug: upward at 0.2 m/s it would be met within 0.7 s from a distance of 0.15 m.

    Two other bodies stay near each other all the time, which hides nothing.
    """
    ceiling = cup_kinematics(np.array(HOME)).position[2] + distance

    def nearest(joints: np.ndarray) -> Nearness:
        cup = cup_kinematics(joints)
        above = ceiling - cup.position[2] if np.isfinite(ceiling) else 1.0
        return Nearness(np.array([above, 0.005]), np.array([-cup.jacobian[2], np.zeros(7)]))

    slowdown = Slowdown(CONFIG, nearest)
    assert slowdown.share(UPWARD, np.array(HOME)) == pytest.approx(share, abs=0.03)
    assert slowdown.share(-UPWARD, np.array(HOME)) == 1


def test_a_mug_outside_its_workspace_comes_back(floating_cup: Arm) -> None:
    limiter = MotionLimiter(TASK, CONFIG, PERIOD)
    outside = replace(floating_cup.read(), cup_position=np.array([0.8, 0.0, 0.4]))
    assert after(limiter, [0.2, 0.1, 0, 0], outside, 60).speed[:2] == pytest.approx([-0.05, 0.1], abs=1e-3)
    assert standing(after(limiter, [0, 0, 0, 0], outside, 60))
    assert after(limiter, [-0.1, 0, 0, 0], outside, 60).speed[0] == pytest.approx(-0.1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"linear_jerk": 0.0}, "linear_jerk"),
        ({"linear_acceleration": 0.4}, "linear_acceleration"),
        ({"guard_timeout": 0.05}, "guard_timeout is 0.05 s, below watchdog_timeout 0.1 s"),
    ],
)
def test_settings_that_are_no_limits_are_refused(changes: dict[str, float], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SafetyConfig(**changes)
