"""Humanoid-Velocity: a humanoid is to walk forwards, but neither fast nor to a fall.

Gymnasium's Humanoid (its model, 15 ms a step, health between 1.0 and 2.0 m of height) under the limit that
Safety-Gymnasium's SafetyHumanoidVelocity-v1 sets.
"""

from typing import Any

import numpy as np
from gymnasium.envs.mujoco.humanoid_v5 import HumanoidEnv
from gymnasium.spaces import Box
from numpy.typing import NDArray

VELOCITY_LIMIT = 1.4149
"""m/s, of the mass centre in the plane: Safety-Gymnasium's tasks/safe_velocity/safety_humanoid_velocity_v1.py (its
v0 has 2.3475)."""
FORWARD_WEIGHT, CONTROL_WEIGHT = 1.25, 0.1
"""Gymnasium's. What it pays further for being healthy, and takes for contact forces, shapes safety: the paper left such
terms out, so both are nought here."""
TORQUE = 0.4
"""The motors' range, which is an action of ±1."""
DISTANCE = 5.0
"""m that count as success: this project's choice, the original tells of none. The limit allows 21 m in an episode."""


class HumanoidVelocity(HumanoidEnv):
    """Observation (348): Gymnasium's. Action (17): the joints' motors.

    Reward: 1.25 v_x − 0.1 ‖m‖², m = 0.4 a being the motors' signals.
    Violation: the mass centre is faster than the limit, or the torso leaves 1.0 to 2.0 m of height.
    Success: the mass centre has come 5 m forwards.
    """

    def __init__(self, velocity_limit: float = VELOCITY_LIMIT, distance: float = DISTANCE, **kwargs: Any) -> None:
        """Build the scene.

        Args:
            velocity_limit: m/s.
            distance: m forwards that count as success.
            **kwargs: of Gymnasium's `HumanoidEnv`.

        Raises:
            ValueError: one of these is not positive.
        """
        for name, value in (("velocity_limit", velocity_limit), ("distance", distance)):
            if not value > 0:
                raise ValueError(f"{name} is {value}; it must be positive")
        super().__init__(
            forward_reward_weight=FORWARD_WEIGHT,
            ctrl_cost_weight=CONTROL_WEIGHT,
            healthy_reward=0.0,
            contact_cost_weight=0.0,
            **kwargs,
        )
        self._ezpickle_args, self._ezpickle_kwargs = (velocity_limit, distance), kwargs
        self.action_space = Box(-1.0, 1.0, self.action_space.shape)
        self.velocity_limit, self.distance = velocity_limit, distance
        self._walked = 0.0

    def reset_model(self) -> NDArray[np.float64]:
        """Standing, give or take 0.01 in each coordinate and velocity."""
        self._walked = 0.0
        return super().reset_model()  # type: ignore[no-untyped-call]

    def step(self, action: NDArray[np.float32]) -> tuple[NDArray[np.float64], float, bool, bool, dict[str, Any]]:  # type: ignore[override]
        """15 ms with an action."""
        observation, reward, fallen, truncated, told = super().step(TORQUE * np.clip(action, -1, 1))  # type: ignore[no-untyped-call]
        speed = float(np.hypot(told["x_velocity"], told["y_velocity"]))
        violated = bool(fallen or speed > self.velocity_limit)
        self._walked += told["x_velocity"] * self.dt
        reached = not violated and self._walked >= self.distance
        info = {**told, "cost": float(violated), "is_success": bool(reached), "speed": speed, "fallen": bool(fallen)}
        return observation, float(reward), violated, truncated, info
