"""Where the configured tool is and how it moves, in Kinova's units: m and degrees."""

from math import degrees, radians
from typing import Any, NamedTuple

import numpy as np

from kinova_pour_env.arm import Vector
from kinova_pour_env.kinematics import angles_from_rotation, flange_pose, rotation_from_angles
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Common_pb2


class ToolPose(NamedTuple):
    """The tool's frame in the base frame.

    Attributes:
        position: [3] m.
        rotation: [3, 3].
    """

    position: Vector
    rotation: Vector


def pose_from_fields(fields: Any) -> ToolPose:
    """A pose from a message with x, y, z in m and theta_x, theta_y, theta_z in degrees (extrinsic XYZ)."""
    angles = [radians(angle) for angle in (fields.theta_z, fields.theta_y, fields.theta_x)]
    return ToolPose(np.array([fields.x, fields.y, fields.z]), rotation_from_angles(angles))


def pose_fields(pose: ToolPose) -> tuple[float, float, float, float, float, float]:
    """x, y, z in m and theta_x, theta_y, theta_z in degrees."""
    x, y, z = pose.position.tolist()
    psi, theta, phi = angles_from_rotation(pose.rotation).tolist()
    return x, y, z, degrees(phi), degrees(theta), degrees(psi)


def tool_pose(joint_positions: Vector, transform: Any) -> ToolPose:
    """The tool at joint positions [7] rad, given ControlConfig's tool_transform."""
    flange = flange_pose(joint_positions)
    offset = pose_from_fields(transform)
    return ToolPose(flange[:3, :3] @ offset.position + flange[:3, 3], flange[:3, :3] @ offset.rotation)


def base_twist(command: Any, rotation: Vector) -> Vector:
    """A TwistCommand in base axes.

    Args:
        command: its linear part is in m/s and its angular part an angular velocity in degrees per second.
        rotation: [3, 3], of the tool.

    Returns:
        [6] m/s and rad/s, of the tool's origin.
    """
    twist = command.twist
    linear = np.array([twist.linear_x, twist.linear_y, twist.linear_z])
    angular = np.radians([twist.angular_x, twist.angular_y, twist.angular_z])
    if command.reference_frame == Common_pb2.CARTESIAN_REFERENCE_FRAME_TOOL:
        linear = rotation @ linear
    if command.reference_frame != Common_pb2.CARTESIAN_REFERENCE_FRAME_BASE:
        angular = rotation @ angular
    return np.concatenate((linear, angular))


def moved(twist: Vector, origin: Vector, point: Vector) -> Vector:
    """The twist [6] of a body at another of its points [3] than `origin` [3]."""
    return np.concatenate((twist[:3] + np.cross(twist[3:], point - origin), twist[3:]))
