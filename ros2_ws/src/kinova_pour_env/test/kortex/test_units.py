from importlib import import_module
from math import degrees, pi, radians

import numpy as np
import pytest

from kinova_pour_env import gen3
from kinova_pour_env.kinematics import cup_kinematics, flange_pose
from kinova_pour_env.kortex.errors import CallRefused
from kinova_pour_env.kortex.faults import faults_of
from kinova_pour_env.kortex.units import joint_action, reading_of, tool_configuration, twist_command, twist_limits


@pytest.fixture
def feedback(emulated_wheel):
    """Of an arm at Home, as Kinova writes it: 0-360 degrees, torques of other sign, extrinsic XYZ angles."""
    message = import_module("kortex_api.autogen.messages.BaseCyclic_pb2").Feedback()
    for joint, position in enumerate(gen3.HOME):
        actuator = message.actuators.add()
        actuator.position = degrees(position) % 360
        actuator.velocity = 10.0 * joint
        actuator.torque = 1.0 + joint
    base = message.base
    base.tool_pose_x, base.tool_pose_y, base.tool_pose_z = 0.5767, 0.0014, 0.4337
    base.tool_pose_theta_x, base.tool_pose_theta_y, base.tool_pose_theta_z = 90, 0, 90
    base.tool_external_wrench_force_z, base.tool_external_wrench_torque_x = -5.0, 0.5
    message.interconnect.imu_acceleration_y = 9.81
    message.interconnect.imu_angular_velocity_z = 180.0
    return message


def test_a_reading_is_in_si(feedback):
    reading = reading_of(feedback)
    turned = np.angle(np.exp(1j * (reading.joint_positions - np.array(gen3.HOME))))
    np.testing.assert_allclose(turned, 0, atol=1e-6)
    assert (np.abs(reading.joint_positions) <= pi).all()
    np.testing.assert_allclose(reading.joint_velocities, np.radians(10.0 * np.arange(7)))
    np.testing.assert_allclose(reading.joint_torques, -1.0 - np.arange(7))
    np.testing.assert_allclose(reading.wrench, (0, 0, -5, 0.5, 0, 0))
    np.testing.assert_allclose(reading.wrist_acceleration, (0, 9.81, 0), atol=1e-6)
    np.testing.assert_allclose(reading.wrist_angular_velocity, (0, 0, pi), rtol=1e-6)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_reading_that_is_no_number_is_none(feedback, number):
    feedback.base.tool_external_wrench_force_z = number
    with pytest.raises(CallRefused, match="no finite number"):
        reading_of(feedback)
    feedback.base.tool_external_wrench_force_z = 0.0
    feedback.actuators[3].position = number
    with pytest.raises(CallRefused, match="no finite number"):
        reading_of(feedback)


def test_the_pose_that_kinova_gives_at_home_is_the_models(feedback):
    reading = reading_of(feedback)
    flange = flange_pose(reading.joint_positions)
    np.testing.assert_allclose(reading.tool_rotation, flange[:3, :3], atol=1e-4)
    np.testing.assert_allclose(reading.tool_position, cup_kinematics(reading.joint_positions).position, atol=1e-3)


def test_a_twist_goes_out_in_degrees_in_the_bases_axes(emulated_wheel):
    command = twist_command(emulated_wheel, np.array([0.1, -0.2, 0.3, pi, -pi / 2, 0.0]))
    assert (
        command.reference_frame
        == import_module("kortex_api.autogen.messages.Common_pb2").CARTESIAN_REFERENCE_FRAME_BASE
    )
    assert command.duration == 0
    twist = command.twist
    np.testing.assert_allclose((twist.linear_x, twist.linear_y, twist.linear_z), (0.1, -0.2, 0.3), rtol=1e-6)
    np.testing.assert_allclose((twist.angular_x, twist.angular_y, twist.angular_z), (180, -90, 0), rtol=1e-6)


def test_the_cups_origin_is_the_tools():
    """What lets a twist of the cup go out as one of the tool."""
    assert gen3.CUP.parent == gen3.TOOL.child
    assert gen3.CUP.xyz == (0, 0, 0)


def test_an_action_to_joint_positions(emulated_wheel):
    action = joint_action(emulated_wheel, "start", np.array(gen3.HOME) - 2 * pi, 3.0)
    angles = action.reach_joint_angles.joint_angles.joint_angles
    assert [angle.joint_identifier for angle in angles] == list(range(7))
    np.testing.assert_allclose([angle.value for angle in angles], (0, 15, 180, 230, 0, 55, 90), atol=1e-4)
    constraint = action.reach_joint_angles.constraint
    assert (constraint.type, constraint.value) == (emulated_wheel.base.JOINT_CONSTRAINT_DURATION, 3.0)


def test_the_tool_is_the_models(emulated_wheel):
    configuration = tool_configuration(emulated_wheel)
    assert configuration.tool_transform.z == pytest.approx(0.12)
    assert configuration.tool_mass == pytest.approx(gen3.GRIPPER_MASS)


def test_limits(emulated_wheel):
    limits = emulated_wheel.control_config.KinematicLimits()
    limits.twist_linear, limits.twist_angular = 0.5, 100.0
    assert twist_limits(limits) == pytest.approx((0.5, radians(100)))


def test_faults_in_words(feedback):
    feedback.base.active_state = 7
    assert faults_of(feedback) == ()
    feedback.base.fault_bank_a = 1 << 23 | 1 << 4
    feedback.actuators[5].fault_bank_a = 1
    feedback.actuators[5].fault_bank_b = 4
    assert faults_of(feedback) == (
        "joint fault",
        "emergency stop activated",
        "joint_6: following error",
        "joint_6, bank B: fault bit 2",
    )


@pytest.mark.parametrize(("state", "faults"), [(3, ("the arm is initialising",)), (9, ()), (7, ())])
def test_a_state_without_a_bank(feedback, state, faults):
    feedback.base.active_state = state
    assert faults_of(feedback) == faults
