"""A task of one's own: reach a point beside a wall that must not be touched. Run it to train, with --help for more."""

from typing import Any

import gymnasium
import numpy as np
import tyro
from gymnasium import spaces
from numpy.typing import NDArray

from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.training import train

GOAL = np.array([0.5, 0.0])
WALL = 1.0
"""Largest x that is allowed."""
SPEED = 0.1
"""Way of a step with an action of 1, along each axis."""
STEPS = 25


class ReachByTheWall(gymnasium.Env[NDArray[np.float32], NDArray[np.float32]]):
    """A point in the plane; −distance is paid, and the wall is the constraint."""

    observation_space = spaces.Box(-4.0, 4.0, (2,), np.float32)
    action_space = spaces.Box(-1.0, 1.0, (2,), np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin anywhere to the left; all that is drawn is drawn by `np_random`."""
        super().reset(seed=seed)
        self.position = self.np_random.uniform((-1.0, -0.8), (0.2, 0.8))
        self.step_count = 0
        return self.position.astype(np.float32), {}

    def step(self, action: NDArray[np.float32]) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """`info["cost"]` is 1 where the constraint was violated; what else it holds is a figure to watch."""
        self.position = self.position + SPEED * np.asarray(action, float)
        self.step_count += 1
        distance = float(np.linalg.norm(self.position - GOAL))
        touched = bool(self.position[0] > WALL)
        info = {"cost": int(touched), "success": float(distance < 0.1)}
        return self.position.astype(np.float32), -distance, touched, self.step_count == STEPS, info


DEFAULTS = TrainingConfig(
    algorithm=AlgorithmConfig(
        value_scale=1.0, critic_rate=1e-3, policy_rate=1e-3, initial_temperature=0.05, initial_multiplier=1.0
    ),
    steps=3000,
    run_dir="runs/reach_by_the_wall",
)

if __name__ == "__main__":
    summary = train(ReachByTheWall(), "reach_by_the_wall", tyro.cli(TrainingConfig, default=DEFAULTS))
    print(summary["evaluation"])
