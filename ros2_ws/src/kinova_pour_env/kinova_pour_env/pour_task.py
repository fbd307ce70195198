"""Pour Coffee on any arm: episodes of policy steps over the arm's command stream."""

import threading
from collections import deque
from collections.abc import Callable, Generator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kinova_pour_env.arm import Arm, ArmError, Heedful, Vector
from kinova_pour_env.course import Course
from kinova_pour_env.detectors import Violation, counts, detect
from kinova_pour_env.goal import OBSERVATIONS
from kinova_pour_env.liquid import Liquid
from kinova_pour_env.places import check_places
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError
from kinova_pour_env.reset_phases import reset_phases
from kinova_pour_env.safety.arm_monitor import ArmMonitor
from kinova_pour_env.safety.motion_limiter import STANDING, standing
from kinova_pour_env.safety.nearness import NearestDistance
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety_filter import ACTIONS, Command, SafetyFilter, checked_action
from kinova_pour_env.scene import Scene
from kinova_pour_env.snapshot import TaskSnapshot, put_back, snapshot_of
from kinova_pour_env.step import StepResult, Tick
from kinova_pour_env.violation_log import ViolationLog

__all__ = ["OBSERVATIONS", "EpisodeError", "PourTask", "StepResult", "Tick"]


STILL: Vector = np.zeros(ACTIONS)
"""The action of a soft stop."""


class EpisodeError(RuntimeError):
    """A step was asked for outside an episode."""


