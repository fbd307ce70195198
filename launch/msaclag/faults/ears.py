"""Hears what the graph under test says, and speaks to it as others may: services, and the topic `action`."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple

import rclpy
from action_msgs.srv import CancelGoal
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from std_srvs.srv import Trigger

from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import LearnerStatus, Observation, PolicyAction, Transition
from msaclag_ros.interface import RESET_ACTION, SERVICES, TOPICS
from msaclag_ros.real_time import POLICY
from msaclag_ros.settings import SettingError

ANSWER = 20.0
"""s in which a service has to answer."""


class Told(NamedTuple):
    """A transition that was published.

    Attributes:
        time: s of CLOCK_MONOTONIC, when it was heard.
        seq: of it.
        stamp: ns, of it.
        moved: the arm moved in it.
    """

    time: float
    seq: int
    stamp: int
    moved: bool


class Ears:
    """A node beside the graph, in a thread of its own; a context manager.

    Attributes:
        told: transitions.
        observations, actions: as they were published.
        phases: time and name of each phase of a reset.
        step: of the learner, as it last said.
        on_observation: done with each observation at once.
    """

    def __init__(self, namespace: str) -> None:
        """Join the graph."""
        self.told: list[Told] = []
        self.observations: list[Observation] = []
        self.actions: list[PolicyAction] = []
        self.phases: list[tuple[float, str]] = []
        self.step = 0
        self.on_observation: Callable[[Observation], None] = lambda asked: None
        self._context = rclpy.Context()
        rclpy.init(args=[], context=self._context)
        self.node = Node("_faults", namespace=namespace, context=self._context, start_parameter_services=False)
        for name, hear in (
            ("transition", self._on_transition),
            ("observation", self._on_observation),
            ("action", self.actions.append),
            ("learner_status", self._on_status),
        ):
            self.node.create_subscription(TOPICS[name].type, name, hear, TOPICS[name].qos)
        feedback = f"{RESET_ACTION[0]}/_action/feedback"
        self.node.create_subscription(ResetEpisode.Impl.FeedbackMessage, feedback, self._on_phase, 10)
        self._triggers = {
            name: self.node.create_client(Trigger, name) for name, kind in SERVICES.items() if kind is Trigger
        }
        self._cancel = self.node.create_client(CancelGoal, f"{RESET_ACTION[0]}/_action/cancel_goal")
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._listen, name="ears")
        self._thread.start()

    def __enter__(self) -> "Ears":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown()
        self._thread.join()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def moved_since(self, since: float) -> int:
        """Transitions in which the arm moved, heard after a time of CLOCK_MONOTONIC."""
        return sum(each.moved for each in reversed(self.told) if each.time > since)

    def call(self, service: str) -> Trigger.Response:
        """Call one of the graph's services without arguments.

        Raises:
            SettingError: it is not there, or does not answer.
        """
        return self._answer(self._triggers[service], Trigger.Request())

    def ask(self, service: str) -> None:
        """As `call`, without waiting."""
        self._triggers[service].call_async(Trigger.Request())

    def cancel_reset(self) -> None:
        """Cancel whatever reset is under way.

        Raises:
            SettingError: the environment does not answer.
        """
        self._answer(self._cancel, CancelGoal.Request())  # zeros stand for all goals

    def rival(self) -> Publisher:
        """A publisher of `action` beside the learner's."""
        return self.node.create_publisher(PolicyAction, "action", TOPICS["action"].qos)

    def _listen(self) -> None:
        """A rival of the learner has to be as fast; the thread alone, for what the process starts inherits it."""
        with suppress(OSError):  # not permitted
            os.sched_setscheduler(threading.get_native_id(), os.SCHED_FIFO, os.sched_param(POLICY))
        self._executor.spin()

    def _on_observation(self, message: Observation) -> None:
        self.observations.append(message)
        self.on_observation(message)

    def _answer(self, client: Any, request: Any) -> Any:
        name = client.srv_name
        if not client.wait_for_service(ANSWER):
            raise SettingError(f"nobody offers {name}")
        future, answered = client.call_async(request), threading.Event()
        future.add_done_callback(lambda _: answered.set())
        if not answered.wait(ANSWER):
            raise SettingError(f"{name} did not answer within {ANSWER:g} s")
        return future.result()

    def _on_transition(self, message: Transition) -> None:
        stamp = 10**9 * message.header.stamp.sec + message.header.stamp.nanosec
        self.told.append(Told(time.monotonic(), message.seq, stamp, message.duration > 0))

    def _on_status(self, message: LearnerStatus) -> None:
        self.step = message.step

    def _on_phase(self, message: Any) -> None:
        self.phases.append((time.monotonic(), message.feedback.phase))
