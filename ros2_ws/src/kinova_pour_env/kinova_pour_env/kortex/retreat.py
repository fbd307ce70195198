"""The way back from an episode, by twists: turn the mug upright where it is, lift it, bring it above Home's place.

Joint actions ignore protection zones and may pass the target cup; from up there their way is short and free. Beside the
target cup a mug that lies may have no room to turn: so where a mirror tells distances the way is looked at before it is
gone, and the mug lifted first if need be.
"""

from collections.abc import Generator, Iterator
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


STEP, TURNING_STEP = 0.01, 0.04
"""m and rad between two places of the mug at which a way is looked at: no more than bodies keep."""
MOST_POINTS = 500
"""Of a way; one that has more does not come to its end."""
STRAYED = 0.5
"""Share of the room that was looked for below which the arm has strayed from the way."""
GREW = 1e-3
"""rad: a joint goes outward."""


class Leg(NamedTuple):
    """A place to go to.

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
    """The legs where there is no room to turn the mug: up from table and target cup as it is held, dripping or not."""
    return Leg(_above(state), state.cup_rotation), Leg(_above(state), UPRIGHT), Leg(CUP_AT_HOME, UPRIGHT)


def lies_low(state: ArmState) -> bool:
    """Whether the two ways differ: the mug is tilted, and below the height of Home."""
    tilted = np.linalg.norm(rotation_vector(state.cup_rotation)) > NEAR
    return bool(tilted and _above(state)[2] - state.cup_position[2] > NEAR)


def _above(state: ArmState) -> Vector:
    x, y, z = state.cup_position
    return np.array((x, y, max(z, CUP_AT_HOME[2])))


def can_retreat(state: ArmState) -> bool:
    """Whether the cup is somewhere from where the legs stay clear of singularities and of the base."""
    return bool(((state.cup_position >= REACH_LOW) & (state.cup_position <= REACH_HIGH)).all())


def runs_out_of_range(state: ArmState, margin: float) -> bool:
    """Whether a joint that is within `margin` rad of its limit goes on towards it."""
    outward = state.joint_velocities * np.sign(state.joint_positions)
    return bool(((np.abs(state.joint_positions) > JOINT_LIMITS - margin) & (outward > STANDING)).any())


class Room:
    """How near to each other bodies may come on a way: each pair as the margin says, or as near as it is already."""

    def __init__(self, positions: Vector, nearest: NearestDistance, distance: float) -> None:
        """Of a way that begins at joint positions [7] rad; `distance` is what bodies keep, m."""
        self._nearest = nearest
        self._room = np.minimum(distance, 0.9 * nearest(positions).distances)

    def problem(self, positions: Vector, share: float = 1.0) -> str:
        """What is wrong at joint positions [7] rad where a share of the room is enough, in words; empty if nothing."""
        distances = self._nearest(positions).distances
        tight = distances < share * self._room
        return f"two bodies {1000 * distances[tight].min():.0f} mm from each other" if tight.any() else ""


def way_problem(
    legs: tuple[Leg, ...], positions: Vector, room: Room, safety: SafetyConfig
) -> Generator[None, None, str]:
    """What is wrong with a way, in words; empty if nothing. Yields often, for the arm to be watched meanwhile.

    The arm may turn its elbow otherwise than by the least motion: it is to be watched on the way, too.

    Args:
        legs: in their order.
        positions: [7] rad, where the arm is.
        room: for the bodies.
        safety: with the margin that joints keep, or don't diminish.
    """
    before, looks = positions, 0

    def problem(positions: Vector) -> str:
        nonlocal before, looks
        outward = np.abs(positions) > np.maximum(JOINT_LIMITS - safety.joint_margin, np.abs(before) + GREW)
        before, looks = positions, looks + 1
        if looks > MOST_POINTS:
            return "no end"
        return "a joint at its limit" if outward.any() else room.problem(positions)

    return (yield from first_problem(_points_along(legs, positions), problem))


def _points_along(legs: tuple[Leg, ...], positions: Vector) -> Iterator[Vector]:
    """Joint positions [7] rad on the way, by the least motion of the joints; without end if they don't get there."""
    for leg in legs:
        while True:
            cup = cup_kinematics(positions)
            away, turn_left = leg.place - cup.position, rotation_vector(leg.rotation @ cup.rotation.T)
            if max(np.linalg.norm(away), np.linalg.norm(turn_left)) < NEAR:
                break
            steps = max(1.0, np.linalg.norm(away) / STEP, np.linalg.norm(turn_left) / TURNING_STEP)
            step = np.concatenate((away, turn_left)) / steps
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
