"""Between Kortex's messages and SI: the one module that knows degrees, angles from 0 to 360 and torques of other sign.

Kortex gives angular velocities as vectors in degrees per second, joint positions in 0-360 degrees, and poses with
extrinsic XYZ angles (theta_x, theta_y, theta_z), which are the intrinsic ZYX angles in the other order.
"""

from math import degrees, radians
from typing import Any, NamedTuple

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import JOINTS, Vector
from kinova_pour_env.kinematics import rotation_from_angles, wrap
from kinova_pour_env.kortex.errors import CallRefused
from kinova_pour_env.kortex.wheel import Kortex

BASE_FRAME = 3
"""CARTESIAN_REFERENCE_FRAME_BASE: velocity of the tool's origin and angular velocity, both in the base's axes."""

_AXES = ("x", "y", "z")


class Reading(NamedTuple):
    """One feedback in SI, base axes where nothing else is said.

    Attributes:
        joint_positions: [7] rad in (-pi, pi].
        joint_velocities: [7] rad/s.
        joint_torques: [7] N m.
        tool_position: [3] m.
        tool_rotation: [3, 3], base from tool_frame.
        wrench: [6] N and N m, external, at the tool; Kinova does not say in which axes, taken for the base's.
        wrist_acceleration: [3] m/s^2, specific force in the axes of the wrist's IMU.
        wrist_angular_velocity: [3] rad/s, likewise.
    """

    joint_positions: Vector
    joint_velocities: Vector
    joint_torques: Vector
    tool_position: Vector
    tool_rotation: Vector
    wrench: Vector
    wrist_acceleration: Vector
    wrist_angular_velocity: Vector


def reading_of(feedback: Any) -> Reading:
    """What a BaseCyclic.Feedback says.

    Raises:
        CallRefused: not in finite numbers.
    """
    actuators = [feedback.actuators[joint] for joint in range(JOINTS)]
    base, wrist = feedback.base, feedback.interconnect
    thetas = _triple(base, "tool_pose_theta_")
    reading = Reading(
        joint_positions=np.array([wrap(radians(actuator.position)) for actuator in actuators]),
        joint_velocities=np.radians([actuator.velocity for actuator in actuators]),
        joint_torques=-np.array([actuator.torque for actuator in actuators]),
        tool_position=_triple(base, "tool_pose_"),
        tool_rotation=rotation_from_angles(np.radians(thetas)[::-1]),
        wrench=np.concatenate(
            (_triple(base, "tool_external_wrench_force_"), _triple(base, "tool_external_wrench_torque_"))
        ),
        wrist_acceleration=_triple(wrist, "imu_acceleration_"),
        wrist_angular_velocity=np.radians(_triple(wrist, "imu_angular_velocity_")),
    )
    if not all(np.isfinite(values).all() for values in reading):
        raise CallRefused("RefreshFeedback: the arm's reading holds what is no finite number; restart the arm")
    return reading


def twist_command(kortex: Kortex, twist: Vector) -> Any:
    """A Base.TwistCommand.

    The tool is configured as gen3.TOOL and the cup's origin lies in the tool's (gen3.CUP): their twists are the same.

    Args:
        kortex: of the message.
        twist: [6], of the cup's origin in base axes: m/s, then rad/s.
    """
    command = kortex.base.TwistCommand()
    command.reference_frame = BASE_FRAME
    command.duration = 0
    values = [float(value) for value in twist]
    for axis, linear, angular in zip(_AXES, values[:3], values[3:], strict=True):
        setattr(command.twist, f"linear_{axis}", linear)
        setattr(command.twist, f"angular_{axis}", degrees(angular))
    return command


def joint_action(kortex: Kortex, name: str, joint_positions: Vector, seconds: float) -> Any:
    """A Base.Action that brings the joints somewhere.

    Args:
        kortex: of the message.
        name: shown in Kinova's Web App.
        joint_positions: [7] rad.
        seconds: how long it is to take.
    """
    action = kortex.base.Action()
    action.name = name
    action.application_data = ""
    reach = action.reach_joint_angles
    for identifier, position in enumerate(joint_positions.tolist()):
        angle = reach.joint_angles.joint_angles.add()
        angle.joint_identifier = identifier
        angle.value = degrees(position) % 360.0
    reach.constraint.type = kortex.base.JOINT_CONSTRAINT_DURATION
    reach.constraint.value = seconds
    return action


def tool_configuration(kortex: Kortex) -> Any:
    """A ControlConfig.ToolConfiguration: the gripper, its tool frame as in gen3."""
    configuration = kortex.control_config.ToolConfiguration()
    transform = configuration.tool_transform
    transform.x, transform.y, transform.z = gen3.TOOL.xyz
    transform.theta_x, transform.theta_y, transform.theta_z = (degrees(angle) for angle in gen3.TOOL.rpy)
    configuration.tool_mass = gen3.GRIPPER_MASS
    configuration.tool_mass_center.z = gen3.GRIPPER_CENTRE
    return configuration


def twist_limits(limits: Any) -> tuple[float, float]:
    """Of a ControlConfig.KinematicLimits, in m/s and rad/s."""
    return limits.twist_linear, radians(limits.twist_angular)


def _triple(message: Any, prefix: str) -> Vector:
    return np.array([getattr(message, prefix + axis) for axis in _AXES])
