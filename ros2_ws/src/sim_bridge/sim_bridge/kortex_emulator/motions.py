"""What an action does, period by period, until it is done."""

from math import radians
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import Vector
from kinova_pour_env.kinematics import rotation_vector
from sim_bridge.kortex_emulator.joint_trajectory import trajectory
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Errors_pb2
from sim_bridge.kortex_emulator.refusal import Refusal
from sim_bridge.kortex_emulator.tool import ToolPose

if TYPE_CHECKING:
    from sim_bridge.kortex_emulator.robot import Robot

STILL = 1e-3
"""m/s and rad/s: a slower reference counts as standing."""
APPROACH = 2.0
"""1/s: the speed of an approach over the distance left."""
LINEAR_SPEED = 0.2
"""m/s, of Cartesian actions without a constraint."""
ANGULAR_SPEED = radians(40)
"""rad/s, likewise."""
ARRIVED = 1e-3
"""m and rad: nearer is there."""
PATIENCE = 1.0
"""s without getting nearer after which a pose counts as out of reach."""


class Motion(Protocol):
    """A running action."""

    def step(self, robot: "Robot", paused: bool) -> bool:
        """One period; whether it is done.

        Raises:
            Refusal: it cannot be done.
        """

    def stop(self, robot: "Robot") -> None:
        """Bring the arm to rest; no step follows."""


class JointMotion:
    """To joint positions, once the arm stands."""

    def __init__(self, goal: Vector, duration: float = 0.0) -> None:
        """Take the goal, [7] rad, and how long to take, in s, or 0 for as fast as allowed."""
        self._goal = goal
        self._duration = duration
        self._begun = False

    def step(self, robot: "Robot", paused: bool) -> bool:
        """One period; whether it is done."""
        follower = robot.twin.follower
        if not self._begun:
            if np.abs(follower.twist).max() > STILL:
                robot.twin.stop()
                return False
            follower.follow(trajectory(follower.joint_positions, self._goal, self._duration))
            self._begun = True
        follower.paused = paused
        return not follower.busy

    def stop(self, robot: "Robot") -> None:
        """Brake on the way."""
        robot.twin.follower.leave()


class PoseMotion:
    """The tool to a pose, straight."""

    def __init__(
        self, goal: ToolPose, linear_speed: float = LINEAR_SPEED, angular_speed: float = ANGULAR_SPEED
    ) -> None:
        """Take the goal and the speeds, m/s and rad/s."""
        self._goal = goal
        self._speeds = linear_speed, angular_speed
        self._nearest, self._waited = np.inf, 0.0

    def step(self, robot: "Robot", paused: bool) -> bool:
        """One period; whether it is done.

        Raises:
            Refusal: the tool comes no nearer.
        """
        tool = robot.tool_pose
        way = self._goal.position - tool.position
        turn = tool.rotation @ rotation_vector(tool.rotation.T @ self._goal.rotation)
        left = float(max(np.linalg.norm(way), np.linalg.norm(turn)))
        if left < ARRIVED:
            robot.move_tool(np.zeros(6))
            return bool(np.abs(robot.twin.follower.twist).max() < STILL)
        if left < self._nearest - ARRIVED:
            self._nearest, self._waited = left, 0.0
        elif not paused:
            self._waited += gen3.COMMAND_PERIOD
            if self._waited > PATIENCE:
                raise Refusal(
                    Errors_pb2.CONTROL_OUTSIDE_WORKSPACE, f"the pose is out of reach, {left:.3f} m or rad away"
                )
        parts = [_limited(APPROACH * part, speed) for part, speed in zip((way, turn), self._speeds, strict=True)]
        robot.move_tool(np.zeros(6) if paused else np.concatenate(parts))
        return False

    def stop(self, robot: "Robot") -> None:
        """Brake."""
        robot.twin.stop()


class GripperMotion:
    """Until the fingers stand."""

    def step(self, robot: "Robot", paused: bool) -> bool:
        """One period; whether it is done."""
        return not robot.gripper.moving

    def stop(self, robot: "Robot") -> None:
        """Keep the fingers where they are."""
        robot.gripper.halt()


class Delay:
    """Wait."""

    def __init__(self, duration: float) -> None:
        """Take the duration in s."""
        self._left = duration

    def step(self, robot: "Robot", paused: bool) -> bool:
        """One period; whether it is done."""
        self._left -= 0.0 if paused else gen3.COMMAND_PERIOD
        return self._left <= 0

    def stop(self, robot: "Robot") -> None:
        """Nothing moves."""


def _limited(part: Vector, limit: float) -> Vector:
    return part * min(1.0, limit / max(float(np.linalg.norm(part)), 1e-9))
