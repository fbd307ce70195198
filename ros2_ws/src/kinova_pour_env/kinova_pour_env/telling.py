"""What the environment tells of its episodes; in real time, what can wait comes after the next period's command."""

import time
from collections.abc import Callable

from builtin_interfaces.msg import Time
from rclpy.node import Node

from kinova_pour_env import messages
from kinova_pour_env.broadcast import Broadcast
from kinova_pour_env.detectors import Violation
from kinova_pour_env.exchange import Exchange
from kinova_pour_env.logbook import Logbook
from kinova_pour_env.motion_lock import MotionLock
from kinova_pour_env.pour_task import PourTask, StepResult
from kinova_pour_env.step import Tick
from kinova_pour_env.transition_log import TransitionLog
from msaclag_msgs.msg import Observation, Transition
from msaclag_ros.pace import Pace


class Telling:
    """Asks for actions, and tells of periods, steps and violations; the thread that owns the arm calls.

    Any thread may call `violated` and `answered`.

    Attributes:
        broadcast: all that is published.
        logbook: the transitions on their way to disk.
        episode: number of the latest.
        late: actions that came too late.
    """

    def __init__(
        self,
        node: Node,
        task: PourTask,
        exchange: Exchange,
        lock: MotionLock,
        log: TransitionLog,
        on_full_disk: Callable[[], None],
    ) -> None:
        """Take over what the task tells of each period.

        Args:
            node: whose publishers and log they are.
            task: whose episodes they are.
            exchange: where actions come in.
            lock: engaged by a step of an arm that was violated.
            log: for the transitions.
            on_full_disk: called when they cannot be written.
        """
        self.episode = self.late = 0
        self._task, self._exchange, self._lock = task, exchange, lock
        self._real_time = task.arm.real_time
        self._logger, self._clock = node.get_logger(), node.get_clock()
        self._name = node.get_fully_qualified_name()
        self._on_full_disk = on_full_disk
        self._asked_at = 0.0
        self._answers, self._periods, self._steps = Pace(), Pace(), Pace()
        self._period_began: float | None = None
        self.broadcast = Broadcast(node, self.now, clock=not self._real_time)
        if self._real_time:
            task.on_tick, task.on_sent = self._note_period, self.tell_the_rest
        else:
            task.on_tick = self._tell_simulated_period
        self.logbook = Logbook(log, self._logged, self._on_trouble, beside=self._real_time)

    def now(self) -> Time:
        """The arm's time in simulation, the node's clock where time is real."""
        if self._real_time:
            return self._clock.now().to_msg()
        return messages.time_message(self._task.arm.read().time)

    def go_on(self) -> None:
        """Say what was found in the log; an episode that broke off with the process before this one gets its end."""
        log = self.logbook.log
        for finding in log.findings:
            self._logger.warning(finding)
        if (last := log.last) is None:
            return
        self.episode = last.episode
        if not (last.terminated or last.truncated):
            self.logbook.append(messages.end_of_episode(last, self.now()))
            if self._real_time and not self._lock.reason:  # its file is gone, as after a power cut
                self._lock.engage("the environment died within an episode")

    def begin_episode(self, phases: list[str]) -> None:
        """The next one, after these phases of its reset."""
        self.episode += 1
        self._period_began = None
        self._note(f"episode {self.episode} begins after {', '.join(phases)}")

    def end_episode(self, answered: Observation, result: StepResult) -> None:
        """It ended with this step."""
        self.tell_the_rest()
        self._note(f"episode {answered.episode} ended with step {answered.step}: {result.ending}")

    def ask(self, step: int, evaluation: bool) -> Observation:
        """Ask for the action of a step."""
        message = messages.observation_message(
            self._task.observation, self.now(), self.episode, step, evaluation=evaluation
        )
        self._asked_at = time.monotonic()
        self._exchange.ask(message)
        self.ask_again(message)
        return message

    def ask_again(self, message: Observation) -> None:
        """Publish an observation, in case nobody heard it."""
        self.broadcast.publish("observation", message)

    def answered(self) -> None:
        """An action came for the newest observation."""
        self._answers.note(time.monotonic() - self._asked_at)

    def unanswered_for(self) -> float:
        """How long the newest observation has waited for its action, s; 0 where it does not."""
        return time.monotonic() - self._asked_at if self._exchange.waits else 0.0

    def came_late(self) -> None:
        """No action was there in time."""
        self.late += 1
        self._logger.warning("no action in time: soft stop", throttle_duration_sec=1.0)

    def step(self, asked: Observation, result: StepResult) -> None:
        """The step that came of an answered observation."""
        if self._real_time and (result.violations or result.faults):
            self._lock.engage(result.ending)
        self._steps.note()
        self.logbook.append(messages.transition_message(asked, result, self.now()))

    def violated(self, violation: Violation) -> None:
        """A violation that is none of a step's."""
        self.broadcast.publish("safety_violation", messages.violation_message(violation, self.now(), self._name))

    def tell_the_rest(self) -> None:
        """What has time until the command for the next period was sent."""
        self.broadcast.tell_noted()
        self.logbook.have_time()

    def paces(self) -> dict[str, object]:
        """Rates and latencies for the health."""
        return {
            **self._steps.tell("steps/s"),
            **self._periods.tell("control periods/s", "control period" if self._real_time else ""),
            **self._answers.tell("actions/s", "action after its observation"),
        }

    def _note_period(self, tick: Tick) -> None:
        """Of an arm in real time; what came before the first of an episode is no period."""
        now = time.monotonic()
        began, self._period_began = self._period_began, now
        self._periods.note(None if began is None else now - began)
        self.broadcast.note(tick, self.episode)

    def _tell_simulated_period(self, tick: Tick) -> None:
        self._periods.note()
        self.broadcast.tick(tick, self.episode)

    def _logged(self, transition: Transition) -> None:
        self.broadcast.publish("transition", transition)

    def _on_trouble(self, trouble: str) -> None:
        self._logger.error(trouble)
        self._on_full_disk()

    def _note(self, event: str) -> None:
        """For the log of an arm in real time; in simulation there are too many."""
        if self._real_time:
            self._logger.info(event)
