"""Motions of a carried mug, for two models of its coffee to disagree on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import log, pi
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.arm import Vector
from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.gen3 import ANGULAR_ACCELERATION, COMMAND_PERIOD, LINEAR_ACCELERATION
from kinova_pour_env.kinematics import rotation_from_vector
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask, Tick
from kinova_pour_env.safety_filter import ACTIONS
from kinova_pour_env.scene import Mug, Scene
from msaclag_learner.trained_policy import trained_policy
from sim_bridge.twin import Twin

STEP_LIMIT = 150
"""Steps of a policy."""
MEMORY = 0.9
"""Of an exploring action, from step to step."""
EXPLORING = np.array([0.5, 0.5, 0.5, 2.0])
"""Standard deviation of an exploring action before it is clipped; the workspace soon ends a faster one."""
NOISE = 0.2
"""Standard deviation of what is added to the demonstrator's actions."""

Policy = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Instant(NamedTuple):
    """The mug at the end of a control period, base frame and SI; the acceleration is the period's mean."""

    position: Vector
    rotation: Vector
    velocity: Vector
    angular_velocity: Vector
    acceleration: Vector


class Motion(NamedTuple):
    """What is done to a mug."""

    kind: str
    scene: Scene
    rotation: Vector
    """Before the first instant."""
    instants: list[Instant]


def motion(kind: str, seed: int, checkpoint: Path | None = None) -> Motion:
    """The motion of a `kind` in KINDS, or "learned", with a mug of its own size and fill.

    Args:
        kind: which.
        seed: what is drawn.
        checkpoint: whose policy moves, where it was learned.
    """
    random = np.random.default_rng([seed, len(kind), ord(kind[0])])
    mug = Mug(radius=random.uniform(0.035, 0.045), fill=random.uniform(0.65, 0.85))
    scene = Scene(mug=mug)
    if kind == "learned":
        assert checkpoint is not None
        return _learned(random, scene, checkpoint)
    return KINDS[kind](random, scene)


def _shaken(random: np.random.Generator, scene: Scene) -> Motion:
    """Upright, for 4 s by three sines of 1 to 5 Hz along each axis."""
    time = COMMAND_PERIOD * np.arange(161)
    size = np.exp(random.uniform(log(0.2), log(4))) * np.array([1, 1, 0.5])
    frequencies, phases = random.uniform(1, 5, (3, 3)), random.uniform(0, 2 * pi, (3, 3))
    waves = np.sin(2 * pi * frequencies[..., None] * time + phases[..., None]) / frequencies[..., None]
    fade = np.clip(np.minimum(time / 0.3, (time[-1] - time) / 1.0), 0, 1)
    velocities = fade * size[:, None] * waves.sum(axis=1) / (2 * pi * 3)
    return _carried("shaken", scene, velocities.T, np.zeros(len(time)))


def _halted(random: np.random.Generator, scene: Scene) -> Motion:
    """Off at the arm's ramp, then braked by 1 to 12 m/s^2, and 1 s of waiting."""
    speed, braking = random.uniform(0.2, 0.8), np.exp(random.uniform(log(1), log(12)))
    direction = random.uniform(0, 2 * pi)
    faster = np.arange(0, speed, LINEAR_ACCELERATION * COMMAND_PERIOD)
    slower = np.arange(speed, 0, -braking * COMMAND_PERIOD)
    speeds = np.concatenate([faster, np.full(10, speed), slower, np.zeros(41)])
    velocities = speeds[:, None] * np.array([np.cos(direction), np.sin(direction), 0.0])
    return _carried("halted", scene, velocities, np.zeros(len(speeds)))


def _tilted(random: np.random.Generator, scene: Scene) -> Motion:
    """Rolled by 0.17 to 1.75 rad at the arm's ramp, about the goal, and held for 1.5 s."""
    angle, fastest = random.uniform(0.17, 1.75), random.uniform(0.3, 0.8)
    rates, rolled = [0.0], 0.0
    while rolled < angle:
        braked = np.sqrt(2 * ANGULAR_ACCELERATION * (angle - rolled))
        rate = max(0.02, min(rates[-1] + ANGULAR_ACCELERATION * COMMAND_PERIOD, fastest, braked))
        rates.append(rate)
        rolled += rate * COMMAND_PERIOD
    rates += [0.0] * 60
    beside = random.uniform(-0.08, 0.08, 3) * (1, 1, 0)
    return _carried("tilted", scene, np.zeros((len(rates), 3)), np.array(rates), tuple(scene.goal_position + beside))


def _carried(
    kind: str, scene: Scene, velocities: Vector, roll_rates: Vector, start: Sequence[float] = (0.5, 0.1, 0.4)
) -> Motion:
    """Velocities [T, 3] and roll rates [T], each at the end of a control period but the first."""
    accelerations = np.diff(velocities, axis=0) / COMMAND_PERIOD
    middles = (velocities[1:] + velocities[:-1]) / 2
    positions = np.array(start) + COMMAND_PERIOD * np.cumsum(middles, axis=0)
    instants, rotation = [], np.eye(3)
    for step, position in enumerate(positions, start=1):
        spin = np.array([roll_rates[step], 0.0, 0.0])
        rotation = rotation_from_vector(COMMAND_PERIOD * spin) @ rotation
        instants.append(Instant(position, rotation, velocities[step], spin, accelerations[step - 1]))
    return Motion(kind, scene, np.eye(3), instants)


def _explored(random: np.random.Generator, scene: Scene) -> Motion:
    action = np.zeros(ACTIONS)

    def policy(observation: NDArray[np.float32]) -> NDArray[np.float32]:
        action[:] = MEMORY * action + np.sqrt(1 - MEMORY**2) * EXPLORING * random.normal(size=ACTIONS)
        return np.clip(action, -1, 1).astype(np.float32)

    return _on_the_twin("explored", random, scene, policy)


def _demonstrated(random: np.random.Generator, scene: Scene) -> Motion:
    demonstrator = Demonstrator(scene, PourCoffeeConfig())

    def policy(observation: NDArray[np.float32]) -> NDArray[np.float32]:
        noise = NOISE * random.normal(size=ACTIONS).astype(np.float32)
        return np.clip(demonstrator(observation) + noise, -1, 1)

    return _on_the_twin("demonstrated", random, scene, policy)


def _learned(random: np.random.Generator, scene: Scene, checkpoint: Path) -> Motion:
    policy = trained_policy(checkpoint)
    return _on_the_twin("learned", random, scene, lambda seen: policy.act(seen, deterministic=True))


def _on_the_twin(kind: str, random: np.random.Generator, scene: Scene, policy: Policy) -> Motion:
    """An episode that goes on after a spill."""
    config = replace(PourCoffeeConfig(), constrain_spillage=False, max_steps=STEP_LIMIT)
    twin, ticks = Twin(scene), list[Tick]()
    try:
        task = PourTask(twin, scene, config)
        for _phase in task.reset(random):
            pass
        rotation = twin.read().cup_rotation
        task.on_tick = ticks.append
        while task.running:
            task.step(policy(task.observation))
    finally:
        twin.close()
    return Motion(kind, scene, rotation, [_instant(tick) for tick in ticks])


def _instant(tick: Tick) -> Instant:
    arm = tick.arm_state
    return Instant(arm.cup_position, arm.cup_rotation, arm.cup_velocity, arm.cup_angular_velocity, tick.acceleration)


KINDS: dict[str, Callable[[np.random.Generator, Scene], Motion]] = {
    "shaken": _shaken,
    "halted": _halted,
    "tilted": _tilted,
    "explored": _explored,
    "demonstrated": _demonstrated,
}
