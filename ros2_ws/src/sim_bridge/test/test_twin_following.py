"""How well the twin follows a twist: step response, tracking error, and what it does where it cannot go on.

Where it cannot go on, the joints keep the accelerations that Kinova gives for the actuators.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from kinova_pour_env import gen3
from kinova_pour_env.arm import Vector
from kinova_pour_env.kinematics import rotation_from_vector, small_rotation_vector

PERIOD = gen3.COMMAND_PERIOD
RAMP = np.array([gen3.LINEAR_ACCELERATION, gen3.ANGULAR_ACCELERATION])
FASTEST = np.array([joint.velocity for joint in gen3.ACTUATED_JOINTS])
ACCELERATIONS = np.array([joint.acceleration for joint in gen3.ACTUATED_JOINTS])
LIMITS = np.array([joint.limit for joint in gen3.ACTUATED_JOINTS])


@dataclass
class Motion:
    """What a twin did under twists.

    Attributes:
        commanded: [T, 6].
        twists: [T, 6], of the cup.
        positions: [T, 3] m.
        rotations: [T, 3, 3].
        joints: [T, 7] rad, continuous ones unwrapped.
        joint_velocities: [T, 7] rad/s.
        touched: it ended at a contact.
        faults: of the arm at its end.
    """

    commanded: Vector
    twists: Vector
    positions: Vector
    rotations: Vector
    joints: Vector
    joint_velocities: Vector
    touched: bool
    faults: tuple[str, ...]

    @property
    def joint_accelerations(self) -> Vector:
        """[T, 7], over the actuators' accelerations."""
        before = np.vstack([np.zeros(7), self.joint_velocities[:-1]])
        return (self.joint_velocities - before) / PERIOD / ACCELERATIONS

    @property
    def accelerations(self) -> Vector:
        """[T - 1] m/s^2, of the cup."""
        return np.linalg.norm(np.diff(self.twists[:, :3], axis=0), axis=1) / PERIOD


def moved(twin, twists) -> Motion:
    """Each twist for one period; ends where something touches."""
    states = []
    for twist in twists:
        twin.send_twist(np.asarray(twist, float))
        states.append(twin.advance())
        if states[-1].contacts or states[-1].faults:
            break
    return Motion(
        np.array(twists, float)[: len(states)],
        np.array([np.append(state.cup_velocity, state.cup_angular_velocity) for state in states]),
        np.array([state.cup_position for state in states]),
        np.array([state.cup_rotation for state in states]),
        np.unwrap([state.joint_positions for state in states], axis=0),
        np.array([state.joint_velocities for state in states]),
        bool(states[-1].contacts),
        states[-1].faults,
    )


def constant(axis: int, speed: float, periods: int) -> Vector:
    """[periods, 6], one axis at one speed."""
    twists = np.zeros((periods, 6))
    twists[:, axis] = speed
    return twists


def ideal(start, motion: Motion) -> tuple[Vector, Vector]:
    """Position [T, 3] and rotation [T, 3, 3] of a cup that has no arm, only Kinova's ramp."""
    position, rotation, twist = start.cup_position, start.cup_rotation, np.zeros(6)
    positions, rotations = [], []
    for commanded in motion.commanded:
        for part, ramp in zip((slice(3), slice(3, 6)), RAMP, strict=True):
            change = commanded[part] - twist[part]
            twist[part] += change * min(1, ramp * PERIOD / max(np.linalg.norm(change), 1e-12))
        position = position + twist[:3] * PERIOD
        rotation = rotation_from_vector(twist[3:] * PERIOD) @ rotation
        positions.append(position)
        rotations.append(rotation)
    return np.array(positions), np.array(rotations)


def errors(start, motion: Motion) -> tuple[Vector, Vector]:
    """Distance [T] m and angle [T] rad between the cup and the ideal one."""
    positions, rotations = ideal(start, motion)
    angles = [
        np.linalg.norm(small_rotation_vector(one @ other.T))
        for one, other in zip(motion.rotations, rotations, strict=True)
    ]
    return np.linalg.norm(motion.positions - positions, axis=1), np.array(angles)


def wander(seed: int, periods: int = 240) -> Vector:
    """[periods, 6]: every 0.1 s another random action of Pour Coffee about Home, and back again."""
    random = np.random.default_rng(seed)
    twists = np.zeros((periods, 6))
    for begin in range(0, periods, 8):
        twists[begin : begin + 4, :4] = random.uniform(-1, 1, 4) * [0.25, 0.25, 0.25, 0.8]
        twists[begin + 4 : begin + 8] = -twists[begin]
    return twists


@pytest.mark.parametrize(("axis", "speed"), [(0, 0.12), (1, -0.25), (2, 0.12), (3, 0.8)])
def test_step_response(twin, axis, speed):
    """The ramp to the commanded speed, no delay beyond its own period, no overshoot, nothing on the other axes."""
    motion = moved(twin, constant(axis, speed, 90))
    response = motion.twists[:, axis] * np.sign(speed)
    ramp = np.minimum(RAMP[axis // 3] * PERIOD * np.arange(1, 91), abs(speed))
    np.testing.assert_allclose(response, ramp, atol=0.01 * abs(speed) + 1e-3)
    others = np.delete(motion.twists, axis, axis=1)
    assert np.abs(others).max() < 0.01


@pytest.mark.parametrize("seed", range(3))
def test_tracking_error(twin, seed):
    start = twin.read()
    motion = moved(twin, wander(seed))
    assert len(motion.positions) == 240
    distances, angles = errors(start, motion)
    assert distances.max() < 1e-3
    assert angles.max() < np.radians(0.3)
    assert (np.abs(motion.joint_accelerations) < 1).all()


BOUNDS = [(axis, sign * speed) for axis, speed in enumerate([0.25, 0.25, 0.25, 1.5, 1.5, 1.5]) for sign in (1, -1)]


@pytest.mark.parametrize(("axis", "speed"), BOUNDS)
def test_where_it_cannot_go_on_it_slows_down_and_never_jumps(twin, axis, speed):
    """Each way from Home until the arm is stretched, a joint is at its limit, or something touches."""
    motion = moved(twin, constant(axis, speed, 320))
    assert motion.faults == ()
    free = slice(None, -1 if motion.touched else None)
    assert (np.abs(motion.joint_velocities[free]) <= 1.01 * FASTEST).all()
    assert (np.abs(motion.joint_accelerations[free]) <= 1.05).all()
    assert (np.abs(motion.joints[free]) < LIMITS).all()
    assert motion.accelerations[free].max() < 0.85
    if not motion.touched and axis != 3:  # the last joint turns for ever
        assert np.abs(motion.twists[-1, :3]).max() < 0.03
