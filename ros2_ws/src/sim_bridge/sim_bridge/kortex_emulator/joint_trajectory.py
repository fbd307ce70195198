"""From standing at one configuration to standing at another."""

from typing import NamedTuple

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import Vector

SPEED_SHARE = 0.6
"""Of the joints' speeds that an action uses: some 48 degrees per second."""
ACCELERATION = 1.5
"""rad/s^2, of the joint with the longest way."""

_SPEEDS = SPEED_SHARE * np.array([joint.velocity for joint in gen3.ACTUATED_JOINTS])
_CONTINUOUS = np.array([joint.limit == float("inf") for joint in gen3.ACTUATED_JOINTS])


class JointTrajectory(NamedTuple):
    """All joints start and arrive together; positions are a quintic of time, with no acceleration at both ends.

    Attributes:
        start: [7] rad.
        way: [7] rad.
        duration: s.
    """

    start: Vector
    way: Vector
    duration: float

    def at(self, time: float) -> Vector:
        """Joint positions [7] rad at a time in s."""
        share = min(1.0, time / self.duration) if self.duration > 0 else 1.0
        return self.start + share**3 * (10 - 15 * share + 6 * share**2) * self.way


def trajectory(start: Vector, goal: Vector, duration: float = 0.0) -> JointTrajectory:
    """The trajectory between two configurations, the shorter way round for continuous joints.

    Args:
        start: [7] rad.
        goal: [7] rad.
        duration: s; as fast as allowed if that takes longer.
    """
    way = goal - start
    way = np.where(_CONTINUOUS, np.pi - (np.pi - way) % (2 * np.pi), way)
    at_speed = float((1.875 * np.abs(way) / _SPEEDS).max())
    at_acceleration = float(np.sqrt(5.7735 * np.abs(way).max() / ACCELERATION))
    return JointTrajectory(start, way, max(at_speed, at_acceleration, duration))