class PourTask:
    """Episodes of Pour Coffee; the Gymnasium environment and the environment node wrap it.

    One thread runs it; `interrupt` and `report` may come from others.

    Attributes:
        observation: [15] float32, at the episode's beginning or the end of the last step or hold (`Goal.observation`).
        on_command: called before each command of an episode.
        on_sent: called after each command was sent, before its period is over.
        on_tick: called after each control period of an episode.
        running: an episode is under way.
    """

    def __init__(
        self,
        arm: Arm,
        scene: Scene,
        config: PourCoffeeConfig,
        safety: SafetyConfig | None = None,
        nearest: NearestDistance | None = None,
    ) -> None:
        """Tie an arm to a task.

        Args:
            arm: the twin, the arm or its emulator, with the mug in its hand.
            scene: where the mug has to go.
            config: the setting.
            safety: limits of the commanded motion; the defaults if left out.
            nearest: least distance between bodies at joint positions, of a mirrored twin.

        Raises:
            TaskError: the settings do not fit the arm or the scene.
            ArmError: the goal of an episode can be out of reach.
        """
        self.arm = arm
        self.config = config
        self.on_command: Callable[[], None] | None = None
        self.on_sent: Callable[[], None] | None = None
        self.on_tick: Callable[[Tick], None] | None = None
        self.observation: NDArray[np.float32] = np.zeros(OBSERVATIONS, np.float32)
        self.running = False
        self._ticks_per_step = config.periods_per_step(arm.period)
        check_places(scene, config)
        if arm.real_time and config.disturbance.delays:
            raise TaskError("task.disturbance delays commands, those to stop as well: not on an arm in real time")
        self._written_scene = scene
        self._course = Course(scene, config)
        safety = safety or SafetyConfig()
        if isinstance(arm, Heedful):
            arm.heed(safety, nearest)
        self._filter = SafetyFilter(config, safety, arm.period, nearest)
        self._monitor = ArmMonitor(safety, arm.period) if arm.real_time else None
        self._interrupted = threading.Event()
        self._action: Vector = np.zeros(ACTIONS)
        self._executed: list[Vector] = []
        self._violations = ViolationLog()
        self._commands: deque[Vector] = deque()
        self._motion = STANDING

    @property
    def scene(self) -> Scene:
        """That of the episode."""
        return self._course.scene

    @property
    def liquid(self) -> Liquid:
        """The coffee of the episode."""
        return self._course.liquid

    def reset(self, random: np.random.Generator) -> Generator[str, None, None]:
        """Bring the arm to a first state with a full mug and begin an episode; `interrupted` tells of it from now on.

        Yields:
            The name of the phase, at least once each; often in a long one. Closing the iterator early leaves the arm
            standing, outside an episode.

        Raises:
            ArmError: the arm cannot get there; an `UnsafeReset` if it was stopped on its way.
        """
        self.running = False
        self._interrupted.clear()
        self._violations.clear()
        return self._phases(random)

    def _phases(self, random: np.random.Generator) -> Generator[str, None, None]:
        conditions = self.config.disturbance.conditions(self._written_scene, random)
        yield from reset_phases(self.arm, random, conditions.scene, self.config.settle_time, self._monitor)
        if conditions.scene != self.scene:
            self._course = Course(conditions.scene, self.config)
        self._commands = deque([np.zeros(6)] * conditions.delay)
        self._motion = STANDING
        self._course.begin(self.arm.read(), conditions.noise)
        self._ended_step = True
        self.observation = self._course.observed()
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

    def look(self) -> None:
        """Make ready what the next step needs beside its action."""
        self._filter.look(self._course.state)

    def tick(self) -> StepResult | None:
        """One control period of the step; none passes where the episode was over already.

        Returns:
            The step's result when it is over, by its time or by the end of the episode.

        Raises:
            EpisodeError: no step was started.
        """
        if self._ended_step or not self.running:
            raise EpisodeError("no step is under way: call start_step first")
        if not (self._violations.seen or self._violations.reported or self._interrupted.is_set()):
            command = self._filter.command(self._action, self._course.state, self._motion)
            if self._advance(command):
                self._executed.append(command.action_executed)
        else:
            self._violations.note_reported()
        ended = self._violations.seen or self._interrupted.is_set() or self._course.state.faults
        return self._finish_step() if ended or len(self._executed) == self._ticks_per_step else None

    def hold(self) -> bool:
        """One control period of a soft stop between two steps; what it shows becomes part of the next step.

        Returns:
            Whether the next step will end the episode before the arm moves: a violation or a fault was seen.

        Raises:
            EpisodeError: no episode is under way, or a step is.
        """
        if not self.running or not self._ended_step:
            raise EpisodeError("hold is for the time between two steps of an episode")
        self._advance(self._filter.command(STILL, self._course.state, self._motion))
        self.observation = self._course.observed()
        return bool(self._violations.seen or self._violations.reported or self._course.state.faults)

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
            self._violations.report(violation)

    def snapshot(self) -> TaskSnapshot:
        """The episode as it is now; what follows from it can be repeated to the bit.

        Raises:
            ArmError: the arm is none that can go back.
        """
        return snapshot_of(self.arm, self)

    def restore(self, snapshot: TaskSnapshot) -> None:
        """Go back to the episode of a snapshot, arm, coffee and clock included, whatever has happened since.

        Raises:
            ArmError: the arm is none that can go back, or has other settings than the one of the snapshot.
        """
        vars(self).update(put_back(self.arm, snapshot))
        self._interrupted.clear()

    def _advance(self, command: Command) -> bool:
        """One control period: move, let the coffee slosh, look for violations, tell; false if the arm was not told."""
        if self.on_command is not None:
            self.on_command()
            if self._violations.reported:
                self._violations.note_reported()
                return False
        self._motion = command.motion
        self._commands.append(command.twist)
        twist = self._commands.popleft()
        try:
            self.arm.send_twist(twist)
        except ArmError:
            self._violations.note_reported()
            if self._violations.seen:  # an emergency stop came between
                return False
            raise
        if self.on_sent is not None:
            self.on_sent()
        state = self.arm.advance()
        self._course.update(state)
        seen = detect(state, self.liquid, self.config)
        if self._monitor is not None:
            seen += self._monitor.check(state, twist)
        new = self._violations.note(seen)
        self._violations.note_reported()
        if self.on_tick is not None:
            self.on_tick(self._course.tick(new))
        return True

    def _stop(self) -> None:
        """Bring the arm to rest: at once where a violation asks for it, else as the filter does; no time in simulation.

        What the watchdog has stopped is left to it.
        """
        seen = self._violations
        if self.arm.real_time:
            while not (standing(self._motion) or self._course.state.faults):
                if seen.asks_for_a_hard_stop or seen.stopped_the_arm:
                    break
                self._advance(self._filter.command(STILL, self._course.state, self._motion))
        if self.arm.real_time and seen.asks_for_a_hard_stop:
            self.arm.emergency_stop()
        else:
            self.arm.stop()

    def _finish_step(self) -> StepResult:
        self._ended_step = True
        course = self._course
        self.observation = course.observed()
        success = course.goal_reached and not self._violations.seen
        reward, info = course.take(success=success)
        ending = course.ending(self._violations.seen, interrupted=self._interrupted.is_set(), success=success)
        if ending:
            self._stop()
            self.running = False
        violations = self._violations.take()
        terminated = bool(violations) or (self.config.end_on_success and success)
        executed = np.add.reduce(self._executed) / len(self._executed) if self._executed else np.zeros(ACTIONS)
        return StepResult(
            observation=self.observation,
            reward=reward,
            cost=int(bool(violations)),
            terminated=terminated,
            truncated=bool(ending) and not terminated,
            duration=len(self._executed) * self.arm.period,
            action=self._action.astype(np.float32),
            action_executed=executed.astype(np.float32),
            violations=violations,
            info=info,
            faults=() if course.state.unreachable else course.state.faults,
            ending=ending,
        )
