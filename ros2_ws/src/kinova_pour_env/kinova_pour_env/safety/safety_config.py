"""Settings of the safety filter and of the stops."""

from math import sqrt
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from kinova_pour_env import gen3

AXIS_ACCELERATION = gen3.LINEAR_ACCELERATION / sqrt(3)
"""m/s^2 that the arm's own ramp gives to each of three axes at once: what is commanded within it is what is done."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class SafetyConfig:
    """Limits of the commanded motion, on every arm; and when one is stopped, where time is real."""

    linear_speed: Annotated[float, Field(gt=0, le=0.28)] = 0.28
    """Of the mug along each axis, m/s: three of them stay below the arm's hard limit of 0.5."""
    linear_acceleration: Annotated[float, Field(gt=0, le=AXIS_ACCELERATION)] = AXIS_ACCELERATION
    """Of the mug along each axis, m/s^2: three of them stay within the arm's own ramp of 0.4."""
    linear_jerk: Annotated[float, Field(gt=0, le=100)] = 4.0
    """Of the mug along each axis, m/s^3."""
    roll_speed: Annotated[float, Field(gt=0, le=1.7)] = 1.7
    """Of the mug, rad/s."""
    roll_acceleration: Annotated[float, Field(gt=0, le=10)] = gen3.ANGULAR_ACCELERATION
    """Of the mug's roll, rad/s^2."""
    roll_jerk: Annotated[float, Field(gt=0, le=100)] = 4.0
    """Of the mug's roll, rad/s^3."""

    wall_distance: Annotated[float, Field(ge=0, le=0.1)] = 0.01
    """How far from the walls of the workspace the mug's middle stops, m."""
    reaction_time: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    """From a command to the motion that it causes, s: braking begins that much earlier."""
    approach_time: Annotated[float, Field(ge=0.1, le=10)] = 0.7
    """Joint limits and bodies are approached no faster than would reach them in this time, s: ever slower."""
    joint_margin: Annotated[float, Field(ge=0, le=0.5)] = 0.06
    """How far from its limit a joint stops, rad; more than `task.joint_limit_margin`, which is a violation."""
    singular_distance: Annotated[float, Field(gt=0, le=1)] = 0.12
    """Singular value of the Jacobian, in the direction of a motion, below which it slows down (Home has 0.15)."""
    body_distance: Annotated[float, Field(ge=0, le=0.2)] = 0.01
    """How far from other bodies the arm stops, m, where a mirrored twin tells their distance."""

    contact_force: Annotated[float, Field(gt=0, le=200)] = 20.0
    """External force at the tool that counts as a collision, N."""
    contact_torque: Annotated[float, Field(gt=0, le=50)] = 6.0
    """External torque at the tool that counts as a collision, N m."""
    turn_astray: Annotated[float, Field(gt=0, le=1)] = 0.15
    """How far the mug's turning within a second may be from its commands, rad; an arm that strays more is stopped."""
    feedback_timeout: Annotated[float, Field(ge=0.05, le=5)] = 0.15
    """An arm whose readings stay the same for longer is stopped, s."""
    watchdog_timeout: Annotated[float, Field(ge=0.05, le=5)] = 0.1
    """A moving arm that gets no command for longer is stopped from another thread, s."""
    guard_timeout: Annotated[float, Field(ge=0.05, le=5)] = 0.15
    """As watchdog_timeout, for the process that stops the arm when this one hangs, s."""

    @model_validator(mode="after")
    def _guard_is_second(self) -> "SafetyConfig":
        if self.guard_timeout < self.watchdog_timeout:
            raise ValueError(
                f"guard_timeout is {self.guard_timeout:g} s, below watchdog_timeout {self.watchdog_timeout:g} s: "
                "the guard is for what the watchdog cannot stop"
            )
        return self
