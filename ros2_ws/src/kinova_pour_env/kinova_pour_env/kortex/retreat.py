"""The way back from an episode, by twists: turn the mug upright where it is, lift it, bring it above Home's place.

Joint actions ignore protection zones and may pass the target cup; from up there their way is short and free.
"""

from collections.abc import Generator
from typing import NamedTuple

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import STANDING, ArmState, Vector
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kinematics import JOINT_LIMITS, rotation_vector
from kinova_pour_env.safety.axis_motion import AT_REST, AxisLimits, approach
from kinova_pour_env.safety.safety_config import AXIS_ACCELERATION

GAIN = 1.5
"""1/s: the speed asked for, over the distance left."""
NEAR = 0.02
"""m, and rad: a leg ends there."""

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


class Leg(NamedTuple):
    """A place to go to, upright.

    Attributes:
        place: [3] m, of the cup.
        rotation: [3, 3], base from cup_frame.
    """

    place: Vector
    rotation: Vector


def legs_from(state: ArmState) -> tuple[Leg, ...]:
    """The three legs of the way back from where the cup is."""
    x, y, z = state.cup_position
    high = max(z, CUP_AT_HOME[2])
    upright = np.eye(3)
    return Leg(state.cup_position, upright), Leg(np.array((x, y, high)), upright), Leg(CUP_AT_HOME, upright)


def can_retreat(state: ArmState) -> bool:
    """Whether the cup is somewhere from where the legs are known to be safe."""
    return bool(((state.cup_position >= REACH_LOW) & (state.cup_position <= REACH_HIGH)).all())


def runs_out_of_range(state: ArmState, margin: float) -> bool:
    """Whether a joint that is within `margin` rad of its limit goes on towards it."""
    outward = state.joint_velocities * np.sign(state.joint_positions)
    return bool(((np.abs(state.joint_positions) > JOINT_LIMITS - margin) & (outward > STANDING)).any())


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
