"""Where the held mug is and how the joints move it: forward kinematics, geometric Jacobian, and rotations as angles.

Everything is in the base frame, SI and radians. `cup_frame` has x = the pour axis and z = up out of the mug
(`gen3.CUP`), so the pour is the roll phi of the ZYX angles.
"""

from math import atan2, cos, hypot, pi, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kinova_pour_env.compiled import compiled
from kinova_pour_env.gen3 import ACTUATED_JOINTS, CUP, END_EFFECTOR, TOOL, Joint

Vector = NDArray[np.float64]

JOINT_LIMITS: Vector = np.array([joint.limit for joint in ACTUATED_JOINTS])
"""[7] rad, a joint stays within +-it; infinite for a continuous one."""


def rotation_from_angles(angles: ArrayLike) -> Vector:
    """The rotation Rz(psi) Ry(theta) Rx(phi) of intrinsic ZYX angles.

    Args:
        angles: [3] rad: psi, theta, phi (yaw, pitch, roll).

    Returns:
        [3, 3].
    """
    psi, theta, phi = np.asarray(angles, dtype=float).tolist()
    a, b, c, d, e, f = cos(psi), sin(psi), cos(theta), sin(theta), cos(phi), sin(phi)
    return np.array(
        [
            [a * c, a * d * f - b * e, a * d * e + b * f],
            [b * c, b * d * f + a * e, b * d * e - a * f],
            [-d, c * f, c * e],
        ]
    )


def angles_from_rotation(rotation: Vector) -> Vector:
    """The intrinsic ZYX angles of a rotation; at the gimbal lock (theta = +-pi/2) phi is 0.

    Args:
        rotation: [3, 3].

    Returns:
        [3] rad: psi, theta, phi; theta in [-pi/2, pi/2], the others in [-pi, pi].
    """
    (xx, xy, _), (yx, yy, _), (zx, zy, zz) = rotation.tolist()
    cos_theta = hypot(xx, yx)
    if cos_theta < 1e-9:
        return np.array([atan2(-xy, yy), atan2(-zx, cos_theta), 0.0])
    return np.array([atan2(yx, xx), atan2(-zx, cos_theta), atan2(zy, zz)])


def rotation_from_vector(vector: ArrayLike) -> Vector:
    """The rotation by |vector| radians about `vector` (Rodrigues).

    Args:
        vector: [3] rad.

    Returns:
        [3, 3].
    """
    x, y, z = np.asarray(vector, dtype=float).tolist()
    angle = sqrt(x * x + y * y + z * z)
    s = sin(angle) / angle if angle > 1e-12 else 1.0
    c = 0.5 * (sin(0.5 * angle) / (0.5 * angle)) ** 2 if angle > 1e-12 else 0.5
    return np.array(
        [
            [1 - c * (y * y + z * z), c * x * y - s * z, c * x * z + s * y],
            [c * x * y + s * z, 1 - c * (x * x + z * z), c * y * z - s * x],
            [c * x * z - s * y, c * y * z + s * x, 1 - c * (x * x + y * y)],
        ]
    )


def small_rotation_vector(rotation: Vector) -> Vector:
    """The inverse of `rotation_from_vector` for small angles: the axis times the sine of the angle.

    Args:
        rotation: [3, 3].

    Returns:
        [3].
    """
    (_, xy, xz), (yx, _, yz), (zx, zy, _) = rotation.tolist()
    return np.array([0.5 * (zy - yz), 0.5 * (xz - zx), 0.5 * (yx - xy)])


def rotation_vector(rotation: Vector) -> Vector:
    """The inverse of `rotation_from_vector`: the axis times the angle, of half a turn either axis.

    Args:
        rotation: [3, 3].

    Returns:
        [3] rad, its length in [0, pi].
    """
    x, y, z, w = quaternion_from_rotation(rotation)
    sine = sqrt(x * x + y * y + z * z)
    return np.array([x, y, z]) * (2 * atan2(sine, w) / sine if sine > 0 else 2.0)


def wrap(angle: float) -> float:
    """The same angle in (-pi, pi]."""
    return pi - (pi - angle) % (2 * pi)


class CupKinematics(NamedTuple):
    """Pose of cup_frame in the base frame and its Jacobian.

    Attributes:
        position: [3] m.
        rotation: [3, 3], base from cup_frame.
        jacobian: [6, 7], from joint velocities to the velocity of the cup's origin in base axes: m/s, then rad/s.
    """

    position: Vector
    rotation: Vector
    jacobian: Vector


