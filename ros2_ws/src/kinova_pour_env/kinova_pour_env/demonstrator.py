"""A scripted pour: over to the cup, down to the goal, roll. It shows that the task can be solved, and how."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.gen3 import ANGULAR_ACCELERATION, LINEAR_ACCELERATION
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene

APPROACH_HEIGHT = 0.06
"""m above the goal at which the mug arrives over the cup."""
NEAR = 0.03
"""m: so near to the goal's vertical the mug goes down, so near to the goal it rolls."""
GAIN = 1.5
"""1/s, speed over distance close to a target."""
BRAKING_SHARE = 0.5
"""Share of the arm's acceleration that braking counts on."""


class Demonstrator:
    """Proportional close to its target, farther away as fast as the arm can still brake. It keeps no state."""

    def __init__(self, scene: Scene, config: PourCoffeeConfig) -> None:
        """Aim at the scene's goal.

        Args:
            scene: where to go.
            config: the speeds that an action of 1 stands for.
        """
        self._goal = np.array(scene.goal_position)
        self._detour = np.array([0.0, 0.0, APPROACH_HEIGHT])
        self._goal_roll = scene.goal_roll
        self._cup_speed = config.cup_speed
        self._roll_rate = config.roll_rate

    def __call__(self, observation: NDArray[np.float32]) -> NDArray[np.float32]:
        """The action in a state.

        Args:
            observation: [15] of `PourTask`.

        Returns:
            [4] in +-1.
        """
        position, roll = observation[:3].astype(np.float64), float(observation[5])
        to_goal = self._goal - position
        above = np.hypot(to_goal[0], to_goal[1]) > NEAR
        way = to_goal + self._detour if above else to_goal
        length = float(np.linalg.norm(way))
        velocity = way * (_speed(length, LINEAR_ACCELERATION) / max(length, 1e-9))
        velocity *= min(1.0, self._cup_speed / max(float(np.abs(velocity).max()), 1e-9))
        error = self._goal_roll - roll
        rolling = float(np.linalg.norm(to_goal)) < NEAR
        rate = float(np.sign(error)) * _speed(abs(error), ANGULAR_ACCELERATION) if rolling else 0.0
        action = np.array([*velocity / self._cup_speed, rate / self._roll_rate])
        return np.clip(action, -1.0, 1.0).astype(np.float32)


def _speed(distance: float, acceleration: float) -> float:
    """How fast to go at this distance from a target, per second."""
    return min(GAIN * distance, sqrt(2 * BRAKING_SHARE * acceleration * distance))
