import dataclasses
import time
from math import pi

import numpy as np
import pybullet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmError, find_arm
from kinova_pour_env.kinematics import angles_from_rotation, cup_kinematics, rotation_from_vector, small_rotation_vector
from kinova_pour_env.scene import Scene, TargetCup
from sim_bridge.twin import Twin
from sim_bridge.twin_config import TwinConfig

HOME = cup_kinematics(np.array(gen3.HOME)).position


def begin(twin, seed=0):
    return list(twin.reset(np.random.default_rng(seed)))


def same(one, other):
    """Bit-equal but for the time."""
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        for field in dataclasses.fields(one)
        if field.name != "time"
    )


def run(twin, seed=0, periods=80):
    begin(twin, seed)
    random = np.random.default_rng(5)
    states = []
    for period in range(periods):
        if period % 8 == 0:
            twin.send_twist(random.uniform(-0.3, 0.3, 6))
        states.append(twin.advance())
    return states


def test_the_arm_called_sim_is_the_twin():
    assert find_arm("sim") is Twin
    assert Twin.Config is TwinConfig


def test_reset_stands_upright_near_home(twin):
    for seed in range(5):
        assert begin(twin, seed) == ["home", "refill"]
        state = twin.read()
        assert (np.abs(state.cup_position - HOME) <= 0.0201).all()
        np.testing.assert_allclose(state.cup_rotation, np.eye(3), atol=2e-4)
        assert np.abs(state.joint_velocities).max() < 1e-4
        assert not state.contacts and not state.faults


def test_the_pose_of_the_goal_is_reached_and_the_mug_emptied_without_touching(twin, drive):
    begin(twin)
    goal = twin.scene.goal_position
    states = drive(twin, goal) + drive(twin, goal, twin.scene.goal_roll)
    assert not any(state.contacts or state.faults for state in states)
    angles = angles_from_rotation(states[-1].cup_rotation)
    np.testing.assert_allclose(angles, (0, 0, 1.75), atol=0.01)


def test_the_physics_follows_the_reference(twin, drive):
    begin(twin)
    position, rotation = twin.read().cup_position, twin.read().cup_rotation
    velocity = np.zeros(6)
    for period in range(200):
        wanted = np.array([0, -0.12, -0.12, 0, 0, 0]) if period < 60 else np.array([0, 0, 0, 0.8, 0, 0])
        twin.send_twist(wanted)
        for part in (slice(3), slice(3, 6)):
            change = wanted[part] - velocity[part]
            velocity[part] += change * min(1, 0.01 / max(np.linalg.norm(change), 1e-12))
        position = position + velocity[:3] * 0.025
        rotation = rotation_from_vector(velocity[3:] * 0.025) @ rotation
        state = twin.advance()
        assert np.linalg.norm(state.cup_position - position) < 1e-3
        assert np.linalg.norm(small_rotation_vector(state.cup_rotation @ rotation.T)) < np.radians(0.2)
    assert angles_from_rotation(rotation)[2] > 1


def test_velocities_are_those_of_the_cup(twin):
    begin(twin)
    twin.send_twist(np.array([0.1, -0.1, 0.05, 0.3, -0.2, 0.1]))
    for _ in range(40):
        state = twin.advance()
    motion = cup_kinematics(state.joint_positions).jacobian @ state.joint_velocities
    np.testing.assert_allclose(np.append(state.cup_velocity, state.cup_angular_velocity), motion, atol=1e-5)
    np.testing.assert_allclose(motion, (0.1, -0.1, 0.05, 0.3, -0.2, 0.1), atol=0.01)
    np.testing.assert_allclose(state.cup_position, cup_kinematics(state.joint_positions).position, atol=1e-6)


def test_a_twist_is_kept_until_it_is_replaced_and_stop_ramps_to_rest(twin):
    begin(twin)
    twin.send_twist(np.array([0, -0.1, 0, 0, 0, 0]))
    for _ in range(60):
        state = twin.advance()
    assert state.cup_velocity[1] == pytest.approx(-0.1, abs=0.003)
    twin.stop()
    speeds = [np.linalg.norm(twin.advance().cup_velocity) for _ in range(30)]
    np.testing.assert_allclose(-np.diff([0.1, *speeds[:9]]), 0.01, atol=0.004)
    assert speeds[-1] < 1e-3


def test_the_emergency_stop_stands_at_once_and_refuses_twists_until_reset(twin):
    begin(twin)
    twin.send_twist(np.array([0, -0.3, 0, 0, 0, 0]))
    for _ in range(40):
        moving = twin.advance()
    assert np.linalg.norm(moving.cup_velocity) > 0.28
    twin.emergency_stop()
    assert twin.read().faults == ("emergency stop",)
    for _ in range(4):
        state = twin.advance()
    assert np.linalg.norm(state.cup_velocity) < 0.01
    assert np.linalg.norm(state.cup_position - moving.cup_position) < 0.02
    with pytest.raises(ArmError, match="emergency stop"):
        twin.send_twist(np.zeros(6))
    still = state.cup_position
    for _ in range(40):
        state = twin.advance()
    np.testing.assert_allclose(state.cup_position, still, atol=5e-4)
    begin(twin)
    assert twin.read().faults == ()
    twin.send_twist(np.zeros(6))