def _transform(joint: Joint) -> Vector:
    roll, pitch, yaw = joint.rpy
    transform = np.eye(4)
    transform[:3, :3] = rotation_from_angles((yaw, pitch, roll))
    transform[:3, 3] = joint.xyz
    return transform


class Chain(NamedTuple):
    """The arm, joint by joint: T_i(q) = still[i] + cos q cosine[i] + sin q sine[i], in the link before it.

    Attributes:
        still: [7, 4, 4].
        cosine: [7, 4, 4].
        sine: [7, 4, 4].
        cup: [4, 4], cup_frame in the last link.
    """

    still: Vector
    cosine: Vector
    sine: Vector
    cup: Vector


def _chain() -> Chain:
    fixed = np.stack([_transform(joint) for joint in ACTUATED_JOINTS])
    nothing = np.zeros((len(fixed), 4))
    return Chain(
        still=fixed * [0, 0, 1, 1],
        cosine=fixed * [1, 1, 0, 0],
        sine=np.stack([fixed[:, :, 1], -fixed[:, :, 0], nothing, nothing], axis=2),
        cup=_FLANGE @ _transform(TOOL) @ _transform(CUP),
    )


_FLANGE = _transform(END_EFFECTOR)
CHAIN = _chain()


def _link_transforms(joint_positions: Vector) -> Vector:
    cosine, sine = np.cos(joint_positions)[:, None, None], np.sin(joint_positions)[:, None, None]
    frames = CHAIN.still + cosine * CHAIN.cosine + sine * CHAIN.sine
    for joint in range(1, len(frames)):
        frames[joint] = frames[joint - 1].dot(frames[joint])
    return frames


def flange_pose(joint_positions: Vector) -> Vector:
    """Pose of end_effector_link, [4, 4], at joint positions [7] rad."""
    return _link_transforms(joint_positions)[-1] @ _FLANGE


def cup_kinematics(joint_positions: Vector) -> CupKinematics:
    """Pose and geometric Jacobian of cup_frame at joint positions [7] rad."""
    return _cup_kinematics(CHAIN, joint_positions)


@compiled
def _cup_kinematics(chain: Chain, joint_positions: Vector) -> CupKinematics:
    """Siciliano et al., Robotics, eqs. 3.26-3.30: a revolute joint's column is (z x (p - p_joint), z)."""
    joints = len(joint_positions)
    axes, origins = np.empty((joints, 3)), np.empty((joints, 3))
    link = np.eye(4)
    for joint in range(joints):
        c, s = cos(joint_positions[joint]), sin(joint_positions[joint])
        link = _product(link, chain.still[joint] + c * chain.cosine[joint] + s * chain.sine[joint])
        axes[joint], origins[joint] = link[:3, 2], link[:3, 3]
    cup = _product(link, chain.cup)
    jacobian = np.empty((6, joints))
    for joint in range(joints):
        (a, b, c), (x, y, z) = axes[joint], cup[:3, 3] - origins[joint]
        jacobian[:3, joint] = b * z - c * y, c * x - a * z, a * y - b * x
        jacobian[3:, joint] = a, b, c
    return CupKinematics(cup[:3, 3].copy(), cup[:3, :3].copy(), jacobian)


@compiled
def _product(left: Vector, right: Vector) -> Vector:
    product = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            for k in range(4):
                product[i, j] += left[i, k] * right[k, j]
    return product


def quaternion_from_rotation(rotation: Vector) -> tuple[float, float, float, float]:
    """The unit quaternion (x, y, z, w) of a rotation matrix [3, 3], w at 0 or above (Shepperd, 1978)."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation.tolist()
    trace = xx + yy + zz
    largest = max(xx, yy, zz, trace)
    if trace == largest:
        x, y, z, w = zy - yz, xz - zx, yx - xy, 1 + trace
    elif xx == largest:
        x, y, z, w = 1 + 2 * xx - trace, yx + xy, zx + xz, zy - yz
    elif yy == largest:
        x, y, z, w = yx + xy, 1 + 2 * yy - trace, zy + yz, xz - zx
    else:
        x, y, z, w = zx + xz, zy + yz, 1 + 2 * zz - trace, yx - xy
    length = sqrt(x * x + y * y + z * z + w * w)
    if w < 0:
        length = -length
    return x / length, y / length, z / length, w / length
