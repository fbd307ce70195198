"""One control period of following a twist."""

from math import copysign, sin, sqrt
from typing import NamedTuple

import numpy as np

from kinova_pour_env.compiled import compiled
from kinova_pour_env.kinematics import CupKinematics, Vector


class Reference(NamedTuple):
    """Where the arm should be, and how it moves there.

    Attributes:
        joint_positions: [7] rad, continuous joints unwrapped.
        step: [7] rad, the last move.
        twist: [6] m/s and rad/s.
        position: [3] m, of the cup.
        rotation: [3, 3], of the cup.
    """

    joint_positions: Vector
    step: Vector
    twist: Vector
    position: Vector
    rotation: Vector


class Limits(NamedTuple):
    """What the arm may do in one period.

    Attributes:
        linear_speed: m/s.
        angular_speed: rad/s.
        linear_change: m/s, of the cup's velocity.
        angular_change: rad/s, of its angular velocity.
        position_slack: m, by which the reference pose may run ahead of the reference configuration.
        rotation_slack: rad, likewise.
        positions: [7] rad, a joint stays within +-it.
        steps: [7] rad, a joint's farthest move.
        step_changes: [7] rad, by which it may differ from the move before.
        braking: the share of the way to its limit that a joint may cover.
        damping: of the least squares.
        singular_damping: added to it, in squares, where no joint motion moves the cup the way it should go.
        compliance: of the joints in the direction of a motion, from which on that counts as singular.
        period: s.
    """

    linear_speed: float
    angular_speed: float
    linear_change: float
    angular_change: float
    position_slack: float
    rotation_slack: float
    positions: Vector
    steps: Vector
    step_changes: Vector
    braking: float
    damping: float
    singular_damping: float
    compliance: float
    period: float


@compiled
def follow(limits: Limits, reference: Reference, cup: CupKinematics, commanded: Vector) -> Reference:
    """The reference one period later: one damped Gauss-Newton step (Nakamura and Hanafusa 1986) to the new pose.

    Args:
        limits: of the arm.
        reference: now.
        cup: at the reference configuration.
        commanded: [6] m/s and rad/s.
    """
    position, rotation, lag = _kept_near(limits, reference, cup)
    twist = _ramped(limits, reference.twist, commanded)
    move = _least_squares(limits, cup.jacobian, lag + twist * limits.period)
    share = _allowed_share(limits, reference.joint_positions, move, _times(cup.jacobian, move))
    wanted = share * move
    step = _slowly_changed(limits, reference, wanted)
    if _length(step - wanted) > 0:
        share = max(0.0, _dot(step, move) / (_dot(move, move) + 1e-30))
    if share < 1:  # what a limit forbids is not made up for, or the arm might stay at the limit for ever
        position, rotation = cup.position + share * lag[:3], _product(rotation_of(share * lag[3:]), cup.rotation)
    twist = share * twist
    turn = rotation_of(twist[3:] * limits.period)
    return Reference(
        reference.joint_positions + step,
        step,
        twist,
        position + twist[:3] * limits.period,
        _product(turn, rotation),
    )


@compiled
def _least_squares(limits: Limits, jacobian: Vector, displacement: Vector) -> Vector:
    """The joints' move for a displacement of the cup, damped, and more so where it is all but impossible.

    (J J' + damping^2)^-1 shortens or stretches the displacement by 1/(sigma^2 + damping^2), sigma being the singular
    values in its direction: their compliance. The damping grows with it, so that the joints slow down before they stand
    (after Nakamura and Hanafusa 1986, who measure all of J).
    """
    normal = _product(jacobian, jacobian.T)
    for row in range(6):
        normal[row, row] += limits.damping**2
    forces = solved(normal, displacement)
    compliance = _length(forces) / (_length(displacement) + 1e-15)
    if compliance > limits.compliance:
        for row in range(6):
            normal[row, row] += limits.singular_damping**2 * (1 - limits.compliance / compliance)
        forces = solved(normal, displacement)
    return _times(jacobian.T, forces)


@compiled
def _slowly_changed(limits: Limits, reference: Reference, step: Vector) -> Vector:
    """The step, or one between it and the last, that no joint's acceleration forbids; never beyond a joint's limit."""
    share = 1.0
    for joint in range(len(step)):
        change = abs(step[joint] - reference.step[joint])
        share = min(share, limits.step_changes[joint] / (change + 1e-15))
    step = reference.step + share * (step - reference.step) if share < 1 else step
    for joint in range(len(step)):
        position, limit = reference.joint_positions[joint], limits.positions[joint]
        step[joint] = min(max(step[joint], -limit - position), limit - position)
    return step


