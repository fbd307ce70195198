"""Settings of the twin."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from kinova_pour_env import gen3


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class TwinConfig:
    """How the twin moves and computes; the defaults are the Gen3's own limits."""

    gui: bool = False
    """Show the PyBullet window."""
    real_time: bool = False
    """Wait for the wall clock in every period."""
    physics_rate: Annotated[int, Field(ge=40, le=10_000)] = 240
    """Physics steps per second; a multiple of 40 Hz, the rate at which commands are processed."""
    linear_speed: Annotated[float, Field(gt=0, le=gen3.LINEAR_SPEED)] = gen3.LINEAR_SPEED
    """Limit of the cup's speed, m/s."""
    angular_speed: Annotated[float, Field(gt=0, le=gen3.ANGULAR_SPEED)] = gen3.ANGULAR_SPEED
    """Limit of the cup's turning, rad/s."""
    linear_acceleration: Annotated[float, Field(gt=0, le=10)] = gen3.LINEAR_ACCELERATION
    """Ramp of the cup's velocity, m/s^2."""
    angular_acceleration: Annotated[float, Field(gt=0, le=10)] = gen3.ANGULAR_ACCELERATION
    """Ramp of the cup's angular velocity, rad/s^2."""
    contact_distance: Annotated[float, Field(ge=0, le=0.015)] = 0.001
    """Two bodies nearer than this touch, m."""

    @model_validator(mode="after")
    def _whole_substeps(self) -> "TwinConfig":
        if abs(self.substeps - self.physics_rate * gen3.COMMAND_PERIOD) > 1e-9:
            raise ValueError(f"physics_rate is {self.physics_rate}; it must be a multiple of 40 Hz")
        return self

    @property
    def substeps(self) -> int:
        """Physics steps per command."""
        return round(self.physics_rate * gen3.COMMAND_PERIOD)
