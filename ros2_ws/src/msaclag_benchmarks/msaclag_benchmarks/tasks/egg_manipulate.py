"""Egg Manipulate: a Shadow hand is to turn an egg as asked for, without dropping or squeezing it.

HandManipulateEggRotate of Gymnasium-Robotics with its 92 touch sensors, which read newtons. What the paper leaves open
is chosen here and said so.
"""

from typing import Any

import gymnasium
import mujoco
import numpy as np
from gymnasium_robotics.envs.shadow_dexterous_hand.manipulate_egg_touch_sensors import MujocoHandEggTouchSensorsEnv
from numpy.typing import NDArray

from msaclag_benchmarks.tasks.goal_task import Array, GoalTask

DROPPED = 0.04
"""m, of the egg's centre: below it Gymnasium-Robotics too takes an object for fallen (its check of a reset)."""
TURNED = 0.1
"""rad; Gymnasium-Robotics'."""
FORCE_LIMIT = 20.0
"""N on any sensor, at the end of a step."""
BEST_REWARD = 2.0
"""The paper prints no reward, and returns of 110 to 129 in 100 steps that neither the sparse nor the dense one of
Gymnasium-Robotics, both never positive, can give. This one is never negative, so that an episode is not worth ending,
and pays a mean of 0.6 for an orientation at random."""


def angle_between(first: Array, second: Array) -> float:
    """Of two orientations, unit quaternions [4]; rad, at most π."""
    return float(2 * np.arccos(min(1.0, abs(float(first @ second)))))


class EggManipulate(GoalTask, gymnasium.utils.EzPickle):
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
            **kwargs: of Gymnasium-Robotics: render_mode, width, height.

        Raises:
            ValueError: the limit is not positive.
        """
        if not force_limit > 0:
            raise ValueError(f"force_limit is {force_limit}; it must be positive")
        gymnasium.utils.EzPickle.__init__(self, force_limit, **kwargs)
        GoalTask.__init__(self, _Hand(target_position="ignore", target_rotation="xyz", **kwargs))
        self.force_limit = force_limit

    def step(self, action: NDArray[np.float32]) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """40 ms with an action."""
        observation, *_ = self.simulation.step(action)
        egg = observation["achieved_goal"]
        height, angle, force = float(egg[2]), angle_between(egg[3:], self.goal[3:]), self.force(self.data)
        violated = height < DROPPED or force > self.force_limit
        info = {
            "cost": float(violated),
            "is_success": angle < TURNED and not violated,
            "angle": angle,
            "height": height,
            "force": force,
        }
        return self._flat(observation), BEST_REWARD * (1 - angle / np.pi), violated, False, info

    def force(self, data: mujoco.MjData) -> float:
        """The largest that a touch sensor reads, N."""
        return float(data.sensordata[self.simulation._touch_sensor_id].max())


class _Hand(MujocoHandEggTouchSensorsEnv):
    """Forgets the last episode."""

    def _reset_sim(self) -> bool:
        mujoco.mj_resetData(self.model, self.data)  # the solver's start from the last step would outlive the episode
        return bool(super()._reset_sim())
