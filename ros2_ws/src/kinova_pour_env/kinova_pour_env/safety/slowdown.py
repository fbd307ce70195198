"""Slowing down as a whole: towards joint limits and bodies, at the joints' own speed, in singular configurations."""

from math import copysign, sqrt
from typing import NamedTuple

import numpy as np

from kinova_pour_env.arm import Vector
from kinova_pour_env.compiled import compiled
from kinova_pour_env.gen3 import ACTUATED_JOINTS
from kinova_pour_env.kinematics import JOINT_LIMITS, cup_kinematics
from kinova_pour_env.safety.nearness import NearestDistance, Nearness
from kinova_pour_env.safety.safety_config import SafetyConfig

DAMPING = 0.03
"""Of the least squares; the smallest singular value of the Jacobian is 0.15 at Home."""
SPEED_SHARE = 0.75
"""Of a joint's own speed that a motion may ask for: near it, by singular configurations, the arm strays."""

_SPEEDS = SPEED_SHARE * np.array([joint.velocity for joint in ACTUATED_JOINTS])


class Margins(NamedTuple):
    """What a motion of the joints keeps from.

    Attributes:
        positions: [7] rad, a joint stays within +-it.
        speeds: [7] rad/s.
        approach_time: s, in which a motion would at least reach what it approaches.
        damping: of the least squares.
        compliance: of the joints, in the direction of a motion, from which on it slows down.
    """

    positions: Vector
    speeds: Vector
    approach_time: float
    damping: float
    compliance: float


class Slowdown:
    """The share of a wanted twist that the configuration allows; the direction stays."""

    def __init__(self, config: SafetyConfig, nearest: NearestDistance | None = None) -> None:
        """Take the margins.

        Args:
            config: margins and times.
            nearest: what a mirrored twin tells of distances; without it, other bodies are not looked at.
        """
        self._margins = Margins(
            positions=JOINT_LIMITS - config.joint_margin,
            speeds=_SPEEDS,
            approach_time=config.approach_time,
            damping=DAMPING,
            compliance=1 / (config.singular_distance**2 + DAMPING**2),
        )
        self._body_distance = config.body_distance
        self._nearest = nearest
        self._looked: tuple[Vector, Nearness] | None = None

    def look(self, joint_positions: Vector) -> None:
        """Take the distances at joint positions [7] rad, from which the next share will be wanted."""
        if self._nearest is not None:
            self._looked = joint_positions, self._nearest(joint_positions)

    def share(self, twist: Vector, joint_positions: Vector) -> float:
        """In 0 to 1; 0 only towards a joint limit or a body that is reached, so that a way back is always open.

        Args:
            twist: [6] m/s and rad/s, wanted.
            joint_positions: [7] rad, measured.
        """
        share, rates = _share(self._margins, joint_positions, cup_kinematics(joint_positions).jacobian, twist)
        if self._nearest is None:
            return share
        if self._looked is None or self._looked[0] is not joint_positions:
            self.look(joint_positions)
        assert self._looked is not None
        return min(share, self._clearance(self._looked[1], rates))

    def _clearance(self, nearness: Nearness, rates: Vector) -> float:
        """The share with which any two bodies would take at least `approach_time` to meet.

        Each pair counts for itself: a near one that stays as it is would hide a farther one that closes.
        """
        approach = -nearness.gradients @ rates
        closing = approach > 0
        room = np.maximum(nearness.distances[closing] - self._body_distance, 0.0)
        return float(np.min(room / (self._margins.approach_time * approach[closing]), initial=1.0))


@compiled
def _share(margins: Margins, joint_positions: Vector, jacobian: Vector, twist: Vector) -> tuple[float, Vector]:
    """By joint limits, joint speeds, and where the joints hardly move the cup in the direction of the twist.

    |(J J' + damping^2)^-1 t| / |t| is 1/(sigma^2 + damping^2) of the singular values in that direction, so that a
    tenth of the speed is left in a singular configuration: what leads into it also leads out.

    Returns:
        The share; and the rates [7] rad/s that the whole twist asks for.
    """
    forces = damped_forces(jacobian, twist, margins.damping)
    rates = np.zeros(len(joint_positions))
    asked = resisted = 0.0
    for axis in range(len(twist)):
        asked += twist[axis] ** 2
        resisted += forces[axis] ** 2
        for joint in range(len(rates)):
            rates[joint] += forces[axis] * jacobian[axis, joint]
    share = min(1.0, margins.compliance * sqrt(asked / (resisted + 1e-24)))
    for joint in range(len(rates)):
        towards = copysign(joint_positions[joint], rates[joint] * joint_positions[joint])
        room = max(margins.positions[joint] - towards, 0.0)
        share = min(share, min(room / margins.approach_time, margins.speeds[joint]) / (abs(rates[joint]) + 1e-12))
    return share, rates


@compiled
def damped_forces(jacobian: Vector, twist: Vector, damping: float) -> Vector:
    """(J J' + damping^2)^-1 t, by Cholesky's L D L'; LAPACK takes ten times as long for a matrix of six rows."""
    size = len(twist)
    lower, diagonal, forces = np.empty((size, size)), np.empty(size), twist.copy()
    for row in range(size):
        for column in range(row + 1):
            rest = damping**2 if row == column else 0.0
            for joint in range(jacobian.shape[1]):
                rest += jacobian[row, joint] * jacobian[column, joint]
            for k in range(column):
                rest -= lower[row, k] * diagonal[k] * lower[column, k]
            if row == column:
                diagonal[row] = rest
            else:
                lower[row, column] = rest / diagonal[column]
        for k in range(row):
            forces[row] -= lower[row, k] * forces[k]
    for row in range(size - 1, -1, -1):
        forces[row] /= diagonal[row]
        for k in range(row + 1, size):
            forces[row] -= lower[k, row] * forces[k]
    return forces
