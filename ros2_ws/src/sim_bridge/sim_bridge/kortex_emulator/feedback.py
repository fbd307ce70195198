"""What BaseCyclic reports, in Kinova's units: degrees, joints in 0 to 360, and torques with the sign reversed."""

from collections import deque
from math import degrees
from typing import Any

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.kinematics import flange_pose
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import BaseCyclic_pb2
from sim_bridge.kortex_emulator.robot import Robot
from sim_bridge.kortex_emulator.tool import ToolPose, moved, pose_fields, tool_pose
from sim_bridge.world import GRAVITY

KEPT = 600
"""Readings: 15 s of them."""

_UP = np.array([0.0, 0.0, 1.0])
_AXES = ("x", "y", "z")
_POSE = ("x", "y", "z", "theta_x", "theta_y", "theta_z")
_TWIST = ("linear_x", "linear_y", "linear_z", "angular_x", "angular_y", "angular_z")
_WRENCH = ("force_x", "force_y", "force_z", "torque_x", "torque_y", "torque_z")


class FeedbackStream:
    """A reading per period, of which the arm reports the latest, a frozen one, or one of some time ago."""

    def __init__(self, robot: Robot) -> None:
        """Take the robot to read."""
        self._robot = robot
        self._frames = 0
        self._frozen: bytes | None = None
        self._frozen_left = 0
        self._delay = 0
        self._pedestal_frozen = False
        self.restart()

    def restart(self) -> None:
        """Forget what was."""
        self._kept: deque[bytes] = deque(maxlen=KEPT)
        self._velocity: Vector | None = None
        self.tick()

    def behave(self) -> None:
        """Report the latest readings again."""
        self._frozen, self._delay, self._pedestal_frozen = None, 0, False

    def freeze(self, duration: float) -> None:
        """Report the present reading for so many s."""
        self._frozen, self._frozen_left = self.latest, round(duration / gen3.COMMAND_PERIOD)

    def delay(self, duration: float) -> None:
        """Report what was so many s ago, from now on."""
        self._delay = min(KEPT - 1, round(duration / gen3.COMMAND_PERIOD))

    def freeze_base_imu(self, frozen: bool) -> None:
        """Let the pedestal's IMU report zeros."""
        self._pedestal_frozen = frozen

    @property
    def latest(self) -> bytes:
        """What is reported, serialized."""
        if self._frozen is not None:
            return self._frozen
        return self._kept[max(0, len(self._kept) - 1 - self._delay)]

    def tick(self) -> None:
        """Take a reading."""
        self._frames += 1
        self._kept.append(self._reading().SerializeToString())
        if self._frozen is not None:
            self._frozen_left -= 1
            if self._frozen_left <= 0:
                self._frozen = None

    def _reading(self) -> Any:
        robot = self._robot
        state = robot.twin.read()
        feedback = BaseCyclic_pb2.Feedback(frame_id=self._frames % 65536)
        base = feedback.base
        base.active_state = robot.state
        base.fault_bank_a, base.fault_bank_b = robot.bank_a, robot.bank_b
        base.arm_voltage, base.arm_current = 24.0, 1.2
        base.temperature_cpu, base.temperature_ambient = 45.0, 30.0
        if not self._pedestal_frozen:
            base.imu_acceleration_z = GRAVITY
        tool = robot.tool_pose
        _fill(base, "tool_pose", _POSE, pose_fields(tool))
        commanded = tool_pose(robot.twin.follower.joint_positions, robot.tool.tool_transform)
        _fill(base, "commanded_tool_pose", _POSE, pose_fields(commanded))
        twist = np.concatenate((state.cup_velocity, state.cup_angular_velocity))
        at_tool = moved(twist, state.cup_position, tool.position)
        _fill(base, "tool_twist", _TWIST, (*at_tool[:3].tolist(), *np.degrees(at_tool[3:]).tolist()))
        _fill(base, "tool_external_wrench", _WRENCH, _external_wrench(robot, state, tool).tolist())
        for position, velocity, torque in zip(
            state.joint_positions.tolist(), state.joint_velocities.tolist(), state.joint_torques.tolist(), strict=True
        ):
            feedback.actuators.add(
                command_id=self._frames % 65536,
                position=degrees(position) % 360,
                velocity=degrees(velocity),
                torque=-torque,
                voltage=24.0,
                temperature_motor=35.0,
                temperature_core=40.0,
            )
        self._add_wrist(feedback.interconnect, state, twist)
        motor = feedback.interconnect.gripper_feedback.motor.add(motor_id=1)
        motor.position, motor.velocity = 100 * robot.gripper.position, 100 * robot.gripper.velocity
        motor.current_motor, motor.voltage, motor.temperature_motor = robot.gripper.current, 24.0, 32.0
        return feedback

    def _add_wrist(self, interconnect: Any, state: ArmState, twist: Vector) -> None:
        """The IMU of the interface module: specific force and turn rate in the axes of the flange."""
        flange = flange_pose(self._robot.twin.joints)
        velocity = moved(twist, state.cup_position, flange[:3, 3])[:3]
        last = velocity if self._velocity is None else self._velocity
        self._velocity = velocity
        force = flange[:3, :3].T @ ((velocity - last) / gen3.COMMAND_PERIOD + GRAVITY * _UP)
        turning = np.degrees(flange[:3, :3].T @ twist[3:])
        _fill(interconnect, "imu_acceleration", _AXES, force.tolist())
        _fill(interconnect, "imu_angular_velocity", _AXES, turning.tolist())


def _fill(message: Any, prefix: str, names: tuple[str, ...], values: Any) -> None:
    for name, value in zip(names, values, strict=True):
        setattr(message, f"{prefix}_{name}", value)


def _external_wrench(robot: Robot, state: ArmState, tool: ToolPose) -> Vector:
    """What presses on the hand, and the weight that the arm was not told of: [6] N and N m at the tool, base axes."""
    flange = flange_pose(robot.twin.joints)
    hand = flange[:3, 3] + gen3.GRIPPER_CENTRE * flange[:3, 2]
    told = flange[:3, :3] @ _position(robot.tool.tool_mass_center) + flange[:3, 3]
    payload = tool.rotation @ _position(robot.payload.payload_mass_center) + tool.position
    weights = (
        (gen3.GRIPPER_MASS, hand),
        (robot.held_mass, state.cup_position),
        (-robot.tool.tool_mass, told),
        (-robot.payload.payload_mass, payload),
    )
    wrench = moved_wrench(state.wrench, state.cup_position, tool.position)
    for mass, place in weights:
        force = -GRAVITY * mass * _UP
        wrench = wrench + np.concatenate((force, np.cross(place - tool.position, force)))
    return wrench


def moved_wrench(wrench: Vector, origin: Vector, point: Vector) -> Vector:
    """The same wrench [6] with its moment about another point [3] than `origin` [3]."""
    return np.concatenate((wrench[:3], wrench[3:] + np.cross(origin - point, wrench[:3])))


def _position(position: Any) -> Vector:
    return np.array([position.x, position.y, position.z])
