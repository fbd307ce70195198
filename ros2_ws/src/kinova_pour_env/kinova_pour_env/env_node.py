"""The environment as a ROS node: resets by action, answers actions with transitions, tells what happens at 40 Hz.

Two threads: the executor's, here, takes messages in, the control thread owns the arm. In simulation time waits for the
policy's answer; on an arm it does not: a late answer leaves the arm in a soft stop, never with an old twist; the
watchdog's thread stops it when the control thread hangs, and its guard, a second process, when this one does.
"""

import json
import time
from pathlib import Path

import numpy as np
from rclpy.action.server import ServerGoalHandle
from rclpy.event_handler import QoSLivelinessChangedInfo
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_srvs.srv import Trigger

from kinova_pour_env import messages
from kinova_pour_env.arm import ArmError, Attended, find_arm, find_mirror
from kinova_pour_env.conditions import conditions
from kinova_pour_env.control_thread import ControlThread
from kinova_pour_env.detectors import Violation, asks_for_a_hard_stop, emergency_stop
from kinova_pour_env.env_node_config import EnvNodeConfig
from kinova_pour_env.exchange import Exchange
from kinova_pour_env.motion_lock import MotionLock
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.reset_server import serve_resets
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety.watchdog import watch
from kinova_pour_env.scene import Scene
from kinova_pour_env.telling import Telling
from kinova_pour_env.transition_log import LogError, TransitionLog
from kinova_pour_env.weighing import Scale, WeighingConfig
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import PolicyAction, SafetyViolation
from msaclag_ros.diagnostics import ERROR, OK, STALE, WARN, Health, publish_health
from msaclag_ros.endpoints import subscribe
from msaclag_ros.exclusive import claim
from msaclag_ros.interface import SERVICES, TOPICS
from msaclag_ros.node_main import run
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
        scale = Scale(declare(self, WeighingConfig, "weighing"))
        told = json.dumps(conditions(config.setting, config.reward, task_config, scene))
        arm_config = declare(self, arm_type.Config, config.arm)
        refuse_unknown(self)
        claim(self, "observation")
        log = TransitionLog(
            Path(config.transitions_dir),
            {"conditions": told},
            kept=config.transitions_kept,
            synced=config.sync_transitions,
        )
        self.arm = arm_type(scene, arm_config)
        self._mirror = find_mirror(config.mirror)(scene) if self.arm.real_time and config.mirror else None
        self.task = PourTask(self.arm, scene, task_config, safety, self._mirror and self._mirror.nearest)
        self._watchdog = watch(self.arm, safety, self._violated) if self.arm.real_time else None
        if self._watchdog is not None:
            self.task.on_command = self._watchdog.beat
        self._owner = ""
        self._late_told = 0
        self._lock = MotionLock(self, self.arm, Path(config.transitions_dir))
        self._exchange = Exchange(self._must_end)
        self._telling = Telling(self, self.task, self._exchange, self._lock, log, self._end_episode)
        self._control = ControlThread(
            self,
            self.task,
            self._exchange,
            self._lock,
            self._telling,
            self._watchdog,
            violated=self._violated,
            scale=scale,
            random=np.random.default_rng(config.seed),
            conditions=told,
        )
        self._listen()
        self._telling.go_on()
        every(self, 0.1, self._raise_control_failure)
        self._control.start()
        publish_health(self, self._health)

    def close(self) -> None:
        """End the episode and leave the arm standing."""
        self._control.ending = True
        self._end_episode()
        self._control.join()
        if self._watchdog is not None:
            self._watchdog.close()
        self.arm.close()
        if self._mirror is not None:
            self._mirror.close()
        self._telling.logbook.close()

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
            ("fetch_transitions", self._telling.logbook.log.fetch),
        ):
            self.create_service(SERVICES[name], name, serve)
        serve_resets(self, self._on_reset)

    def _on_action(self, message: PolicyAction) -> None:
        refusal = self._exchange.hand_in(message)
        if not refusal:
            self._telling.answered()
        time.sleep(0)  # hands Python's lock over to the thread that waits for it
        if refusal:
            self.get_logger().error(f"action refused: {refusal}", throttle_duration_sec=1.0)

    def _on_violation(self, message: SafetyViolation) -> None:
        if message.detector.startswith(f"{self.get_fully_qualified_name()}/"):
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
            name = self.get_fully_qualified_name()
            message = f"the environment {name} belongs to the learner {self._owner}; {learner} was refused"
            self.get_logger().error(message)
            self._control.conclude(handle, ResetEpisode.Result.OTHER_LEARNER, message)
            return
        self._owner = learner
        self._end_episode()
        self._control.reset(handle)

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
        self._telling.violated(violation)
        self._exchange.wake()

    def _health(self) -> Health:
        telling = self._telling
        values = {
            "episode": telling.episode,
            "transitions": telling.logbook.log.next_seq - 1,
            "late actions": telling.late,
            "learner": self._owner,
            **telling.paces(),
        }
        late, self._late_told = telling.late > self._late_told, telling.late
        faults = ", ".join(self.arm.read().faults)
        if self._lock.reason or faults:
            return Health(ERROR, self._lock.reason or faults, values)
        if (silent := telling.unanswered_for()) > UNANSWERED:
            return Health(STALE, f"an observation has waited {silent:.0f} s for its action", values)
        if late:
            return Health(WARN, "an action came too late: soft stop", values)
        return Health(OK, "ready" if self._owner else "waiting for a learner", values)

    def _end_episode(self) -> None:
        """Truncate the episode under way within one control period, or cancel the reset."""
        self.task.interrupt()
        self._exchange.wake()

    def _must_end(self) -> bool:
        return self._control.awaited or bool(self._lock.reason) or self.task.interrupted

    def _raise_control_failure(self) -> None:
        if self._control.failure is not None:
            failure, self._control.failure = self._control.failure, None
            raise failure


def _made() -> EnvNode:
    """The node; where time is real, it goes before others."""
    node = EnvNode()
    if node.arm.real_time:
        node.get_logger().info(f"the control of the arm runs with {be_punctual(CONTROL)}")
    return node


def main() -> int:
    """Run the environment node; see `msaclag_ros.node_main` for the exit codes."""
    return run(_made, user_errors=(ArmError, LogError, TaskError))
