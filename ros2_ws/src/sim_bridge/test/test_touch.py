import numpy as np
import pybullet
import pytest

from kinova_pour_env.kinematics import cup_kinematics


def touch(twin, twist, periods=400):
    twin.send_twist(np.array(twist, dtype=float))
    for _ in range(periods):
        state = twin.advance()
        if state.contacts:
            return state
    raise AssertionError("nothing was touched")


def test_the_mug_touches_the_table(twin):
    state = touch(twin, (0, 0, -0.2, 0, 0, 0))
    assert [contact.bodies for contact in state.contacts] == [("mug", "table")]
    assert not state.contacts[0].self_collision
    assert abs(state.contacts[0].distance) < 2e-3
    assert state.cup_position[2] == pytest.approx((0.095 + 0.002) / 2, abs=2e-3)


def test_the_mug_touches_the_target_cup(twin, drive):
    cup = twin.scene.target_cup
    drive(twin, (cup.x + 0.05, cup.y, 0.25))  # the mug is narrower than the cup: rim on rim
    state = touch(twin, (0, 0, -0.1, 0, 0, 0))
    assert ("mug", "target_cup") in [contact.bodies for contact in state.contacts]
    assert not any(contact.self_collision for contact in state.contacts)


def test_the_gripper_touches_the_target_cup_from_the_side(twin, drive):
    cup = twin.scene.target_cup
    drive(twin, (cup.x + 0.03, cup.y + 0.15, 0.07))
    state = touch(twin, (0, -0.1, 0, 0, 0, 0))
    assert {contact.bodies for contact in state.contacts} <= {("mug", "target_cup"), ("gripper", "target_cup")}


def test_the_arm_touches_itself(twin):
    world = twin._world
    folded = np.array([0, 0.3, np.pi, -2.5, 0, -2.0, np.pi / 2])
    twin._follower.reset(folded)
    for joint, position in enumerate(folded):
        pybullet.resetJointState(world.arm, joint, position, physicsClientId=world.client)
    state = twin.advance()
    assert state.contacts
    assert all(contact.self_collision for contact in state.contacts)


def test_pressing_faults_as_the_actuators_do_and_is_felt_at_the_tool(twin):
    touch(twin, (0, 0, -0.2, 0, 0, 0))
    for _ in range(60):
        state = twin.advance()
    assert any("following error" in fault for fault in state.faults)
    assert np.abs(state.joint_velocities).max() < 0.05
    assert state.wrench[2] > 5
    place = state.cup_position
    twin.send_twist(np.array([0, 0, 0.2, 0, 0, 0]))  # ignored while faulted
    for _ in range(20):
        state = twin.advance()
    np.testing.assert_allclose(state.cup_position, place, atol=1e-3)


def test_the_wrench_balances_the_joints_efforts(twin):
    touch(twin, (0, 0, -0.2, 0, 0, 0))
    for _ in range(120):
        state = twin.advance()
    world = twin._world
    gravity = pybullet.calculateInverseDynamics(
        world.arm, state.joint_positions.tolist(), [0.0] * 7, [0.0] * 7, physicsClientId=world.client
    )
    pushed = cup_kinematics(state.joint_positions).jacobian.T @ state.wrench
    np.testing.assert_allclose(state.joint_torques + pushed, gravity, atol=0.15 * np.abs(pushed).max() + 0.1)
