"""From a policy's action to a twist the arm may be given."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kinova_pour_env.arm import Arm, ArmState, Vector
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.safety.motion_limiter import STANDING, Motion, MotionLimiter
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety.slowdown import NearestDistance

ACTIONS = 4

ROUNDING = 1e-4
"""How far beyond +-1 an action may be: a policy's float32 arithmetic, no more."""


class ActionError(ValueError):
    """An action that no arm must see; the message says what is wrong with it."""


class Command(NamedTuple):
    """What goes to the arm.

    Attributes:
        twist: [6] m/s and rad/s, of the cup's origin in base axes.
        action_executed: [4], the action that this twist amounts to, in +-1.
        motion: from which the next command goes on; `STANDING` where nothing is limited.
    """

    twist: Vector
    action_executed: Vector
    motion: Motion


def checked_action(action: ArrayLike) -> Vector:
    """The action as float64 [4] in +-1.

    Raises:
        ActionError: wrong size, not a number, not finite, or out of range.
    """
    try:
        values = np.asarray(action, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ActionError(f"the action is not a vector of numbers: {action!r}") from error
    if values.shape != (ACTIONS,):
        raise ActionError(f"the action has shape {list(values.shape)}, expected [{ACTIONS}]")
    if not np.abs(values).max() <= 1 + ROUNDING:
        fault, rule = ("out of range", ", each must be in [-1, 1]") if np.isfinite(values).all() else ("not finite", "")
        raise ActionError(f"the action is {fault}: {values.tolist()}{rule}")
    return np.minimum(np.maximum(values, -1.0), 1.0)


class SafetyFilter:
    """Scales a checked action to the speed limits, and limits the motion further where there is a limiter.

    Every twist of an episode passes through `command`.
    """

    def __init__(self, config: PourCoffeeConfig, limiter: MotionLimiter | None = None) -> None:
        """Take the limits.

        Args:
            config: the speeds that an action of 1 stands for.
            limiter: for an arm in real time; without it every step of the velocity is let pass.
        """
        self._scale: NDArray[np.float64] = np.array([*[config.cup_speed] * 3, config.roll_rate])
        self._limiter = limiter

    @classmethod
    def for_arm(
        cls, arm: Arm, config: PourCoffeeConfig, safety: SafetyConfig, nearest: NearestDistance | None = None
    ) -> "SafetyFilter":
        """With a limiter where time is real, or where the settings say so."""
        if arm.real_time or safety.in_simulation:
            return cls(config, MotionLimiter(config, safety, arm.period, nearest))
        return cls(config)

    def command(self, action: Vector, state: ArmState, motion: Motion = STANDING) -> Command:
        """The twist for the next control period.

        Args:
            action: [4] from `checked_action`: cup velocity along the base axes, and the rate of roll.
            state: where the arm is; the roll is about the cup's own x axis.
            motion: of the command before.
        """
        velocity = self._scale * action
        if self._limiter is not None:
            motion = self._limiter.step(velocity, state, motion)
            velocity = np.array([axis.speed for axis in motion])
            action = velocity / self._scale
        twist = np.empty(6)
        twist[:3] = velocity[:3]
        twist[3:] = velocity[3] * state.cup_rotation[:, 0]
        return Command(twist, action, motion)

    def stop(self, state: ArmState, motion: Motion = STANDING) -> Command:
        """The next twist of a soft stop: zero, or what leads there within the limits of the motion."""
        if self._limiter is None:
            return Command(np.zeros(6), np.zeros(ACTIONS), STANDING)
        return self.command(np.zeros(ACTIONS), state, motion)