def test_the_efforts_are_those_that_gravity_asks_for_and_bounded(twin, make_twin):
    for arm in (twin, make_twin(config=TwinConfig(physics_rate=480))):
        state = arm.read()
        world = arm._world
        gravity = pybullet.calculateInverseDynamics(
            world.arm, state.joint_positions.tolist(), [0.0] * 7, [0.0] * 7, physicsClientId=world.client
        )
        np.testing.assert_allclose(state.joint_torques, gravity, atol=0.1)
        arm.send_twist(np.array([0.5, 0.5, 0.5, 1, 1, 1]))
        limits = np.array([joint.effort for joint in gen3.ACTUATED_JOINTS])
        for _ in range(40):
            assert (np.abs(arm.advance().joint_torques) <= limits * (1 + 1e-6)).all()


@settings(deadline=None, max_examples=5)
@given(st.lists(arrays(float, 6, elements=st.floats(-2, 2)), min_size=3, max_size=3))
def test_measured_limits_hold_under_any_twist(twists):
    limits = np.array([joint.limit for joint in gen3.ACTUATED_JOINTS])
    fastest = np.array([joint.velocity for joint in gen3.ACTUATED_JOINTS])
    twin = Twin(Scene())
    for twist in twists:
        twin.send_twist(twist)
        for _ in range(40):
            state = twin.advance()
            if state.contacts:
                break
            assert (np.abs(state.joint_positions) < np.minimum(limits, pi + 1e-9)).all()
            assert (np.abs(state.joint_velocities) <= 1.01 * fastest).all()
            assert np.linalg.norm(state.cup_velocity) <= 1.03 * gen3.LINEAR_SPEED
            assert np.linalg.norm(state.cup_angular_velocity) <= 1.03 * gen3.ANGULAR_SPEED
    twin.close()


def test_replays_are_bit_equal_whatever_happened_before(twin, make_twin, drive):
    first = run(twin)
    twin.send_twist(np.array([0, 0, -0.3, 0, 0, 0]))
    while not twin.advance().contacts:
        pass
    again = run(twin)
    other = run(make_twin())
    assert all(map(same, first, again))
    assert all(map(same, first, other))


def test_real_time_waits_for_the_wall_clock(make_twin):
    patient = make_twin(config=TwinConfig(real_time=True))
    before = time.monotonic()
    for _ in range(8):
        patient.advance()
    assert 0.15 < time.monotonic() - before < 1


def test_time_never_goes_back(twin):
    begin(twin)
    before = twin.advance().time
    begin(twin)
    assert twin.read().time > before
    assert twin.advance().time == pytest.approx(twin.read().time)


def test_leaving_a_reset_early_leaves_the_arm_standing(twin):
    begin(twin)
    twin.send_twist(np.array([0, -0.2, 0, 0, 0, 0]))
    for _ in range(20):
        twin.advance()
    phases = twin.reset(np.random.default_rng(1))
    next(phases)
    phases.close()
    for _ in range(40):
        state = twin.advance()
    assert np.linalg.norm(state.cup_velocity) < 1e-3


@pytest.mark.parametrize("twist", [np.full(6, np.nan), [np.inf, 0, 0, 0, 0, 0], [0.1, 0.2]])
def test_a_twist_that_is_none_is_refused(twin, twist):
    with pytest.raises(ArmError, match="six finite numbers"):
        twin.send_twist(twist)


def test_a_start_that_touches_is_refused(make_twin):
    with pytest.raises(ArmError, match="mug and target_cup"):
        make_twin(Scene(target_cup=TargetCup(x=0.62, y=0.03, height=0.3), table_height=0.1))


def test_diverged_physics_is_named_and_reset_repairs_it(twin, make_twin):
    world = twin._world
    pybullet.resetJointState(world.arm, 1, float("nan"), physicsClientId=world.client)
    with pytest.raises(ArmError, match="diverged"):
        twin.advance()
    assert all(map(same, run(twin, periods=20), run(make_twin(), periods=20)))


def test_a_lost_world_is_named(twin):
    pybullet.disconnect(twin._world.client)
    with pytest.raises(ArmError, match="closed, or its window"):
        twin.advance()


def test_a_closed_twin_says_so(twin):
    twin.close()
    twin.close()
    with pytest.raises(ArmError, match="closed"):
        twin.advance()


def test_twins_do_not_disturb_each_other(make_twin):
    moving, standing = make_twin(), make_twin()
    before = standing.read().cup_position
    moving.send_twist(np.array([0, 0.2, 0, 0, 0, 0]))
    for _ in range(40):
        moving.advance()
    assert np.linalg.norm(moving.read().cup_position - HOME) > 0.08
    np.testing.assert_array_equal(standing.read().cup_position, before)


def test_pictures(twin):
    picture = twin.render(64, 48)
    assert picture.shape == (48, 64, 3)
    assert picture.dtype == np.uint8
    assert picture.std() > 5
