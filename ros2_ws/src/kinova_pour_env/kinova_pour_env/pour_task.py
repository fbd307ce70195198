"""Pour Coffee on any arm: episodes of policy steps over the arm's command stream."""

import threading
from collections import deque
from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kinova_pour_env.arm import Arm, ArmError, Vector
from kinova_pour_env.detectors import Violation, counts, detect, emergency_stop
from kinova_pour_env.disturbance import Noise
from kinova_pour_env.effort import Effort
from kinova_pour_env.goal import OBSERVATIONS, Goal
from kinova_pour_env.liquid import Liquid
from kinova_pour_env.places import check_places
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError
from kinova_pour_env.reward import pour_reward
from kinova_pour_env.safety_filter import ACTIONS, SafetyFilter, checked_action
from kinova_pour_env.scene import Scene
from kinova_pour_env.snapshot import TaskSnapshot, put_back, snapshot_of
from kinova_pour_env.step import StepResult, Tick

__all__ = ["OBSERVATIONS", "EpisodeError", "PourTask", "StepResult", "Tick"]

SLOSHING_RATE = 240
"""Hz at which the liquid is integrated: PyBullet's own, 6 steps in a control period."""


class EpisodeError(RuntimeError):
    """A step was asked for outside an episode."""


_LASTING = {"arm", "config", "on_tick", "_written_scene", "_ticks_per_step", "_filter", "_interrupted", "_reported"}
"""Attributes of a task that no episode changes, or that belong to other threads."""


