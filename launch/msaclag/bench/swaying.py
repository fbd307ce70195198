"""The twin as it is timed: the mug sways about Home, where it touches and spills nothing."""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from math import cos, pi, sin
from typing import Any

import numpy as np
import pybullet

from kinova_pour_env import gen3
from kinova_pour_env.pour_coffee import PourCoffeeEnv
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene
from sim_bridge.twin import Twin
from sim_bridge.twin_config import TwinConfig
from sim_bridge.world import World

PERIOD = 40
"""Steps of a sway: 4 s."""
AMPLITUDE = 0.3
EPISODE = 20 * PERIOD
"""Steps until the next reset, which takes 5 ms: the elbow drifts, faster and faster, in a sway without end."""

PERIODS_PER_STEP = round(1 / (PourCoffeeConfig().policy_rate * gen3.COMMAND_PERIOD))


class SwayingTwin:
    """An environment that is stepped again and again."""

    def __init__(self) -> None:
        """Stand at Home."""
        scene = Scene()
        self.environment = PourCoffeeEnv(Twin(scene), scene, replace(PourCoffeeConfig(), max_steps=10**9))
        self._steps = 0

    def step(self) -> None:
        """One step of the environment.

        Raises:
            RuntimeError: the episode ended.
        """
        if self._steps % EPISODE == 0:
            self.environment.reset(seed=0)
        phase = 2 * pi * self._steps / PERIOD
        self._steps += 1
        action = AMPLITUDE * np.array([cos(phase), sin(phase), -cos(phase), sin(phase)], np.float32)
        if any(self.environment.step(action)[2:4]):
            raise RuntimeError("the episode of the benchmark ended")

    def share_of_the_liquid(self, steps: int) -> float:
        """The share of the time of `steps` steps that the liquid takes."""
        liquid: Any = self.environment.task.liquid
        advance, spent = liquid.advance, 0.0

        def timed(*arguments: object) -> None:
            nonlocal spent
            begin = time.perf_counter()
            advance(*arguments)
            spent += time.perf_counter() - begin

        liquid.advance = timed
        begin = time.perf_counter()
        for _ in range(steps):
            self.step()
        whole = time.perf_counter() - begin
        del liquid.advance  # what it is timed by
        return spent / whole


def standing_step() -> Callable[[], None]:
    """PyBullet alone for as long as a step of the environment: the same scene and substeps, the arm held at Home."""
    world = _world_at_home()
    _turn(world, [0.0] * len(world.joints))

    def step() -> None:
        for _ in range(PERIODS_PER_STEP):
            pybullet.stepSimulation(physicsClientId=world.client)

    return step


def replayed_step() -> Callable[[], None]:
    """The same with the sway's joint velocities as the motors' targets: Bullet's solver takes longer for a motion."""
    world, velocities = _world_at_home(), cycle(_velocities_of_a_sway())

    def step() -> None:
        for _ in range(PERIODS_PER_STEP):
            _turn(world, next(velocities))
            pybullet.stepSimulation(physicsClientId=world.client)

    return step


def _velocities_of_a_sway() -> list[list[float]]:
    """rad/s, [7] in each period of 25 ms; of the second sway, which ends as it begins."""
    twin, velocities = SwayingTwin(), []
    for _ in range(PERIOD):
        twin.step()
    twin.environment.task.on_tick = lambda tick: velocities.append(tick.arm_state.joint_velocities.tolist())
    for _ in range(PERIOD):
        twin.step()
    twin.environment.close()
    return velocities


def _world_at_home() -> World:
    world = World(Scene(), TwinConfig())
    for joint, position in zip(world.joints, gen3.HOME, strict=True):
        pybullet.resetJointState(world.arm, joint, position, physicsClientId=world.client)
    return world


def _turn(world: World, velocities: list[float]) -> None:
    pybullet.setJointMotorControlArray(
        world.arm,
        world.joints,
        pybullet.VELOCITY_CONTROL,
        targetVelocities=velocities,
        forces=[joint.effort / world.substeps for joint in gen3.ACTUATED_JOINTS],
        physicsClientId=world.client,
    )
