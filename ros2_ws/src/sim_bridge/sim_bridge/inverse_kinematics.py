"""Joint positions for a start of the mug near Home."""

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmError, Vector
from kinova_pour_env.kinematics import cup_kinematics, small_rotation_vector

ITERATIONS = 50
TOLERANCE = 1e-9

_LIMITS = np.array([joint.limit for joint in gen3.ACTUATED_JOINTS])


def joint_positions_at(offset: Vector) -> Vector:
    """Joint positions, near Home's, with the mug upright and its middle moved from Home's.

    Gauss-Newton with the least-norm step.

    Args:
        offset: [3] m.

    Returns:
        [7] rad.

    Raises:
        ArmError: it is out of reach.
    """
    joints = np.array(gen3.HOME)
    goal = cup_kinematics(joints).position + offset
    for _ in range(ITERATIONS):
        cup = cup_kinematics(joints)
        lag = np.concatenate((goal - cup.position, small_rotation_vector(cup.rotation.T)))
        if np.abs(lag).max() < TOLERANCE and (np.abs(joints) < _LIMITS).all():
            return joints
        joints = joints + np.linalg.pinv(cup.jacobian).dot(lag)
    place = ", ".join(f"{value:.3f}" for value in goal)
    raise ArmError(f"the start position ({place}) m is out of reach: lower start_spread")
