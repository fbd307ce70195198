"""The pose in which the mug is emptied: how far from it the mug is, whether it was held there, what the policy sees."""

from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.arm import ArmState
from kinova_pour_env.kinematics import angles_from_rotation
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError
from kinova_pour_env.scene import Scene

OBSERVATIONS = 15


class Goal:
    """Measures one episode against the goal.

    Attributes:
        distance: m, from the mug's middle to the goal.
        roll_error: rad, without sign.
        reached: the pose was held as long as success needs.
    """

    def __init__(self, scene: Scene, config: PourCoffeeConfig) -> None:
        """Take the goal's pose.

        Raises:
            TaskError: an upright mug would earn less within the ball than outside: reach first, then pour (Eq. 17).
        """
        _check_hierarchy(scene, config)
        self._config = config
        self._position = np.array(scene.goal_position)
        self._roll = scene.goal_roll
        self._pose = np.array([*scene.goal_position, 0.0, 0.0, scene.goal_roll])

    def reset(self, state: ArmState) -> None:
        """An episode begins in `state`."""
        self.reached = False
        self._held = 0.0
        self.update(state, 0.0)

    def update(self, state: ArmState, elapsed: float) -> None:
        """Take in a reading, `elapsed` s after the one before."""
        away = state.cup_position - self._position
        self.distance = sqrt(away.dot(away))
        roll = float(angles_from_rotation(state.cup_rotation)[2])
        self.roll_error = abs((roll - self._roll + pi) % (2 * pi) - pi)
        config = self._config
        there = self.distance <= config.arrival_radius and self.roll_error <= config.success_roll_error
        self._held = self._held + elapsed if there else 0.0
        self.reached = self.reached or self._held >= config.success_hold - 1e-9

    def observation(self, state: ArmState) -> NDArray[np.float32]:
        """[15] float32: cup position, cup angles (psi, theta, phi), cup velocity, goal position, goal angles."""
        angles = angles_from_rotation(state.cup_rotation)
        return np.concatenate([state.cup_position, angles, state.cup_velocity, self._pose], dtype=np.float32)


def _check_hierarchy(scene: Scene, config: PourCoffeeConfig) -> None:
    least = config.arrival_bonus + config.centre_weight * config.arrival_radius + config.roll_weight * scene.goal_roll
    if least < 0:
        raise TaskError(
            f"an upright mug at the edge of the goal's ball earns {least:g} a step, less than outside: raise "
            "task.arrival_bonus, or lower the weights task.centre_weight, task.roll_weight or scene.goal_roll"
        )
