"""What the readings of an episode amount to: the coffee's motion, the way to the goal, and what a step is worth."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.arm import ArmState
from kinova_pour_env.detectors import Violation
from kinova_pour_env.disturbance import Noise
from kinova_pour_env.effort import Effort
from kinova_pour_env.goal import Goal
from kinova_pour_env.liquid import Liquid
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.reward import pour_reward
from kinova_pour_env.scene import Scene
from kinova_pour_env.step import Tick

SLOSHING_RATE = 240
"""Hz at which the liquid is integrated: PyBullet's own, 6 steps in a control period."""


class Course:
    """Follows the episodes in one scene, reading by reading. It holds no arm, so that it can be copied.

    Attributes:
        scene: with the mug and the goal.
        liquid: the coffee.
        state: the last reading.
    """

    def __init__(self, scene: Scene, config: PourCoffeeConfig) -> None:
        """Take scene and rewards; `begin` comes before all else."""
        self.scene = scene
        self.liquid = Liquid(scene)
        self.state: ArmState
        self._config = config
        self._goal = Goal(scene, config)

    def begin(self, state: ArmState, noise: Noise | None) -> None:
        """An episode begins with a full mug in `state`; `noise` is on what the policy is told of it."""
        self.state = state
        self._noise = noise
        self.liquid.reset(state.cup_rotation)
        self._effort = Effort(state)
        self._spilled_before = 0.0
        self._steps = 0
        self._goal.reset(state)

    def update(self, state: ArmState) -> None:
        """Take in the next reading."""
        self.state = state
        elapsed = self._effort.update(state)
        if elapsed > 0:
            self.liquid.advance(
                elapsed,
                max(1, round(elapsed * SLOSHING_RATE)),
                state.cup_position,
                state.cup_rotation,
                state.cup_velocity,
                state.cup_angular_velocity,
                self._effort.acceleration,
            )
        self._goal.update(state, elapsed)

    def tick(self, violations: list[Violation]) -> Tick:
        """The period that the last reading ended, with the violations first seen in it."""
        liquid = self.liquid
        return Tick(
            arm_state=self.state,
            acceleration=self._effort.acceleration,
            jerk=self._effort.jerk,
            slosh=liquid.slosh,
            fill=liquid.fill,
            poured=liquid.poured,
            spilled=liquid.spilled,
            violations=tuple(violations),
        )

    def observed(self) -> NDArray[np.float32]:
        """What the policy is told: the reading as the sensors give it (`Goal.observation`)."""
        return self._goal.observation(self.state if self._noise is None else self._noise.sensed(self.state))

    @property
    def goal_reached(self) -> bool:
        """Whether the mug was held in the goal's pose as long as success needs."""
        return self._goal.reached

    def take(self, *, success: bool) -> tuple[float, dict[str, float]]:
        """The reward and the `StepResult.info` of the step that ends with the last reading."""
        self._steps += 1
        liquid, goal = self.liquid, self._goal
        effort = self._effort.take()
        in_transit = goal.distance > self._config.arrival_radius
        transit = {f"transit_{name}": effort[name] for name in ("acceleration", "jerk")} if in_transit else {}
        spillage = liquid.spilled > max(self._config.spill_tolerance, self._spilled_before)
        self._spilled_before = liquid.spilled
        reward = pour_reward(self._config, goal.distance, effort["acceleration"], spillage, goal.roll_error)
        return reward, {
            "success": float(success),
            "distance": goal.distance,
            "roll_error": goal.roll_error,
            "poured": liquid.poured / liquid.initial_volume,
            "spilled": liquid.spilled / liquid.initial_volume,
            **effort,
            **transit,
        }

    def ending(self, violations: Sequence[Violation], *, interrupted: bool, success: bool) -> str:
        """Why the episode is over after the step that was taken last; empty while it goes on."""
        if violations:
            return violations[0].message
        if self.state.faults:
            return "fault of the arm: " + ", ".join(self.state.faults)
        if interrupted:
            return "interrupted"
        if success and self._config.end_on_success:
            return "success"
        return "limit of steps" if self._steps >= self._config.max_steps else ""
