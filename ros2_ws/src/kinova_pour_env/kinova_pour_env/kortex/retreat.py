"""The way back from an episode, by twists: turn the mug upright where it is, lift it, bring it above Home's place.

Joint actions ignore protection zones and may pass the target cup; from up there their way is short and free. Beside the
target cup a mug that lies may have no room to turn: so where a mirror tells distances the way is looked at before it is
gone, and the mug lifted first if need be.
"""

from collections.abc import Generator, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import STANDING, ArmState, Vector
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kinematics import JOINT_LIMITS, cup_kinematics, rotation_vector
from kinova_pour_env.kortex.joint_path import first_problem
from kinova_pour_env.safety.axis_motion import AT_REST, AxisLimits, approach
from kinova_pour_env.safety.nearness import NearestDistance
from kinova_pour_env.safety.safety_config import AXIS_ACCELERATION, SafetyConfig
from kinova_pour_env.safety.slowdown import DAMPING, damped_forces

GAIN = 1.5
"""1/s: the speed asked for, over the distance left."""
NEAR = 0.02
"""m, and rad: a leg ends there."""
UPRIGHT = np.eye(3)

REACH_LOW, REACH_HIGH = np.array((0.25, -0.55, 0.03)), np.array((0.80, 0.40, 0.75))
"""m: from the cup's places in this box the way back by straight legs stays clear of singularities and of the base."""

JERK = 4.0
"""m/s^3, and rad/s^3."""
LIMITS = tuple(
    AxisLimits(speed, acceleration * gen3.COMMAND_PERIOD, JERK * gen3.COMMAND_PERIOD**2)
    for speed, acceleration in (
        *[(gen3.LINEAR_SPEED, AXIS_ACCELERATION)] * 3,
        *[(gen3.ANGULAR_SPEED, gen3.ANGULAR_ACCELERATION)] * 3,
    )
)
"""Of each component of a twist."""
UNMOVED = [approach(0.0, AT_REST, limits) for limits in LIMITS]
"""The motion before the first twist; `approach` is compiled by it, before the arm moves."""


STEP = 0.04
"""m, and rad, between two places of the mug at which a way is looked at."""
MOST_POINTS = 300
"""Of a way; one that has more does not come to its end."""


class Leg(NamedTuple):
    """A place to go to, upright.

    Attributes:
        place: [3] m, of the cup.
        rotation: [3, 3], base from cup_frame.
    """

    place: Vector
    rotation: Vector


def upright_first(state: ArmState) -> tuple[Leg, ...]:
    """The legs of the way back from where the cup is: what is left in the mug stays there."""
    return Leg(state.cup_position, UPRIGHT), Leg(_above(state), UPRIGHT), Leg(CUP_AT_HOME, UPRIGHT)


def lifted_first(state: ArmState) -> tuple[Leg, ...]:
    """The legs where there is no room to turn the mug: away from the table and the target cup as it is held."""
    above = _above(state)
    return Leg(above, state.cup_rotation), Leg(above, UPRIGHT), Leg(CUP_AT_HOME, UPRIGHT)


def _above(state: ArmState) -> Vector:
    x, y, z = state.cup_position
    return np.array((x, y, max(z, CUP_AT_HOME[2])))


def can_retreat(state: ArmState) -> bool:
    """Whether the cup is somewhere from where the legs are known to be safe."""
    return bool(((state.cup_position >= REACH_LOW) & (state.cup_position <= REACH_HIGH)).all())


def runs_out_of_range(state: ArmState, margin: float) -> bool:
    """Whether a joint that is within `margin` rad of its limit goes on towards it."""
    outward = state.joint_velocities * np.sign(state.joint_positions)
    return bool(((np.abs(state.joint_positions) > JOINT_LIMITS - margin) & (outward > STANDING)).any())


def way_problem(
    legs: tuple[Leg, ...], positions: Vector, nearest: NearestDistance | None, safety: SafetyConfig
) -> Generator[None, None, str]:
    """What is wrong with a way, in words; empty if nothing. Yields often, for the arm to be watched meanwhile.

    Args:
        legs: in their order.
        positions: [7] rad, where the arm is.
        nearest: how near bodies are to each other; where nothing tells it, no way is wrong.
        safety: the margins to keep; bodies that are nearer, and joints that are farther, may stay so.
    """
    if nearest is None:
        return ""
    room = min(safety.body_distance, 0.9 * float(nearest(positions).distances.min()))
    limits = STEP + np.maximum(JOINT_LIMITS - safety.joint_margin, np.abs(positions))

    def problem(positions: Vector) -> str:
        if (np.abs(positions) > limits).any():
            return "a joint would come to its limit"
        near = float(nearest(positions).distances.min())
        return f"two bodies would be {1000 * near:.0f} mm from each other" if near < room else ""

    points = list(islice(_points_along(legs, positions), MOST_POINTS))
    if len(points) == MOST_POINTS:
        return "it does not come to its end"
    return (yield from first_problem(points, problem))


def _points_along(legs: tuple[Leg, ...], positions: Vector) -> Iterator[Vector]:
    """Joint positions [7] rad on the way, `STEP` apart for the mug, by the least motion of the joints."""
    for leg in legs:
        while True:
            cup = cup_kinematics(positions)
            left = np.concatenate((leg.place - cup.position, rotation_vector(leg.rotation @ cup.rotation.T)))
            farthest = max(np.linalg.norm(left[:3]), np.linalg.norm(left[3:]))
            if farthest < NEAR:
                break
            step = left * min(1.0, STEP / farthest)
            positions = positions + cup.jacobian.T @ damped_forces(cup.jacobian, step, DAMPING)
            yield positions


def twists_along(
    legs: tuple[Leg, ...], speed: float, turn: float, state: ArmState
) -> Generator[Vector, ArmState, None]:
    """The twists [6] that follow the legs, one in each period; from zero and within `LIMITS`.

    Args:
        legs: in their order.
        speed: m/s.
        turn: rad/s.
        state: where the arm is; send the state after each twist with the generator's `send`.
    """
    motion = UNMOVED
    for leg in legs:
        while True:
            away = leg.place - state.cup_position
            turn_left = rotation_vector(leg.rotation @ state.cup_rotation.T)
            if max(np.linalg.norm(away), np.linalg.norm(turn_left)) < NEAR:
                break
            wanted = (*_towards(away, speed), *_towards(turn_left, turn))
            motion = [approach(*axis) for axis in zip(wanted, motion, LIMITS, strict=True)]
            state = yield np.array([axis.speed for axis in motion])


def _towards(left: Vector, limit: float) -> list[float]:
    wanted = GAIN * left
    length = float(np.linalg.norm(wanted))
    return (wanted * min(1.0, limit / length) if length > 0 else wanted).tolist()
