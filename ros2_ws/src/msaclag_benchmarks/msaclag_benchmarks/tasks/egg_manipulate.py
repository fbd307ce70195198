"""Egg Manipulate: a Shadow hand is to turn an egg as asked for, without dropping or squeezing it.

HandManipulateEggRotate of Gymnasium-Robotics with its 92 touch sensors, which read newtons. What the paper leaves open
is chosen here and said so.
"""

from typing import Any

import mujoco
import numpy as np
from gymnasium_robotics.envs.shadow_dexterous_hand.manipulate_egg_touch_sensors import MujocoHandEggTouchSensorsEnv
from numpy.typing import NDArray

DROPPED = 0.04
"""m, of the egg's centre: below it Gymnasium-Robotics too takes an object for fallen (its check of a reset)."""
FORCE_LIMIT = 20.0
"""N on any sensor, at the end of a step."""
BEST_REWARD = 2.0
"""The paper prints no reward, and returns of 110 to 129 in 100 steps that neither the sparse nor the dense one of
Gymnasium-Robotics, both never positive, can give. This one is never negative, so that an episode is not worth ending,
and pays a mean of 0.6 for an orientation at random."""

Array = NDArray[np.float64]
Observation = dict[str, Array]


class EggManipulate(MujocoHandEggTouchSensorsEnv):
    """Observation: that of the hand, the egg and its sensors (153), and the goals, achieved and desired (7 each).

    Action (20): where the actuated joints are to be, ±1 being their limits.
    Reward: 2 (1 − θ/π), θ being the angle between the egg's orientation and the one asked for.
    Violation: the egg has dropped, or a sensor reads more than 20 N.
    Success: θ < 0.1 rad, and nothing is violated; the egg's place does not matter, as in HandManipulateEggRotate.
    """

    def __init__(self, force_limit: float = FORCE_LIMIT, **kwargs: Any) -> None:
        """Build the scene.

        Args:
            force_limit: N.
            **kwargs: of the `BaseRobotEnv` of Gymnasium-Robotics: render_mode, width, height.

        Raises:
            ValueError: the limit is not positive.
        """
        if not force_limit > 0:
            raise ValueError(f"force_limit is {force_limit}; it must be positive")
        self.force_limit = force_limit
        super().__init__(target_position="ignore", target_rotation="xyz", touch_get_obs="sensordata", **kwargs)
        self._ezpickle_args, self._ezpickle_kwargs = (force_limit,), kwargs
        self.touch_sensors = np.array(self._touch_sensor_id)
        """Where in MuJoCo's sensor data they are."""

    def _reset_sim(self) -> bool:
        mujoco.mj_resetData(self.model, self.data)  # the solver's start from the last step would outlive the episode
        return bool(super()._reset_sim())

    def step(self, action: NDArray[np.float32]) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """40 ms with an action."""
        observation, reward, _, truncated, told = super().step(action)
        height = float(observation["achieved_goal"][2])
        force = float(self.data.sensordata[self.touch_sensors].max())
        violated = height < DROPPED or force > self.force_limit
        info = {
            "cost": float(violated),
            "is_success": not violated and bool(told["is_success"]),
            "height": height,
            "force": force,
        }
        return observation, reward, violated, truncated, info

    def compute_reward(self, achieved_goal: Array, desired_goal: Array, info: dict[str, Any]) -> float:
        """Goals are places (m) and quaternions, [7]."""
        _, angle = self._goal_distance(achieved_goal, desired_goal)
        return float(BEST_REWARD * (1 - min(angle, 2 * np.pi - angle) / np.pi))
