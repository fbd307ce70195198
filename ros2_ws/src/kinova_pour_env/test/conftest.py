"""What the tests share: an arm that is all cup, and episodes on it."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.gen3 import ANGULAR_ACCELERATION, COMMAND_PERIOD, HOME, LINEAR_ACCELERATION
from kinova_pour_env.kinematics import rotation_from_vector
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.scene import Scene

START = (0.577, 0.001, 0.434)


class FloatingCup:
    """An `Arm` without an arm: a mug that floats, follows twists within Kinova's ramp, and touches nothing."""

    period = COMMAND_PERIOD
    real_time = False

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.faults: tuple[str, ...] = ()
        self.stopped = 0
        self.emergency_stopped = False
        self.time = 0.0
        self._stand(np.array(START))

    def _stand(self, position: Vector) -> None:
        self.position, self.rotation = position, np.eye(3)
        self.twist = self.target = np.zeros(6)

    def reset(self, random: np.random.Generator, scene: Scene | None = None) -> Iterator[str]:
        yield "going home"
        self.scene = scene or self.scene
        self._stand(START + random.uniform(-1, 1, 3) * self.scene.start_spread)

    def send_twist(self, twist: Vector) -> None:
        self.target = twist

    def advance(self) -> ArmState:
        ramp = self.period * np.repeat([LINEAR_ACCELERATION, ANGULAR_ACCELERATION], 3)
        target = np.zeros(6) if self.emergency_stopped else self.target
        self.twist = self.twist + np.clip(target - self.twist, -ramp, ramp)
        self.position = self.position + self.period * self.twist[:3]
        self.rotation = rotation_from_vector(self.period * self.twist[3:]) @ self.rotation
        self.time += self.period
        return self.read()

    def read(self) -> ArmState:
        return ArmState(
            time=self.time,
            joint_positions=np.array(HOME),
            joint_velocities=np.zeros(7),
            joint_torques=np.zeros(7),
            cup_position=self.position,
            cup_rotation=self.rotation,
            cup_velocity=self.twist[:3],
            cup_angular_velocity=self.twist[3:],
            wrench=np.zeros(6),
            faults=self.faults,
        )

    def stop(self) -> None:
        self.target = np.zeros(6)
        self.stopped += 1

    def emergency_stop(self) -> None:
        self.emergency_stopped = True

    def close(self) -> None:
        self.stop()


@pytest.fixture
def floating_cup() -> FloatingCup:
    """An arm that is all cup."""
    return FloatingCup(Scene())


@pytest.fixture
def begin(floating_cup: FloatingCup) -> Callable[..., PourTask]:
    """Begins an episode on the floating cup: `begin(max_steps=3)`."""

    def started(**changes: Any) -> PourTask:
        task = PourTask(floating_cup, floating_cup.scene, PourCoffeeConfig(**changes))
        for _phase in task.reset(np.random.default_rng(0)):
            pass
        return task

    return started
