"""Tool, payload and limits."""

from math import degrees
from typing import Any

from kinova_pour_env import gen3
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import ControlConfig_pb2, Errors_pb2
from sim_bridge.kortex_emulator.refusal import Refusal
from sim_bridge.kortex_emulator.robot import Robot
from sim_bridge.kortex_emulator.services.caller import Caller
from sim_bridge.world import GRAVITY

LARGEST_MASS = 4.0
"""kg that the arm lifts."""

_ANGULAR_SPEED = degrees(gen3.ANGULAR_SPEED)


class ControlConfigService:
    """The ControlConfig service."""

    def __init__(self, robot: Robot) -> None:
        """Take the robot to configure."""
        self._robot = robot
        self._gravity = ControlConfig_pb2.GravityVector(z=-GRAVITY)

    def set_gravity_vector(self, _: Caller, gravity: Any) -> None:
        """Kept, and not used: the pedestal stands upright."""
        self._gravity = gravity

    def get_gravity_vector(self, _: Caller, __: Any) -> Any:
        """What was set."""
        return self._gravity

    def set_payload_information(self, _: Caller, payload: Any) -> None:
        """What the arm believes to hold; the external wrench is what is left."""
        self._robot.payload = _with_mass(payload, payload.payload_mass)

    def get_payload_information(self, _: Caller, __: Any) -> Any:
        """What was set."""
        return self._robot.payload

    def set_tool_configuration(self, _: Caller, tool: Any) -> None:
        """Where the tool is and what it weighs."""
        self._robot.tool = _with_mass(tool, tool.tool_mass)

    def get_tool_configuration(self, _: Caller, __: Any) -> Any:
        """What was set."""
        return self._robot.tool

    def set_twist_linear_soft_limit(self, _: Caller, limit: Any) -> None:
        """In m/s, whatever the control mode."""
        self._robot.linear_limit = _within(limit.twist_linear_soft_limit, gen3.LINEAR_SPEED, "m/s")

    def set_twist_angular_soft_limit(self, _: Caller, limit: Any) -> None:
        """In degrees per second, whatever the control mode."""
        self._robot.angular_limit = _within(limit.twist_angular_soft_limit, _ANGULAR_SPEED, "degrees per second")

    def get_kinematic_soft_limits(self, _: Caller, mode: Any) -> Any:
        """The limits that were set; those of the joints are the hard ones."""
        return _limits(mode.control_mode, self._robot.linear_limit, self._robot.angular_limit)

    def get_kinematic_hard_limits(self, _: Caller, __: Any) -> Any:
        """The arm's own."""
        return _limits(ControlConfig_pb2.UNSPECIFIED_CONTROL_MODE, gen3.LINEAR_SPEED, _ANGULAR_SPEED)


def _with_mass(information: Any, mass: float) -> Any:
    if not 0 <= mass <= LARGEST_MASS:
        raise Refusal(Errors_pb2.INVALID_PARAM, f"a mass of {mass:g} kg is not in 0 to {LARGEST_MASS:g} kg")
    return information


def _within(limit: float, hard: float, unit: str) -> float:
    if not 0 < limit <= hard + 1e-3:
        raise Refusal(Errors_pb2.INVALID_PARAM, f"a soft limit of {limit:g} {unit} is not in 0 to {hard:g}")
    return limit


def _limits(mode: int, linear: float, angular: float) -> Any:
    joints = gen3.ACTUATED_JOINTS
    return ControlConfig_pb2.KinematicLimits(
        control_mode=mode,
        twist_linear=linear,
        twist_angular=angular,
        joint_speed_limits=[degrees(joint.velocity) for joint in joints],
        joint_acceleration_limits=[degrees(joint.acceleration) for joint in joints],
    )
