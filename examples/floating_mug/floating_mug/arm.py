"""A mug that floats: an arm without joints, which follows twists as the Gen3 does."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from kinova_pour_env.arm import HOME, ArmState, Vector, checked_twist
from kinova_pour_env.gen3 import COMMAND_PERIOD
from kinova_pour_env.gen3 import HOME as JOINTS_AT_HOME
from kinova_pour_env.kinematics import rotation_from_vector
from kinova_pour_env.scene import Scene

START = (0.577, 0.001, 0.434)
"""Where the mug is at Home, m."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class FloatingMugConfig:
    """Settings of this arm: parameters of env_node below the arm's name."""

    ramp: Annotated[float, Field(gt=0, le=10)] = 0.4
    """Change of the mug's velocity, m/s^2, and of its turning, rad/s^2."""


class FloatingMug:
    """Obeys `kinova_pour_env.arm.Arm`."""

    Config: ClassVar[type[FloatingMugConfig]] = FloatingMugConfig
    period = COMMAND_PERIOD
    real_time = False

    def __init__(self, scene: Scene, config: FloatingMugConfig | None = None) -> None:
        """Stand at Home."""
        self.scene, self.config = scene, config or FloatingMugConfig()
        self._stopped = False
        self._time = 0.0
        self._position: Vector = np.array(START)
        self._rotation: Vector = np.eye(3)
        self._twist: Vector = np.zeros(6)
        self._commanded: Vector = np.zeros(6)

    def reset(self, random: np.random.Generator, scene: Scene | None = None) -> Iterator[str]:
        """Go to a first state near Home; yields the phase."""
        yield HOME
        self.scene = scene or self.scene
        self._stopped = False
        self._position = START + random.uniform(-1, 1, 3) * self.scene.start_spread
        self._rotation = np.eye(3)
        self._twist = self._commanded = np.zeros(6)

    def send_twist(self, twist: Vector) -> None:
        """Replace the commanded twist [6], which is kept until the next."""
        self._commanded = checked_twist(twist)

    def advance(self) -> ArmState:
        """One period of simulated time."""
        most = self.config.ramp * self.period
        wanted = np.zeros(6) if self._stopped else self._commanded
        self._twist = self._twist + np.clip(wanted - self._twist, -most, most)
        self._position = self._position + self._twist[:3] * self.period
        self._rotation = rotation_from_vector(self._twist[3:] * self.period) @ self._rotation
        self._time += self.period
        return self.read()

    def read(self) -> ArmState:
        """The latest state; it has no joints, so it tells of the Gen3's at Home."""
        return ArmState(
            time=self._time,
            joint_positions=np.array(JOINTS_AT_HOME),
            joint_velocities=np.zeros(7),
            joint_torques=np.zeros(7),
            cup_position=self._position,
            cup_rotation=self._rotation,
            cup_velocity=self._twist[:3],
            cup_angular_velocity=self._twist[3:],
            wrench=np.zeros(6),
        )

    def stop(self) -> None:
        """Come to rest by the ramp."""
        self._commanded = np.zeros(6)

    def emergency_stop(self) -> None:
        """Come to rest and obey no twist before the next reset."""
        self._stopped = True

    def close(self) -> None:
        """Leave it standing."""
        self.stop()