class PourTask:
    """Episodes of Pour Coffee; the Gymnasium environment and the environment node wrap it.

    One thread runs it; `interrupt`, `report` and `emergency_stop` may come from others.

    Attributes:
        scene: that of the episode.
        observation: [15] float32, at the episode's beginning or the end of the last step or hold (`Goal.observation`).
        on_tick: called after each control period of an episode.
        running: an episode is under way.
    """

    def __init__(self, arm: Arm, scene: Scene, config: PourCoffeeConfig) -> None:
        """Tie an arm to a task.

        Args:
            arm: the twin, the arm or its emulator, with the mug in its hand.
            scene: where the mug has to go.
            config: the setting.

        Raises:
            TaskError: the settings do not fit the arm or the scene.
            ArmError: the goal of an episode can be out of reach.
        """
        self.arm = arm
        self.scene = self._written_scene = scene
        self.config = config
        self.liquid = Liquid(scene)
        self.on_tick: Callable[[Tick], None] | None = None
        self.observation: NDArray[np.float32] = np.zeros(OBSERVATIONS, np.float32)
        self.running = False
        self._ticks_per_step = _ticks_per_step(config, arm)
        self._goal = Goal(scene, config)
        check_places(scene, config)
        self._filter = SafetyFilter(config)
        self._interrupted = threading.Event()
        self._reported: deque[Violation] = deque()
        self._action: Vector = np.zeros(ACTIONS)
        self._executed: list[Vector] = []
        self._violations: list[Violation] = []
        self._commands: deque[Vector] = deque()
        self._noise: Noise | None = None

    def reset(self, random: np.random.Generator) -> Generator[str, None, None]:
        """Bring the arm to a first state with a full mug and begin an episode.

        Yields:
            The name of the phase, at least once each; often in a long one. Closing the iterator early leaves the arm
            standing, outside an episode.

        Raises:
            ArmError: the arm cannot get there.
        """
        self.running = False
        self._interrupted.clear()
        self._reported.clear()
        conditions = self.config.disturbance.conditions(self._written_scene, random)
        yield from self.arm.reset(random, conditions.scene)
        if self.arm.real_time:
            for _ in range(round(self.config.settle_time / self.arm.period)):
                yield "settle"
                self.arm.send_twist(np.zeros(6))
                self.arm.advance()
        if conditions.scene != self.scene:
            self.scene, self.liquid = conditions.scene, Liquid(conditions.scene)
            self._goal = Goal(self.scene, self.config)
        self._commands = deque([np.zeros(6)] * conditions.delay)
        self._noise = conditions.noise
        self._state = self.arm.read()
        self.liquid.reset(self._state.cup_rotation)
        self._effort = Effort(self._state)
        self._violations = []
        self._steps = 0
        self._spilled_before = 0.0
        self._ended_step = True
        self._goal.reset(self._state)
        self.observation = self._observed()
        self.running = True

    def step(self, action: ArrayLike) -> StepResult:
        """A whole step: `start_step`, then `tick` until it is over."""
        self.start_step(action)
        while (result := self.tick()) is None:
            pass
        return result

    def start_step(self, action: ArrayLike) -> None:
        """Begin a step.

        Args:
            action: [4] in +-1: cup velocity along the base axes and the rate of roll, over their limits.

        Raises:
            ActionError: the action must not be carried out; nothing has changed.
            EpisodeError: no episode is under way, or the step before is not over.
        """
        if not self.running:
            raise EpisodeError("no episode is under way: reset first")
        if not self._ended_step:
            raise EpisodeError("the step before is not over: call tick until it returns a result")
        self._action = checked_action(action)
        self._executed = []
        self._ended_step = False

    def tick(self) -> StepResult | None:
        """One control period of the step; none passes where the episode was over already.

        Returns:
            The step's result when it is over, by its time or by the end of the episode.

        Raises:
            EpisodeError: no step was started.
        """
        if self._ended_step or not self.running:
            raise EpisodeError("no step is under way: call start_step first")
        if not self._violations and not self._reported and not self._interrupted.is_set():
            twist, executed = self._filter.command(self._action, self._state)
            self._executed.append(executed)
            self._advance(twist)
        else:
            self._note_reported()
        ended = self._violations or self._interrupted.is_set() or self._state.faults
        return self._finish_step() if ended or len(self._executed) == self._ticks_per_step else None

    def hold(self) -> bool:
        """One control period with zero twist between two steps; what it shows becomes part of the next step.

        Returns:
            Whether the next step will end the episode before the arm moves: a violation or a fault was seen.

        Raises:
            EpisodeError: no episode is under way, or a step is.
        """
        if not self.running or not self._ended_step:
            raise EpisodeError("hold is for the time between two steps of an episode")
        self._advance(np.zeros(6))
        self.observation = self._observed()
        return bool(self._violations or self._reported or self._state.faults)

    @property
    def interrupted(self) -> bool:
        """Whether the episode under way, or the reset, was asked to end."""
        return self._interrupted.is_set()

    def interrupt(self) -> None:
        """End the episode as truncated, at the next control period."""
        self._interrupted.set()

    def report(self, violation: Violation) -> None:
        """A violation that another detector saw; ends the episode if it is a constraint of the setting."""
        if counts(violation.kind, self.config):
            self._reported.append(violation)

    def emergency_stop(self, source: str) -> None:
        """Stop the arm at once and end the episode as violated.

        Args:
            source: who asks for it.
        """
        self.report(emergency_stop(source))
        self.arm.emergency_stop()

    def snapshot(self) -> TaskSnapshot:
        """The episode as it is now; what follows from it can be repeated to the bit.

        Raises:
            ArmError: the arm is none that can go back.
        """
        return snapshot_of(self.arm, {name: value for name, value in vars(self).items() if name not in _LASTING})

    def restore(self, snapshot: TaskSnapshot) -> None:
        """Go back to the episode of a snapshot, arm, coffee and clock included, whatever has happened since.

        Raises:
            ArmError: the arm is none that can go back, or has other settings than the one of the snapshot.
        """
        episode = put_back(self.arm, snapshot)
        self._interrupted.clear()
        self._reported.clear()
        vars(self).update(episode)

    def _advance(self, twist: Vector) -> None:
        """One control period: move, let the coffee slosh, look for violations, tell."""
        self._commands.append(twist)
        try:
            self.arm.send_twist(self._commands.popleft())
        except ArmError:
            if self._reported or self._violations:  # an emergency stop came between
                self._note_reported()
                return
            raise
        state = self._state = self.arm.advance()
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
        new = self._note(detect(state, self.liquid, self.config))
        self._note_reported()
        if self.on_tick is not None:
            liquid = self.liquid
            self.on_tick(
                Tick(
                    arm_state=state,
                    acceleration=self._effort.acceleration,
                    jerk=self._effort.jerk,
                    slosh=liquid.slosh,
                    fill=liquid.fill,
                    poured=liquid.poured,
                    spilled=liquid.spilled,
                    violations=tuple(new),
                )
            )

    def _note(self, seen: list[Violation]) -> list[Violation]:
        """Add to the step's violations, each kind once; returns the new ones."""
        new = [violation for violation in seen if all(violation.kind != noted.kind for noted in self._violations)]
        self._violations.extend(new)
        return new

    def _note_reported(self) -> None:
        while self._reported:
            self._note([self._reported.popleft()])

    def _observed(self) -> NDArray[np.float32]:
        """What the policy is told: the reading as the sensors give it."""
        state = self._state if self._noise is None else self._noise.sensed(self._state)
        return self._goal.observation(state)

    def _finish_step(self) -> StepResult:
        self._steps += 1
        self._ended_step = True
        liquid, goal = self.liquid, self._goal
        self.observation = self._observed()
        violations, self._violations = tuple(self._violations), []
        success = goal.reached and not violations
        ending = self._ending(violations, success)
        terminated = bool(violations) or (self.config.end_on_success and success)
        if ending:
            self.arm.stop()
            self.running = False
        effort = self._effort.take()
        in_transit = goal.distance > self.config.arrival_radius
        transit = {f"transit_{name}": effort[name] for name in ("acceleration", "jerk")} if in_transit else {}
        spillage = liquid.spilled > max(self.config.spill_tolerance, self._spilled_before)
        self._spilled_before = liquid.spilled
        executed = np.add.reduce(self._executed) / len(self._executed) if self._executed else np.zeros(ACTIONS)
        return StepResult(
            observation=self.observation,
            reward=pour_reward(self.config, goal.distance, effort["acceleration"], spillage, goal.roll_error),
            cost=int(bool(violations)),
            terminated=terminated,
            truncated=bool(ending) and not terminated,
            duration=len(self._executed) * self.arm.period,
            action=self._action.astype(np.float32),
            action_executed=executed.astype(np.float32),
            violations=violations,
            info={
                "success": float(success),
                "distance": goal.distance,
                "roll_error": goal.roll_error,
                "poured": liquid.poured / liquid.initial_volume,
                "spilled": liquid.spilled / liquid.initial_volume,
                **effort,
                **transit,
            },
            ending=ending,
        )

    def _ending(self, violations: tuple[Violation, ...], success: bool) -> str:
        """Why the episode is over; empty while it goes on."""
        if violations:
            return violations[0].message
        if self._state.faults:
            return "fault of the arm: " + ", ".join(self._state.faults)
        if self._interrupted.is_set():
            return "interrupted"
        if success and self.config.end_on_success:
            return "success"
        return "limit of steps" if self._steps >= self.config.max_steps else ""


def _ticks_per_step(config: PourCoffeeConfig, arm: Arm) -> int:
    ratio = 1 / (config.policy_rate * arm.period)
    if round(ratio) < 1 or abs(ratio - round(ratio)) > 1e-6:
        raise TaskError(f"policy_rate {config.policy_rate:g} Hz does not divide the arm's {1 / arm.period:g} Hz")
    return round(ratio)
