"""Commanding the arm."""

from math import degrees, radians
from typing import Any

import numpy as np

from kinova_pour_env import gen3
from sim_bridge.kortex_emulator.actions import command_gripper, execute, factory_actions, joint_motion, pose_motion
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Base_pb2, Errors_pb2
from sim_bridge.kortex_emulator.protection_zones import check
from sim_bridge.kortex_emulator.refusal import Refusal
from sim_bridge.kortex_emulator.robot import Robot
from sim_bridge.kortex_emulator.services.caller import Caller
from sim_bridge.kortex_emulator.tool import pose_fields, tool_pose

_POSE = ("x", "y", "z", "theta_x", "theta_y", "theta_z")


class BaseService:
    """The Base service."""

    def __init__(self, robot: Robot, firmware: str) -> None:
        """Take the robot to command and the version of its firmware."""
        self._robot = robot
        self._firmware = firmware
        self._actions = factory_actions()
        self._zones_made = 0

    # Moving

    def send_twist_command(self, _: Caller, command: Any) -> None:
        """Kept until the next one."""
        self._robot.send_twist(command)

    def stop(self, _: Caller, __: Any) -> None:
        """By the arm's ramp."""
        self._robot.stop()

    def apply_emergency_stop(self, _: Caller, __: Any) -> None:
        """At once, and in fault."""
        self._robot.emergency_stop()

    def clear_faults(self, _: Caller, __: Any) -> None:
        """The arm is ready a moment later."""
        self._robot.clear_faults()

    def execute_action(self, _: Caller, action: Any) -> None:
        """Notifies on ActionTopic."""
        execute(self._robot, action)

    def execute_action_from_reference(self, _: Caller, handle: Any) -> None:
        """Notifies on ActionTopic."""
        execute(self._robot, self.read_action(_, handle))

    def pause_action(self, _: Caller, __: Any) -> None:
        """Notifies on ActionTopic."""
        self._robot.pause(True)

    def resume_action(self, _: Caller, __: Any) -> None:
        """Notifies on ActionTopic."""
        self._robot.pause(False)

    def stop_action(self, _: Caller, __: Any) -> None:
        """Notifies on ActionTopic."""
        self._robot.stop()

    def play_joint_trajectory(self, _: Caller, constrained: Any) -> None:
        """As the action to joint angles."""
        handle = Base_pb2.ActionHandle(action_type=Base_pb2.REACH_JOINT_ANGLES)
        self._robot.begin(joint_motion(constrained), handle)

    def play_cartesian_trajectory(self, _: Caller, constrained: Any) -> None:
        """As the action to a pose."""
        self._robot.begin(pose_motion(constrained), Base_pb2.ActionHandle(action_type=Base_pb2.REACH_POSE))

    def send_gripper_command(self, _: Caller, command: Any) -> None:
        """By position or speed."""
        command_gripper(self._robot, command)

    def set_servoing_mode(self, _: Caller, information: Any) -> None:
        """Whatever moves stops."""
        if information.servoing_mode not in (Base_pb2.SINGLE_LEVEL_SERVOING, Base_pb2.LOW_LEVEL_SERVOING):
            raise Refusal(Errors_pb2.INVALID_PARAM, "the servoing mode is single-level or low-level")
        self._robot.set_servoing_mode(information.servoing_mode)

    # Protection zones

    def create_protection_zone(self, _: Caller, zone: Any) -> Any:
        """Holds for twists from now on."""
        check(zone)
        self._zones_made += 1
        kept = Base_pb2.ProtectionZone()
        kept.CopyFrom(zone)
        kept.handle.identifier = self._zones_made
        self._robot.zones[self._zones_made] = kept
        self._notify_zone(Base_pb2.CONFIGURATION_CREATED, kept.handle)
        return kept.handle

    def delete_protection_zone(self, _: Caller, handle: Any) -> None:
        """Forget it."""
        if self._robot.zones.pop(handle.identifier, None) is None:
            raise Refusal(Errors_pb2.ENTITY_NOT_FOUND, f"there is no protection zone {handle.identifier}")
        self._notify_zone(Base_pb2.CONFIGURATION_DELETED, handle)

    def read_all_protection_zones(self, _: Caller, __: Any) -> Any:
        """Those that were created."""
        return Base_pb2.ProtectionZoneList(protection_zones=self._robot.zones.values())

    def _notify_zone(self, event: int, handle: Any) -> None:
        self._robot.notify(
            "ConfigurationChangeTopic",
            Base_pb2.ConfigurationChangeNotification(event=event, protection_zone_handle=handle),
        )

    # Asking

    def read_action(self, _: Caller, handle: Any) -> Any:
        """One of the arm's memory."""
        if handle.identifier not in self._actions:
            raise Refusal(Errors_pb2.ENTITY_NOT_FOUND, f"there is no action {handle.identifier}")
        return self._actions[handle.identifier]

    def read_all_actions(self, _: Caller, requested: Any) -> Any:
        """Those of the type, or all of them."""
        wanted = requested.action_type
        return Base_pb2.ActionList(
            action_list=[action for action in self._actions.values() if wanted in (0, action.handle.action_type)]
        )

    def get_arm_state(self, _: Caller, __: Any) -> Any:
        """As in the feedback."""
        return Base_pb2.ArmStateInformation(active_state=self._robot.state)

    def get_servoing_mode(self, _: Caller, __: Any) -> Any:
        """What was set."""
        return Base_pb2.ServoingModeInformation(servoing_mode=self._robot.servoing_mode)

    def get_operating_mode(self, _: Caller, __: Any) -> Any:
        """Always running."""
        return Base_pb2.OperatingModeInformation(operating_mode=Base_pb2.RUN_MODE)

    def get_actuator_count(self, _: Caller, __: Any) -> Any:
        """Seven."""
        return Base_pb2.ActuatorInformation(count=len(gen3.ACTUATED_JOINTS))

    def get_measured_cartesian_pose(self, _: Caller, __: Any) -> Any:
        """Of the configured tool."""
        return Base_pb2.Pose(**dict(zip(_POSE, pose_fields(self._robot.tool_pose), strict=True)))

    def get_measured_joint_angles(self, _: Caller, __: Any) -> Any:
        """In 0 to 360 degrees."""
        angles = Base_pb2.JointAngles()
        for joint, position in enumerate(self._robot.twin.joints.tolist()):
            angles.joint_angles.add(joint_identifier=joint, value=degrees(position) % 360)
        return angles

    def get_measured_gripper_movement(self, _: Caller, request: Any) -> Any:
        """Its position or speed."""
        gripper = self._robot.gripper
        value = gripper.position if request.mode == Base_pb2.GRIPPER_POSITION else abs(gripper.velocity)
        measured = Base_pb2.Gripper()
        measured.finger.add(finger_identifier=1, value=value)
        return measured

    def compute_forward_kinematics(self, _: Caller, angles: Any) -> Any:
        """The tool's pose at joint angles."""
        joints = np.array([radians(angle.value) for angle in angles.joint_angles])
        if len(joints) != len(gen3.ACTUATED_JOINTS):
            raise Refusal(Errors_pb2.INVALID_PARAM, "forward kinematics needs seven joint angles")
        pose = tool_pose(joints, self._robot.tool.tool_transform)
        return Base_pb2.Pose(**dict(zip(_POSE, pose_fields(pose), strict=True)))

    def get_twist_hard_limitation(self, _: Caller, __: Any) -> Any:
        """In m/s and degrees per second."""
        return Base_pb2.TwistLimitation(linear=gen3.LINEAR_SPEED, angular=degrees(gen3.ANGULAR_SPEED))

    def get_twist_soft_limitation(self, _: Caller, __: Any) -> Any:
        """In m/s and degrees per second."""
        return Base_pb2.TwistLimitation(linear=self._robot.linear_limit, angular=self._robot.angular_limit)

    def get_all_joints_speed_hard_limitation(self, _: Caller, __: Any) -> Any:
        """In degrees per second."""
        limits = Base_pb2.JointsLimitationsList()
        for order, joint in enumerate(gen3.ACTUATED_JOINTS):
            limits.joints_limitations.add(
                joint_identifier=order, type=Base_pb2.VELOCITY_LIMITATION, value=degrees(joint.velocity)
            )
        return limits

    def get_firmware_bundle_versions(self, _: Caller, __: Any) -> Any:
        """As set."""
        return Base_pb2.FirmwareBundleVersions(main_bundle_version=self._firmware)
