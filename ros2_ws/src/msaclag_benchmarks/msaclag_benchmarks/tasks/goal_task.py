"""A task around an environment of Gymnasium-Robotics, whose goals become part of the observation.

It wraps rather than inherits: what has a `compute_reward` of goals is taken for an environment of dictionaries.
"""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box
from gymnasium_robotics.envs.robot_env import MujocoRobotEnv
from numpy.typing import NDArray

Array = NDArray[np.float64]


class GoalTask(gymnasium.Env[Array, NDArray[np.float32]]):
    """Observes what `simulation` does, then the achieved and the desired goal."""

    metadata = {"render_modes": ["human", "rgb_array"], "render_fps": 25}  # noqa: RUF012

    def __init__(self, simulation: MujocoRobotEnv) -> None:
        """Take over an environment, which is closed with this one."""
        self.simulation = simulation
        self.render_mode = simulation.render_mode
        size = sum(space.shape[0] for space in simulation.observation_space.spaces.values())
        self.observation_space = Box(-np.inf, np.inf, (size,), np.float64)
        self.action_space = simulation.action_space

    @property
    def model(self) -> Any:
        """MuJoCo's."""
        return self.simulation.model

    @property
    def data(self) -> Any:
        """MuJoCo's."""
        return self.simulation.data

    @property
    def goal(self) -> Array:
        """The desired one."""
        return self.simulation.goal

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Array, dict[str, Any]]:
        """Begin an episode."""
        super().reset(seed=seed)
        observation, info = self.simulation.reset(seed=int(self.np_random.integers(2**31)))
        return self._flat(observation), info

    def render(self) -> Any:
        """As the environment does."""
        return self.simulation.render()

    def close(self) -> None:
        """Close the environment."""
        self.simulation.close()

    @staticmethod
    def _flat(observation: dict[str, Array]) -> Array:
        return np.concatenate([observation[name] for name in ("observation", "achieved_goal", "desired_goal")])
