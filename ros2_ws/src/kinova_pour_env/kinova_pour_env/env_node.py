"""The environment as a ROS node: resets by action, answers actions with transitions, tells what happens at 40 Hz.

Two threads: the executor's takes messages in, the control thread owns the arm. In simulation time waits for the
policy's answer; on an arm it does not: a late answer leaves the arm in a soft stop, never with an old twist; the
watchdog's thread stops it when the control thread hangs, and its guard, a second process, when this one does.
"""

import json
import time
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import numpy as np
from builtin_interfaces.msg import Time
from rclpy.action.server import ServerGoalHandle
from rclpy.event_handler import QoSLivelinessChangedInfo
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_srvs.srv import Trigger

from kinova_pour_env import messages
from kinova_pour_env.arm import (
    RETREAT,
    ArmError,
    ArmUnreachable,
    Attended,
    Guarded,
    come_to_rest,
    find_arm,
    find_mirror,
)
from kinova_pour_env.broadcast import Broadcast
from kinova_pour_env.conditions import conditions
from kinova_pour_env.detectors import Violation, asks_for_a_hard_stop, emergency_stop
from kinova_pour_env.env_node_config import EnvNodeConfig
from kinova_pour_env.episode_run import EpisodeRun
from kinova_pour_env.exchange import Exchange
from kinova_pour_env.logbook import Logbook
from kinova_pour_env.motion_lock import MotionLock
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError
from kinova_pour_env.pour_task import PourTask, StepResult
from kinova_pour_env.reset_phases import MOVING, UnsafeReset
from kinova_pour_env.reset_run import Obstacle, ResetRun
from kinova_pour_env.reset_server import conclude, serve_resets
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety.watchdog import watch
from kinova_pour_env.scene import Scene
from kinova_pour_env.step import Tick
from kinova_pour_env.transition_log import LogError, TransitionLog
from kinova_pour_env.weighing import Loss, Scale, WeighingConfig
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import Observation, PolicyAction, SafetyViolation, Transition
from msaclag_ros.diagnostics import ERROR, OK, STALE, WARN, Health, publish_health
from msaclag_ros.endpoints import subscribe
from msaclag_ros.exclusive import claim
from msaclag_ros.interface import SERVICES, TOPICS
from msaclag_ros.node_main import run
from msaclag_ros.pace import Pace
from msaclag_ros.parameters import declare, refuse_unknown
from msaclag_ros.real_time import CONTROL, be_punctual
from msaclag_ros.timer import every

UNANSWERED = 5.0
"""s for which an observation waits before the health tells of it."""


