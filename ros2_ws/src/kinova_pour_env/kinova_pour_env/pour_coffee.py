"""Pour Coffee as a Gymnasium environment, on any arm.

An interruption takes effect behind a step: where a signal's handler raises while a compiled function makes its
result, a named tuple of Python's, numba takes no notice and the process crashes.
"""

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.arm import Arm
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.safety_filter import ACTIONS
from kinova_pour_env.scene import Scene
from msaclag_ros.interruption import undivided

REACH = 2.0
"""m: no cup is farther away."""
SPEED = 2.0
"""m/s: no cup is faster."""

Observation = NDArray[np.float32]


class PourCoffeeEnv(gymnasium.Env[Observation, NDArray[np.float32]]):
    """`PourTask` behind Gymnasium's interface; `info["cost"]` is 1 when a constraint was violated in the step.

    `info` further holds the step's figures (see `StepResult`), `is_success` and `violations`, a list of kinds.
    """

    def __init__(
        self,
        arm: Arm,
        scene: Scene | None = None,
        task_config: PourCoffeeConfig | None = None,
        render_mode: str | None = None,
    ) -> None:
        """Wrap an arm.

        Args:
            arm: the twin, the arm or its emulator; closed with the environment.
            scene: where the mug has to go; the default one if left out.
            task_config: the setting; #1 of Table III if left out.
            render_mode: "rgb_array" where the arm has a `render()`.

        Raises:
            ValueError: the arm cannot render so.
        """
        rendered = ["rgb_array"] if hasattr(arm, "render") else []
        if render_mode is not None and render_mode not in rendered:
            offered = ", ".join(rendered) or "none"
            raise ValueError(f"render_mode '{render_mode}' is not offered by this arm (there are: {offered})")
        config = task_config or PourCoffeeConfig()
        self.arm = arm
        self.task = PourTask(arm, scene or Scene(), config)
        self.metadata = {"render_modes": rendered, "render_fps": round(config.policy_rate)}
        self.render_mode = render_mode
        bound = np.array([REACH] * 3 + [np.pi] * 3 + [SPEED] * 3 + [REACH] * 3 + [np.pi] * 3, np.float32)
        self.observation_space = gymnasium.spaces.Box(-bound, bound)
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (ACTIONS,))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode; the first position is drawn by `np_random`.

        Raises:
            ArmError: the arm cannot get there.
        """
        super().reset(seed=seed)
        phases, begun = self.task.reset(self.np_random), False
        while not begun:
            with undivided():
                begun = next(phases, None) is None
        return self.task.observation.copy(), {}

    def step(self, action: NDArray[np.float32]) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """One policy step.

        Raises:
            ActionError: the action must not be carried out.
            EpisodeError: no episode is under way.
        """
        with undivided():
            result = self.task.step(action)
        info = {
            **result.info,
            "cost": float(result.cost),
            "is_success": bool(result.info["success"]),
            "violations": [violation.kind for violation in result.violations],
            "action_executed": result.action_executed,
        }
        return result.observation.copy(), result.reward, result.terminated, result.truncated, info

    def render(self) -> NDArray[np.uint8] | None:  # type: ignore[override]
        """[height, width, 3], the arm's picture of itself; nothing without a render mode."""
        return self.arm.render() if self.render_mode else None  # type: ignore[attr-defined]

    def close(self) -> None:
        """Leave the arm standing and let go of it."""
        self.arm.close()
