"""From a policy's action to a twist the arm may be given."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.safety.axis_motion import Motion
from kinova_pour_env.safety.motion_limiter import MotionLimiter, twist_of
from kinova_pour_env.safety.nearness import NearestDistance
from kinova_pour_env.safety.safety_config import SafetyConfig

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
        motion: from which the next command goes on.
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
    """Scales a checked action to the speed limits, and limits the motion. Every twist of an episode is its own."""

    def __init__(
        self, config: PourCoffeeConfig, safety: SafetyConfig, period: float, nearest: NearestDistance | None = None
    ) -> None:
        """Take the limits.

        Args:
            config: the speeds that an action of 1 stands for, and the workspace.
            safety: the limits.
            period: s, of the commands.
            nearest: least distance between bodies at joint positions, of a mirrored twin.
        """
        self._scale: NDArray[np.float64] = np.array([*[config.cup_speed] * 3, config.roll_rate])
        self._limiter = MotionLimiter(config, safety, period, nearest)

    def look(self, state: ArmState) -> None:
        """Make ready what the next command needs beside its action: distances to other bodies take a millisecond."""
        self._limiter.look(state)

    def command(self, action: Vector, state: ArmState, motion: Motion) -> Command:
        """The twist for the next control period.

        Args:
            action: [4] from `checked_action`: cup velocity along the base axes, and the rate of roll; zero stops
                softly.
            state: where the arm is; the roll is about the cup's own x axis.
            motion: of the command before.
        """
        motion = self._limiter.step(self._scale * action, state, motion)
        return Command(twist_of(motion.speed, state), motion.speed / self._scale, motion)
