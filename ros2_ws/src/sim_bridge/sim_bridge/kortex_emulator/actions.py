"""The actions that a Gen3 has from the factory, and what an action asks the arm to do."""

from math import radians
from typing import Any

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import Vector
from kinova_pour_env.kinematics import JOINT_LIMITS
from sim_bridge.kortex_emulator.motions import (
    ANGULAR_SPEED,
    LINEAR_SPEED,
    Delay,
    GripperMotion,
    JointMotion,
    Motion,
    PoseMotion,
)
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Base_pb2, Errors_pb2
from sim_bridge.kortex_emulator.refusal import Refusal
from sim_bridge.kortex_emulator.robot import Robot
from sim_bridge.kortex_emulator.tool import pose_from_fields

FACTORY_ACTIONS = {
    "Home": (0, 15, 180, -130, 0, 55, 90),
    "Retract": (0, -20, 180, -146, 0, -50, 90),
    "Zero": (0, 0, 0, 0, 0, 0, 0),
}
"""Degrees."""

_KINDS = {
    "reach_joint_angles": Base_pb2.REACH_JOINT_ANGLES,
    "reach_pose": Base_pb2.REACH_POSE,
    "send_gripper_command": Base_pb2.SEND_GRIPPER_COMMAND,
    "send_twist_command": Base_pb2.SEND_TWIST_COMMAND,
    "apply_emergency_stop": Base_pb2.APPLY_EMERGENCY_STOP,
    "clear_faults": Base_pb2.CLEAR_FAULTS,
    "delay": Base_pb2.TIME_DELAY,
    "stop_action": Base_pb2.STOP_ACTION,
}


def factory_actions() -> dict[int, Any]:
    """The actions in the arm's memory by identifier."""
    actions = {}
    for identifier, (name, angles) in enumerate(FACTORY_ACTIONS.items(), start=1):
        action = Base_pb2.Action(name=name)
        action.handle.identifier = identifier
        action.handle.action_type = Base_pb2.REACH_JOINT_ANGLES
        action.handle.permission = Base_pb2.READ_PERMISSION
        for joint, angle in enumerate(angles):
            action.reach_joint_angles.joint_angles.joint_angles.add(joint_identifier=joint, value=angle % 360)
        actions[identifier] = action
    return actions


def execute(robot: Robot, action: Any) -> None:
    """Begin an action, or do it at once where it takes no time.

    Raises:
        Refusal: the arm may not move, or the emulator does not know this kind of action.
    """
    kind = action.WhichOneof("action_parameters")
    handle = Base_pb2.ActionHandle()
    handle.CopyFrom(action.handle)
    handle.action_type = _KINDS.get(kind, Base_pb2.UNSPECIFIED_ACTION)
    if kind == "apply_emergency_stop":
        robot.emergency_stop()
    elif kind == "clear_faults":
        robot.clear_faults()
    elif kind == "stop_action":
        robot.stop()
    elif kind == "send_twist_command":
        robot.send_twist(action.send_twist_command)
    elif kind == "send_gripper_command":
        robot.require_ready()
        command_gripper(robot, action.send_gripper_command)
        robot.begin(GripperMotion(), handle)
    else:
        robot.begin(_motion(kind, action), handle)


def command_gripper(robot: Robot, command: Any) -> None:
    """Move the fingers.

    Raises:
        Refusal: the arm may not move, no finger is named, or the mode is not emulated.
    """
    robot.require_ready()
    if not command.gripper.finger:
        raise Refusal(Errors_pb2.INVALID_PARAM, "Failed to execute gripper command: no finger is named")
    value = command.gripper.finger[0].value
    if command.mode == Base_pb2.GRIPPER_POSITION:
        robot.gripper.move_to(value)
    elif command.mode == Base_pb2.GRIPPER_SPEED:
        robot.gripper.move_at(value)
    else:
        raise Refusal(Errors_pb2.INVALID_PARAM, "the gripper is commanded by position or speed")


def _motion(kind: str | None, action: Any) -> Motion:
    if kind == "reach_joint_angles":
        return joint_motion(action.reach_joint_angles)
    if kind == "reach_pose":
        return pose_motion(action.reach_pose)
    if kind == "delay":
        return Delay(action.delay.duration)
    raise Refusal(Errors_pb2.UNSUPPORTED_ACTION, f"the emulator has no action {kind or 'without parameters'}")


def joint_motion(constrained: Any) -> JointMotion:
    """The motion of a ConstrainedJointAngles.

    Raises:
        Refusal: an angle is missing or beyond a joint's limit.
    """
    angles = {angle.joint_identifier: radians(angle.value) for angle in constrained.joint_angles.joint_angles}
    if sorted(angles) != list(range(len(gen3.ACTUATED_JOINTS))):
        raise Refusal(Errors_pb2.CONTROL_ACTUATOR_COUNT_MISMATCH, "joint angles are needed for joints 0 to 6")
    goal: Vector = np.array([angles[joint] for joint in sorted(angles)])
    goal = np.pi - (np.pi - goal) % (2 * np.pi)
    if (np.abs(goal) > JOINT_LIMITS).any():
        raise Refusal(Errors_pb2.CONTROL_JOINT_POSITION_LIMIT, "a joint angle is beyond its limit")
    constraint = constrained.constraint
    lasts = constraint.type == Base_pb2.JOINT_CONSTRAINT_DURATION
    return JointMotion(goal, constraint.value if lasts else 0.0)


def pose_motion(constrained: Any) -> PoseMotion:
    """The motion of a ConstrainedPose; a constraint on its duration is not emulated."""
    speed = constrained.constraint.speed
    linear = min(speed.translation or LINEAR_SPEED, gen3.LINEAR_SPEED)
    angular = min(radians(speed.orientation) or ANGULAR_SPEED, gen3.ANGULAR_SPEED)
    return PoseMotion(pose_from_fields(constrained.target_pose), linear, angular)
