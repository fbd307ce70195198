"""From a commanded twist of the cup to joint positions, every 25 ms, as the Gen3 does: ramped and within its limits."""

from math import sqrt

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.kinematics import (
    CupKinematics,
    Vector,
    cup_kinematics,
    rotation_from_vector,
    small_rotation_vector,
)
from sim_bridge.twin_config import TwinConfig

PERIOD = gen3.COMMAND_PERIOD
DAMPING = 0.03
"""Of the least squares; the smallest singular value of the Jacobian is 0.15 at Home."""
BRAKING = 0.1
"""The share of the way to its limit that a joint may cover in one period."""
POSITION_SLACK = 0.5e-3
"""m: how far the reference pose may run ahead of the arm (singular configurations)."""
ROTATION_SLACK = 5e-3
"""rad, likewise."""

LIMIT_MARGIN = 1e-4
"""rad that the reference keeps from a joint's limit: the joint itself follows it within some 1e-7."""

_POSITION_LIMITS = np.array([joint.limit for joint in gen3.ACTUATED_JOINTS]) - LIMIT_MARGIN
_FARTHEST_STEP = np.array([joint.velocity for joint in gen3.ACTUATED_JOINTS]) * PERIOD
_DAMPING = DAMPING**2 * np.eye(6)


class TwistFollower:
    """The reference configuration of the arm: it moves as commanded, whatever the physics does.

    Each period is one damped Gauss-Newton step (Nakamura and Hanafusa 1986) from the reference configuration to
    the reference pose, which integrates the twist: what is not commanded does not drift.

    Attributes:
        joint_positions: [7] rad, continuous joints unwrapped.
        twist: [6] m/s and rad/s, what the ramp and the limits have left of the command.
    """

    def __init__(self, config: TwinConfig) -> None:
        """Stand at Home."""
        self._speeds = (config.linear_speed, config.angular_speed)
        self._farthest = (config.linear_speed * PERIOD, config.angular_speed * PERIOD)
        self._accelerations = (config.linear_acceleration, config.angular_acceleration)
        self.reset(np.array(gen3.HOME))

    def reset(self, joint_positions: Vector) -> None:
        """Stand still at joint positions [7] rad."""
        cup = cup_kinematics(joint_positions)
        self.joint_positions = joint_positions.copy()
        self.twist: Vector = np.zeros(6)
        self._position = cup.position
        self._rotation = cup.rotation

    def step(self, commanded: Vector) -> None:
        """One period of following the commanded twist [6]; moves `joint_positions`."""
        twist = self._ramped(commanded)
        cup = cup_kinematics(self.joint_positions)
        jacobian = cup.jacobian
        displacement = self._lag(cup) + twist * PERIOD
        normal = jacobian.dot(jacobian.T) + _DAMPING
        move = jacobian.T.dot(np.linalg.solve(normal, displacement))
        share = self._allowed_share(move, jacobian)
        self.joint_positions = self.joint_positions + share * move
        self.twist = share * twist
        self._position = self._position + self.twist[:3] * PERIOD
        self._rotation = rotation_from_vector(self.twist[3:] * PERIOD).dot(self._rotation)

    def _ramped(self, commanded: Vector) -> Vector:
        twist = np.empty(6)
        for part, speed, acceleration in zip((slice(3), slice(3, 6)), self._speeds, self._accelerations, strict=True):
            change = _shortened(commanded[part], speed) - self.twist[part]
            twist[part] = self.twist[part] + _shortened(change, acceleration * PERIOD)
        return twist

    def _lag(self, cup: CupKinematics) -> Vector:
        """How far the reference configuration is behind the reference pose, [6]; slack beyond the bounds is let go."""
        lag = np.empty(6)
        lag[:3] = self._position - cup.position
        lag[3:] = small_rotation_vector(self._rotation.dot(cup.rotation.T))
        if _length(lag[:3]) > POSITION_SLACK or _length(lag[3:]) > ROTATION_SLACK:
            lag[:3] = _shortened(lag[:3], POSITION_SLACK)
            lag[3:] = _shortened(lag[3:], ROTATION_SLACK)
            self._position = cup.position + lag[:3]
            self._rotation = rotation_from_vector(lag[3:]).dot(cup.rotation)
        return lag

    def _allowed_share(self, move: Vector, jacobian: Vector) -> float:
        """The share of a move that no limit of a joint or of the cup forbids: all slow down together."""
        room = (_POSITION_LIMITS - np.copysign(self.joint_positions, move * self.joint_positions)) * BRAKING
        of_joints = (np.minimum(_FARTHEST_STEP, room) / (np.abs(move) + 1e-15)).min()
        motion = jacobian.dot(move)
        linear_step, angular_step = self._farthest
        of_cup = min(linear_step / (_length(motion[:3]) + 1e-15), angular_step / (_length(motion[3:]) + 1e-15))
        return max(0.0, min(1.0, float(of_joints), of_cup))


def _length(vector: Vector) -> float:
    return sqrt(vector.dot(vector))


def _shortened(vector: Vector, longest: float) -> Vector:
    length = _length(vector)
    return vector if length <= longest else vector * (longest / length)
