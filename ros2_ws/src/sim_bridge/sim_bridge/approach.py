"""How the distance of two bodies of the arm changes as its joints turn."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.arm import Vector
from kinova_pour_env.compiled import compiled
from kinova_pour_env.kinematics import cup_kinematics


class Witnesses(NamedTuple):
    """The nearest points of N pairs of bodies.

    Attributes:
        joints: of the arm that move each body of a pair, counted from the base, [N, 2]; 0 for what stands.
        points: on each body, [N, 2, 3] m.
        normals: from the second body to the first, [N, 3].
    """

    joints: NDArray[np.int64]
    points: Vector
    normals: Vector


def distance_gradients(joint_positions: Vector, witnesses: Witnesses) -> Vector:
    """Of each pair's distance by the joint positions [7], [N, 7] m/rad; that of the nearest points' velocities."""
    cup = cup_kinematics(joint_positions)
    return _distance_gradients(cup.jacobian, cup.position, *witnesses)


@compiled
def _distance_gradients(
    jacobian: Vector, position: Vector, joints: NDArray[np.int64], points: Vector, normals: Vector
) -> Vector:
    """A point that a joint moves has the velocity of the cup's, were it fixed to it: v_cup + z x (point - p_cup)."""
    count = jacobian.shape[1]
    gradients = np.zeros((len(normals), count))
    for pair in range(len(normals)):
        a, b, c = normals[pair]
        for body in range(2):
            x, y, z = points[pair, body] - position
            sign = 1.0 - 2.0 * body
            for joint in range(joints[pair, body]):
                u, v, w = jacobian[3:, joint]
                along_x = jacobian[0, joint] + v * z - w * y
                along_y = jacobian[1, joint] + w * x - u * z
                along_z = jacobian[2, joint] + u * y - v * x
                gradients[pair, joint] += sign * (a * along_x + b * along_y + c * along_z)
    return gradients