@compiled
def _ramped(limits: Limits, twist: Vector, commanded: Vector) -> Vector:
    """The twist towards the commanded one, as far as speed and acceleration allow."""
    ramped = np.empty(6)
    linear = _shortened(commanded[:3], limits.linear_speed) - twist[:3]
    angular = _shortened(commanded[3:], limits.angular_speed) - twist[3:]
    ramped[:3] = twist[:3] + _shortened(linear, limits.linear_change)
    ramped[3:] = twist[3:] + _shortened(angular, limits.angular_change)
    return ramped


@compiled
def _kept_near(limits: Limits, reference: Reference, cup: CupKinematics) -> tuple[Vector, Vector, Vector]:
    """The reference pose, and how far the configuration is behind it, [6]; slack beyond the bounds is let go."""
    position, rotation = reference.position, reference.rotation
    away = position - cup.position
    turned = _product(rotation, cup.rotation.T)
    turn = 0.5 * np.array(
        (turned[2, 1] - turned[1, 2], turned[0, 2] - turned[2, 0], turned[1, 0] - turned[0, 1])
    )  # the axis times the sine of the angle
    if _length(away) > limits.position_slack or _length(turn) > limits.rotation_slack:
        away, turn = _shortened(away, limits.position_slack), _shortened(turn, limits.rotation_slack)
        position, rotation = cup.position + away, _product(rotation_of(turn), cup.rotation)
    lag = np.empty(6)
    lag[:3], lag[3:] = away, turn
    return position, rotation, lag


@compiled
def _allowed_share(limits: Limits, joint_positions: Vector, move: Vector, motion: Vector) -> float:
    """The share of a move that no limit of a joint or of the cup forbids: all slow down together."""
    share = min(
        1.0,
        limits.linear_speed * limits.period / (_length(motion[:3]) + 1e-15),
        limits.angular_speed * limits.period / (_length(motion[3:]) + 1e-15),
    )
    for joint in range(len(move)):
        towards = copysign(joint_positions[joint], move[joint] * joint_positions[joint])
        room = (limits.positions[joint] - towards) * limits.braking
        share = min(share, min(limits.steps[joint], room) / (abs(move[joint]) + 1e-15))
    return max(0.0, share)


@compiled
def solved(matrix: Vector, right: Vector) -> Vector:
    """The x of `matrix` x = `right`, for a positive definite matrix [N, N] (Cholesky)."""
    size = len(right)
    lower, solution = np.zeros((size, size)), np.empty(size)
    for i in range(size):
        for j in range(i + 1):
            rest = matrix[i, j]
            for k in range(j):
                rest -= lower[i, k] * lower[j, k]
            lower[i, j] = sqrt(rest) if i == j else rest / lower[j, j]
    for i in range(size):
        rest = right[i]
        for k in range(i):
            rest -= lower[i, k] * solution[k]
        solution[i] = rest / lower[i, i]
    for i in range(size - 1, -1, -1):
        rest = solution[i]
        for k in range(i + 1, size):
            rest -= lower[k, i] * solution[k]
        solution[i] = rest / lower[i, i]
    return solution


@compiled
def rotation_of(vector: Vector) -> Vector:
    """The rotation by |vector| radians about `vector` [3] (Rodrigues)."""
    x, y, z = vector
    angle = sqrt(x * x + y * y + z * z)
    s = sin(angle) / angle if angle > 1e-12 else 1.0
    c = 0.5 * (sin(0.5 * angle) / (0.5 * angle)) ** 2 if angle > 1e-12 else 0.5
    return np.array(
        (
            (1 - c * (y * y + z * z), c * x * y - s * z, c * x * z + s * y),
            (c * x * y + s * z, 1 - c * (x * x + z * z), c * y * z - s * x),
            (c * x * z - s * y, c * y * z + s * x, 1 - c * (x * x + y * y)),
        )
    )


@compiled
def _product(left: Vector, right: Vector) -> Vector:
    """Of matrices; numba's own needs SciPy."""
    product = np.zeros((left.shape[0], right.shape[1]))
    for i in range(left.shape[0]):
        for j in range(right.shape[1]):
            for k in range(left.shape[1]):
                product[i, j] += left[i, k] * right[k, j]
    return product


@compiled
def _times(matrix: Vector, vector: Vector) -> Vector:
    product = np.zeros(matrix.shape[0])
    for i in range(matrix.shape[0]):
        for k in range(matrix.shape[1]):
            product[i] += matrix[i, k] * vector[k]
    return product


@compiled
def _dot(left: Vector, right: Vector) -> float:
    total = 0.0
    for i in range(len(left)):
        total += left[i] * right[i]
    return total


@compiled
def _length(vector: Vector) -> float:
    return sqrt(_dot(vector, vector))


@compiled
def _shortened(vector: Vector, longest: float) -> Vector:
    length = _length(vector)
    return vector.copy() if length <= longest else vector * (longest / length)
