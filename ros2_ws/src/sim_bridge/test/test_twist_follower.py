import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinova_pour_env import gen3
from kinova_pour_env.kinematics import cup_kinematics, rotation_from_vector, small_rotation_vector
from sim_bridge.twin_config import TwinConfig
from sim_bridge.twist_follower import PERIOD, TwistFollower

LIMITS = np.array([joint.limit for joint in gen3.ACTUATED_JOINTS])
FASTEST = np.array([joint.velocity for joint in gen3.ACTUATED_JOINTS])
ACCELERATIONS = np.array([joint.acceleration for joint in gen3.ACTUATED_JOINTS])


@pytest.fixture
def follower():
    return TwistFollower(TwinConfig())


def cup_of(follower):
    return cup_kinematics(follower.joint_positions)


def test_the_ramp_reaches_the_commanded_speed_in_time_and_keeps_the_direction(follower):
    commanded = np.array([0.12, -0.16, 0, 0, 0, 0])  # 0.2 m/s: 0.5 s at 0.4 m/s^2
    for period in range(1, 21):
        follower.step(commanded)
        np.testing.assert_allclose(follower.twist, commanded * period / 20, atol=1e-9)


def test_too_fast_a_command_is_shortened_and_not_bent(follower):
    for _ in range(60):
        before = cup_of(follower).position
        follower.step(np.array([0, 0.9, 1.2, 0, 0, 0]))
    velocity = (cup_of(follower).position - before) / PERIOD
    assert np.linalg.norm(velocity) <= 0.5
    np.testing.assert_allclose(velocity / np.linalg.norm(velocity), (0, 0.6, 0.8), atol=0.02)


def test_what_is_not_commanded_does_not_drift(follower):
    start = cup_of(follower)
    for twist, periods in (((0, -0.15, -0.1, 0, 0, 0), 60), ((0,) * 6, 20), ((0, 0, 0, 0.8, 0, 0), 90), ((0,) * 6, 80)):
        before = cup_of(follower)
        for _ in range(periods):
            follower.step(np.array(twist, dtype=float))
        if twist[3]:
            np.testing.assert_allclose(cup_of(follower).position, before.position, atol=1e-3)
    turned = cup_of(follower).rotation @ start.rotation.T
    roll = np.arctan2(turned[2, 1], turned[1, 1])
    assert roll > 1
    np.testing.assert_allclose(turned, rotation_from_vector((roll, 0, 0)), atol=2e-3)


def test_reversing_a_move_comes_back(follower):
    start = cup_of(follower).position
    for sign in (1, 0, -1, 0):
        for _ in range(40):
            follower.step(sign * np.array([0.05, 0.1, -0.1, 0.2, -0.1, 0.1]))
    np.testing.assert_allclose(cup_of(follower).position, start, atol=1e-3)


@settings(deadline=None, max_examples=25)
@given(st.lists(arrays(float, 6, elements=st.floats(-3, 3)), min_size=4, max_size=8))
def test_no_limit_is_passed_under_any_twist(twists):
    follower = TwistFollower(TwinConfig())
    for twist in twists:
        for _ in range(40):
            before, cup = follower.joint_positions, cup_of(follower)
            follower.step(twist)
            step = follower.joint_positions - before
            assert (np.abs(step) <= FASTEST * PERIOD * (1 + 1e-9)).all()
            assert (np.abs(follower.joint_positions) < LIMITS).all()
            motion = cup.jacobian @ step / PERIOD
            assert np.linalg.norm(motion[:3]) <= 0.5 + 1e-9
            assert np.linalg.norm(motion[3:]) <= gen3.ANGULAR_SPEED + 1e-9


def test_full_stretch_slows_the_arm_and_does_not_jump(follower):
    speeds, steps = [], []
    for _ in range(300):
        before, cup = follower.joint_positions, cup_of(follower)
        follower.step(np.array([0.25, 0, 0, 0, 0, 0]))
        steps.append(follower.joint_positions - before)
        speeds.append(np.linalg.norm(cup_of(follower).position - cup.position) / PERIOD)
    accelerations = np.abs(np.diff(steps, axis=0)) / PERIOD**2
    assert max(speeds) > 0.2
    assert speeds[-1] < 0.01
    assert (accelerations <= ACCELERATIONS * (1 + 1e-6)).all()
    turn = small_rotation_vector(cup_of(follower).rotation)
    assert np.linalg.norm(turn) < np.radians(0.5)
    stretched = cup_of(follower).position[0]
    for _ in range(160):
        follower.step(np.array([-0.1, 0, 0, 0, 0, 0]))
    assert cup_of(follower).position[0] < stretched - 0.1


@pytest.mark.parametrize("axis", range(6))
@pytest.mark.parametrize("sign", [1, -1])
def test_what_ran_against_a_limit_comes_back(follower, axis, sign):
    twist = np.zeros(6)
    twist[axis] = sign * (0.25 if axis < 3 else 1.5)
    for _ in range(300):
        follower.step(twist)
    before = follower.joint_positions
    for _ in range(200):
        follower.step(-0.4 * twist)
    assert np.abs(follower.joint_positions - before).max() > 0.2