class EnvNode(Node):
    """Runs episodes of Pour Coffee for one learner at a time."""

    def __init__(self) -> None:
        """Take the `observation` topic, make the arm, and wait for a learner."""
        super().__init__("env_node")
        self.exit_code: int | None = None
        config = declare(self, EnvNodeConfig)
        arm_type = find_arm(config.arm)
        scene = declare(self, Scene, "scene")
        task_config = declare(self, PourCoffeeConfig, "task", PourCoffeeConfig.preset(config.setting, config.reward))
        safety = declare(self, SafetyConfig, "safety")
        self._scale = Scale(declare(self, WeighingConfig, "weighing"))
        self._conditions = json.dumps(conditions(config.setting, config.reward, task_config, scene))
        arm_config = declare(self, arm_type.Config, config.arm)
        refuse_unknown(self)
        claim(self, "observation")
        log = TransitionLog(
            Path(config.transitions_dir),
            {"conditions": self._conditions},
            kept=config.transitions_kept,
            synced=config.sync_transitions,
        )
        self.arm = arm_type(scene, arm_config)
        self._mirror = find_mirror(config.mirror)(scene) if self.arm.real_time and config.mirror else None
        self.task = PourTask(self.arm, scene, task_config, safety, self._mirror and self._mirror.nearest)
        self._random = np.random.default_rng(config.seed)
        self._name = self.get_fully_qualified_name()
        self._owner = ""
        self._lock = MotionLock(self, self.arm)
        self._episode = 0
        self._exchange = Exchange(self._must_end)
        self._ending = False
        self._late = self._late_told = 0
        self._asked_at = 0.0
        self._answers, self._periods, self._steps = Pace(), Pace(), Pace()
        self._period_began: float | None = None
        self._goals: Queue[ServerGoalHandle] = Queue()
        self._broadcast = Broadcast(self, self._now, clock=not self.arm.real_time)
        if self.arm.real_time:  # what is told of a period must not hold up the next command
            self.task.on_tick = self._on_period
            self.task.on_sent = self._tell_the_rest
        else:
            self.task.on_tick = self._on_simulated_period
        self._watchdog = watch(self.arm, safety, self._violated) if self.arm.real_time else None
        if self._watchdog is not None:
            self.task.on_command = self._watchdog.beat
        self._logbook = Logbook(log, self._logged, self._on_full_disk, beside=self.arm.real_time)
        self._episodes = EpisodeRun(
            self.task,
            self._exchange,
            ask=self._ask,
            publish=lambda observation: self._broadcast.publish("observation", observation),
            tell=self._tell,
            on_late=self._on_late,
        )
        self._listen()
        self._go_on_with(log)
        self._control = Thread(target=self._run_control, name="control")
        self._control_failure: Exception | None = None
        every(self, 0.1, self._raise_control_failure)
        self._control.start()
        publish_health(self, self._health)

    def close(self) -> None:
        """End the episode and leave the arm standing."""
        self._ending = True
        self._end_episode()
        self._control.join()
        if self._watchdog is not None:
            self._watchdog.close()
        self.arm.close()
        if self._mirror is not None:
            self._mirror.close()
        self._logbook.close()

    def _listen(self) -> None:
        subscribe(self, "action", self._on_action, liveliness=self._on_learner_liveliness)
        latched = TOPICS["safety_violation"].qos
        new = QoSProfile(depth=latched.depth, reliability=latched.reliability)  # what lies latched is of the past
        subscribe(self, "safety_violation", self._on_violation, qos=new)
        for name, serve in (
            ("acknowledge", self._lock.acknowledge),
            ("refilled", self._refilled),
            ("soft_stop", self._soft_stop),
            ("emergency_stop", self._emergency_stop),
            ("fetch_transitions", self._logbook.log.fetch),
        ):
            self.create_service(SERVICES[name], name, serve)
        serve_resets(self, self._on_reset)

    # What comes in (executor's thread)

    def _on_action(self, message: PolicyAction) -> None:
        refusal = self._exchange.hand_in(message)
        if not refusal:
            self._answers.note(time.monotonic() - self._asked_at)
        time.sleep(0)  # hands Python's lock over to the thread that waits for it
        if refusal:
            self.get_logger().error(f"action refused: {refusal}", throttle_duration_sec=1.0)

    def _on_violation(self, message: SafetyViolation) -> None:
        if message.detector.startswith(f"{self._name}/"):
            return
        violation = messages.violation_from_message(message)
        self.task.report(violation)
        if self.arm.real_time:
            self._lock.engage(f"{message.message or message.kind} (seen by {message.detector})")
            if asks_for_a_hard_stop(violation):
                self.arm.emergency_stop()
        self._exchange.wake()

    def _on_learner_liveliness(self, event: QoSLivelinessChangedInfo) -> None:
        if event.alive_count == 0 and self._owner:
            self.get_logger().info(f"the learner {self._owner} is gone; the environment is free for another")
            self._owner = ""
            self._end_episode()

    def _on_reset(self, handle: ServerGoalHandle) -> None:
        learner = handle.request.learner
        if self._owner not in ("", learner):
            message = f"the environment {self._name} belongs to the learner {self._owner}; {learner} was refused"
            self.get_logger().error(message)
            self._conclude(handle, ResetEpisode.Result.OTHER_LEARNER, message)
            return
        self._owner = learner
        self._end_episode()
        self._goals.put(handle)

    def _refilled(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Whoever fills the mug answers for the mug alone: neither the lock nor a fault is touched."""
        awaited = self.arm.refilled() if isinstance(self.arm, Attended) else ""
        response.success, response.message = bool(awaited), f"done: {awaited}" if awaited else "no mug is waited for"
        return response

    def _soft_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._end_episode()
        response.success, response.message = True, "the episode or reset is interrupted and the arm comes to rest"
        return response

    def _emergency_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._violated(emergency_stop("service"))
        self.arm.emergency_stop()
        response.success, response.message = True, "stopped; acknowledge before the next reset"
        return response

    def _violated(self, violation: Violation) -> None:
        """The arm is being stopped, which the control thread learns here; any thread may come."""
        self.task.report(violation)
        self._lock.engage(violation.message)
        self._broadcast.publish("safety_violation", messages.violation_message(violation, self._now(), self._name))
        self._exchange.wake()

    def _health(self) -> Health:
        waits = self._exchange.waits
        values = {
            "episode": self._episode,
            "transitions": self._logbook.log.next_seq - 1,
            "late actions": self._late,
            "learner": self._owner,
            **self._steps.tell("steps/s"),
            **self._periods.tell("control periods/s", "control period" if self.arm.real_time else ""),
            **self._answers.tell("actions/s", "action after its observation"),
        }
        late, self._late_told = self._late > self._late_told, self._late
        faults = ", ".join(self.arm.read().faults)
        if self._lock.reason or faults:
            return Health(ERROR, self._lock.reason or faults, values)
        if waits and (silent := time.monotonic() - self._asked_at) > UNANSWERED:
            return Health(STALE, f"an observation has waited {silent:.0f} s for its action", values)
        if late:
            return Health(WARN, "an action came too late: soft stop", values)
        return Health(OK, "ready" if self._owner else "waiting for a learner", values)

    def _end_episode(self) -> None:
        """Truncate the episode under way within one control period, or cancel the reset."""
        self.task.interrupt()
        self._exchange.wake()

    def _must_end(self) -> bool:
        return self._ending or bool(self._lock.reason) or self.task.interrupted or not self._goals.empty()

    # Episodes (control thread)

    def _run_control(self) -> None:
        try:
            while not self._ending:
                try:
                    handle = self._goals.get(timeout=0.1)
                except Empty:
                    continue
                first = self._reset(handle)
                if first is not None:
                    self._run_episode(first)
                self._rest()
        except Exception as error:
            self._control_failure = error
        finally:
            self.arm.stop()
            self._rest()

    def _rest(self) -> None:
        """No command is due any more; an arm that does not come to rest, whatever it answered, is stopped once more."""
        if self._watchdog is None:
            return
        try:
            for _ in come_to_rest(self.arm):
                self._watchdog.beat()
        except ArmError as error:
            self.get_logger().error(str(error))
        else:
            self._watchdog.rest()

    def _raise_control_failure(self) -> None:
        if self._control_failure is not None:
            failure, self._control_failure = self._control_failure, None
            raise failure

    def _reset(self, handle: ServerGoalHandle) -> Observation | None:
        """The first observation of a new episode; None when there is none."""
        self._lock.begin_reset()
        reset = ResetRun(handle, self._lock, lambda: self.task.interrupted or self._ending)
        unwritten = self._logbook.trouble
        obstacle = (
            Obstacle(ResetEpisode.Result.NOT_LOGGED, unwritten)
            if unwritten
            else reset.through(self.task.reset(self._random), self._in_phase, self._reset_failed)
        )
        self._broadcast.phase("")
        if obstacle is not None:
            self.arm.stop()
            if not self._ending:  # the executor that would carry the result has stopped
                if obstacle.code != ResetEpisode.Result.NEEDS_ACKNOWLEDGE:  # told once, and asked for every second
                    self.get_logger().warning(obstacle.message)
                self._conclude(handle, *obstacle)
            return None
        self._episode += 1
        self._period_began = None
        self._note(f"episode {self._episode} begins after {', '.join(reset.phases)}")
        first = self._ask(0, handle.request.evaluation)
        self._conclude(handle, ResetEpisode.Result.OK, "", first)
        return first

    def _in_phase(self, phase: str) -> None:
        """One period of a reset; one that moves is watched as an episode is."""
        self._broadcast.phase(phase)
        if self._watchdog is not None:
            moves = phase in MOVING if isinstance(self.arm, Guarded) else phase == RETREAT  # the twin is Home at once
            self._watchdog.beat() if moves else self._watchdog.rest()
        if self.arm.real_time:
            self._broadcast.joints(self.arm.read(), self._now())
        if lost := self._scale.read(phase, self.arm.read(), self.task.liquid):
            self._weighed(lost)

    def _reset_failed(self, error: ArmError) -> None:
        """Who intervenes says when the arm may move again; a lost connection alone is nobody's intervention."""
        if isinstance(error, UnsafeReset):
            self._violated(error.violation)
        elif self.arm.real_time and not isinstance(error, ArmUnreachable):
            self._lock.engage(f"the reset failed: {error}")

    def _weighed(self, lost: Loss) -> None:
        """After the episode: too late for the cost of a step, not for a person who looks at the table."""
        self.get_logger().info(str(lost))
        if violation := lost.violation:
            self._lock.engage(violation.message)
            self._broadcast.publish("safety_violation", messages.violation_message(violation, self._now(), self._name))

    def _conclude(self, handle: ServerGoalHandle, code: int, message: str, first: Observation | None = None) -> None:
        log = self._logbook.log
        conclude(handle, code, message, first, self._conditions, log=log, real_time=self.arm.real_time)

    def _run_episode(self, first: Observation) -> None:
        answered, result = self._episodes.through(first)
        self._tell_the_rest()
        self._note(f"episode {answered.episode} ended with step {answered.step}: {result.ending}")

    def _on_late(self) -> None:
        self._late += 1
        self.get_logger().warning("no action in time: soft stop", throttle_duration_sec=1.0)

    # What goes out

    def _on_period(self, tick: Tick) -> None:
        """Of an arm in real time; what came before the first of an episode is no period."""
        now = time.monotonic()
        began, self._period_began = self._period_began, now
        self._periods.note(None if began is None else now - began)
        self._broadcast.note(tick, self._episode)

    def _on_simulated_period(self, tick: Tick) -> None:
        self._periods.note()
        self._broadcast.tick(tick, self._episode)

    def _ask(self, step: int, evaluation: bool) -> Observation:
        message = messages.observation_message(
            self.task.observation, self._now(), self._episode, step, evaluation=evaluation
        )
        self._asked_at = time.monotonic()
        self._exchange.ask(message)
        self._broadcast.publish("observation", message)
        return message

    def _tell(self, asked: Observation, result: StepResult) -> None:
        if self.arm.real_time and (result.violations or result.faults):
            self._lock.engage(result.ending)
        self._steps.note()
        self._logbook.append(messages.transition_message(asked, result, self._now()))

    def _tell_the_rest(self) -> None:
        """What has time until the command for the next period was sent."""
        self._broadcast.tell_noted()
        self._logbook.have_time()

    def _logged(self, transition: Transition) -> None:
        self._broadcast.publish("transition", transition)

    def _on_full_disk(self, trouble: str) -> None:
        self.get_logger().error(trouble)
        self._end_episode()

    def _go_on_with(self, log: TransitionLog) -> None:
        """Say what was found in it; an episode that broke off with the process before this one gets its end."""
        for finding in log.findings:
            self.get_logger().warning(finding)
        if (last := log.last) is None:
            return
        self._episode = last.episode
        if not (last.terminated or last.truncated):
            self._logbook.append(messages.end_of_episode(last, self._now()))
            if self.arm.real_time:
                self._lock.engage("the environment died within an episode")

    def _note(self, event: str) -> None:
        """For the log of an arm in real time; in simulation there are too many."""
        if self.arm.real_time:
            self.get_logger().info(event)

    def _now(self) -> Time:
        """The arm's time in simulation, the node's clock where time is real."""
        if self.arm.real_time:
            return self.get_clock().now().to_msg()
        return messages.time_message(self.arm.read().time)


def _made() -> EnvNode:
    """The node; where time is real, it goes before others."""
    node = EnvNode()
    if node.arm.real_time:
        node.get_logger().info(f"the control of the arm runs with {be_punctual(CONTROL)}")
    return node


def main() -> int:
    """Run the environment node; see `msaclag_ros.node_main` for the exit codes."""
    return run(_made, user_errors=(ArmError, LogError, TaskError))
