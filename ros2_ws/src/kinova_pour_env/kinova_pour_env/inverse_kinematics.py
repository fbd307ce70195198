"""Joint positions for a place of the upright mug."""

from math import ceil

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmError, Vector
from kinova_pour_env.kinematics import JOINT_LIMITS, cup_kinematics, small_rotation_vector

ITERATIONS = 50
TOLERANCE = 1e-9
STAGE = 0.05
"""m: farther places are approached in stages no longer than this."""

CUP_AT_HOME = cup_kinematics(np.array(gen3.HOME)).position
"""[3] m."""


def joint_positions_at(place: Vector, name: str) -> Vector:
    """Joint positions, near Home's, with the mug upright, its middle at a place and turned as at Home.

    Gauss-Newton with the least-norm step. The pour is a turn of the last joint alone, which has no limit:
    where the upright mug can be, it can be emptied.

    Args:
        place: [3] m.
        name: what the place is, for the message.

    Returns:
        [7] rad.

    Raises:
        ArmError: it is out of reach.
    """
    joints = np.array(gen3.HOME)
    way = place - CUP_AT_HOME
    stages = max(1, ceil(np.linalg.norm(way) / STAGE))
    for left in range(stages - 1, -1, -1):
        joints, arrived = _solved(place - left / stages * way, joints)
    if not arrived or (np.abs(joints) >= JOINT_LIMITS).any():
        where = ", ".join(f"{value:.3f}" for value in place)
        raise ArmError(f"the {name} ({where}) m is out of the arm's reach")
    return joints


def _solved(place: Vector, joints: Vector) -> tuple[Vector, bool]:
    """Joint positions [7] near those given for a place, and whether they bring the mug there."""
    for _ in range(ITERATIONS):
        cup = cup_kinematics(joints)
        lag = np.concatenate((place - cup.position, small_rotation_vector(cup.rotation.T)))
        if np.abs(lag).max() < TOLERANCE:
            return joints, True
        joints = joints + np.linalg.pinv(cup.jacobian).dot(lag)
    return joints, False
