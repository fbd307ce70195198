"""Slowing down as a whole: towards joint limits and bodies, at the joints' own speed, in singular configurations."""

from collections.abc import Callable

import numpy as np

from kinova_pour_env.arm import Vector
from kinova_pour_env.gen3 import ACTUATED_JOINTS
from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.safety.safety_config import SafetyConfig

NearestDistance = Callable[[Vector], float]
"""From joint positions [7] rad to the least distance between bodies that may touch, m."""

DAMPING = 0.03
"""Of the least squares; the smallest singular value of the Jacobian is 0.15 at Home."""
LOOK_AHEAD = 0.1
"""s over which the approach to other bodies is measured."""
SPEED_SHARE = 0.75
"""Of a joint's own speed that a motion may ask for: near it, by singular configurations, the arm strays."""

_LIMITS = np.array([joint.limit for joint in ACTUATED_JOINTS])
_SPEEDS = SPEED_SHARE * np.array([joint.velocity for joint in ACTUATED_JOINTS])
_DAMPED = DAMPING**2 * np.eye(6)


class Slowdown:
    """The share of a wanted twist that the configuration allows; the direction stays."""

    def __init__(self, config: SafetyConfig, nearest: NearestDistance | None = None) -> None:
        """Take the margins.

        Args:
            config: margins and times.
            nearest: what a mirrored twin tells of distances; without it, other bodies are not looked at.
        """
        self._limits = _LIMITS - config.joint_margin
        self._approach_time = config.approach_time
        self._compliance = 1 / (config.singular_distance**2 + DAMPING**2)
        self._body_distance = config.body_distance
        self._nearest = nearest

    def share(self, twist: Vector, joint_positions: Vector) -> float:
        """In 0 to 1; 0 only towards a joint limit or a body that is reached, so that a way back is always open.

        Args:
            twist: [6] m/s and rad/s, wanted.
            joint_positions: [7] rad, measured.
        """
        jacobian = cup_kinematics(joint_positions).jacobian
        forces = np.linalg.solve(jacobian.dot(jacobian.T) + _DAMPED, twist)
        rates = jacobian.T.dot(forces)
        room = np.maximum(self._limits - np.copysign(joint_positions, rates * joint_positions), 0.0)
        allowed = np.minimum(room / self._approach_time, _SPEEDS)
        share = float((allowed / (np.abs(rates) + 1e-12)).min())
        share = min(share, self._regularity(forces, twist), 1.0)
        return share if self._nearest is None else min(share, self._clearance(joint_positions, rates, self._nearest))

    def _regularity(self, forces: Vector, twist: Vector) -> float:
        """1, or less where the joints hardly move the cup in the direction of the twist.

        |(J J' + damping^2)^-1 t| / |t| is 1/(sigma^2 + damping^2) of the singular values in that direction, so that a
        tenth of the speed is left in a singular configuration: what leads into it also leads out.
        """
        return self._compliance * float(np.sqrt(twist.dot(twist) / (forces.dot(forces) + 1e-24)))

    def _clearance(self, joint_positions: Vector, rates: Vector, nearest: NearestDistance) -> float:
        """The share with which the nearest bodies would take at least `approach_time` to meet."""
        now = nearest(joint_positions)
        approach = (now - nearest(joint_positions + LOOK_AHEAD * rates)) / LOOK_AHEAD
        if approach <= 0:
            return 1.0
        return max(0.0, now - self._body_distance) / (self._approach_time * approach)
