"""A person in the learner's place: asks the environment for episodes and answers its observations by hand.

What holds for a learner holds here: the environment filters each action, watches the arm, stops it where an answer is
late, and lets nothing move after a violation on an arm before it is acknowledged.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.task import Future

from kinova_pour_env.goal import OBSERVATIONS
from msaclag.teach.steering import standing
from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.received import received
from msaclag_learner.transition import Transition
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import Observation, PolicyAction, SafetyViolation
from msaclag_msgs.msg import Transition as TransitionMessage
from msaclag_ros.enclave import enclave
from msaclag_ros.endpoints import publisher, subscribe
from msaclag_ros.interface import RESET_ACTION, SERVICES

CONNECT, RESET, DRIVE, JUDGE, STAND = "connect", "reset", "drive", "judge", "stand"
"""What is going on: nothing is connected yet; the arm goes to a first state; an episode; it is over and waits for a
verdict; the arm stands until a person says that it may go on."""

UNACCEPTED = 5.0
"""s after which a reset is asked for again: DDS may lose an answer to a client that the server has not discovered."""


class Teacher:
    """One person's episodes; a context manager. One thread runs it, by `spin`.

    Attributes:
        state: one of the words above.
        told: of the state, in words: the phase of the reset, why the arm stands, why the episode ended.
        action: [4], what the hand asks for now.
        reset_result: of the last reset that succeeded; None before.
        episode: transitions of the episode, those in which nothing moved left out.
        info: figures of its last step.
        observation: [15], the last one of it.
        complete: no transition of it was lost on the way.
    """

    def __init__(self, namespace: str, period: float) -> None:
        """Join the graph.

        Args:
            namespace: of the environment.
            period: s of a step; where the arm is simulated, its time waits for the hand to take so long.
        """
        self.state, self.told = CONNECT, ""
        self.action = standing()
        self.reset_result: Any = None
        self.episode: list[Transition] = []
        self.info: Mapping[str, float] = {}
        self.observation: NDArray[np.float32] = np.zeros(OBSERVATIONS, np.float32)
        self.complete = True
        self._period, self._due = period, 0.0
        self._asked: Observation | None = None
        self._number, self._next_seq, self._violation = -1, 0, ""
        self._requests, self._unaccepted_since = 0, np.inf
        self._context = rclpy.Context()
        rclpy.init(args=enclave("teacher", namespace), context=self._context)
        self._node = Node("teacher", namespace=namespace, context=self._context, start_parameter_services=False)
        self._publisher = publisher(self._node, "action")
        subscribe(self._node, "observation", self._on_observation)
        subscribe(self._node, "transition", self._on_transition)
        subscribe(self._node, "safety_violation", self._on_violation)
        self._resets = ActionClient(self._node, RESET_ACTION[1], RESET_ACTION[0])
        names = ("acknowledge", "refilled", "soft_stop", "emergency_stop")
        self._services = {name: self._node.create_client(SERVICES[name], name) for name in names}
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)

    def __enter__(self) -> "Teacher":
        return self

    def __exit__(self, *error: object) -> None:
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def spin(self, seconds: float) -> None:
        """Take in what comes, for so long at most, and answer what is due."""
        self._executor.spin_once(timeout_sec=seconds)
        now = time.monotonic()
        if (self.state == CONNECT and self._connected()) or now - self._unaccepted_since > UNACCEPTED:
            self.begin()
        if self._asked is not None and now >= self._due:
            self._answer(now)

    def task(self) -> tuple[str, TransitionLayout, dict[str, Any]]:
        """Name, sizes and conditions of the task, once a reset has succeeded."""
        result = self.reset_result
        layout = TransitionLayout(len(result.first_observation.values), result.action_size)
        return result.task, layout, json.loads(result.conditions or "{}")

    def begin(self) -> None:
        """Ask for an episode; the arm goes to a first state."""
        self.state, self.told = RESET, ""
        self._asked, self._number = None, -1
        self._requests += 1
        request = self._requests
        self._unaccepted_since = time.monotonic()
        goal = ResetEpisode.Goal(learner=f"{self._node.get_fully_qualified_name()} (by hand)")
        accepted = self._resets.send_goal_async(goal, feedback_callback=self._on_phase)
        accepted.add_done_callback(lambda future: self._on_reset_accepted(request, future))

    def end_episode(self) -> None:
        """The arm comes to rest, and the episode is over."""
        self._services["soft_stop"].call_async(SERVICES["soft_stop"].Request())

    def emergency_stop(self) -> None:
        """Stop the arm at once."""
        self._services["emergency_stop"].call_async(SERVICES["emergency_stop"].Request())

    def go_on(self) -> None:
        """What is waited for is done: the mug is full, or the person has looked and the arm may move again."""
        if (self.state, self.told) == (RESET, "refill"):
            self._services["refilled"].call_async(SERVICES["refilled"].Request())
        else:
            acknowledged = self._services["acknowledge"].call_async(SERVICES["acknowledge"].Request())
            acknowledged.add_done_callback(self._on_acknowledged)

    def _connected(self) -> bool:
        return bool(
            self._resets.server_is_ready()
            and all(service.service_is_ready() for service in self._services.values())
            and self._publisher.get_subscription_count() > 0
            and self._node.count_publishers("observation") > 0
            and self._node.count_publishers("transition") > 0
        )

    def _on_phase(self, message: Any) -> None:
        if self.state == RESET:
            self.told = message.feedback.phase

    def _on_reset_accepted(self, request: int, future: Future) -> None:
        if request == self._requests:
            self._unaccepted_since = np.inf
            result = future.result().get_result_async()
            result.add_done_callback(lambda future: self._on_reset_done(request, future.result().result))

    def _on_reset_done(self, request: int, result: Any) -> None:
        if request != self._requests:  # given up and asked for again meanwhile
            return
        if result.code != ResetEpisode.Result.OK:
            self.state, self.told = STAND, result.message
            return
        self.reset_result = result
        first = result.first_observation
        self.episode, self.info, self.complete, self._violation = [], {}, True, ""
        self._number, self._next_seq = first.episode, result.next_seq
        self.state, self.told = DRIVE, ""
        self._on_observation(first)

    def _on_acknowledged(self, future: Future) -> None:
        if self.state == STAND:
            self.begin()

    def _on_observation(self, message: Observation) -> None:
        if self.state != DRIVE or message.episode != self._number:
            return
        self._asked = message
        self.observation = np.asarray(message.values, np.float32)
        if self.reset_result.real_time:
            self._answer(time.monotonic())

    def _answer(self, now: float) -> None:
        assert self._asked is not None
        asked, self._asked = self._asked, None
        answer = PolicyAction(episode=asked.episode, step=asked.step, values=self.action.tolist())
        answer.header.stamp = asked.header.stamp
        self._publisher.publish(answer)
        self._due = max(self._due + self._period, now)

    def _on_transition(self, message: TransitionMessage) -> None:
        if message.episode != self._number or self.state != DRIVE:
            return
        self.complete &= message.seq == self._next_seq
        self._next_seq = message.seq + 1
        step = received(message)
        if step.moved:
            self.episode.append(step.transition)
            self.info = step.info
        if message.terminated or message.truncated:
            self._asked = None
            self.state, self.told = JUDGE, self._violation if message.cost else ""

    def _on_violation(self, message: SafetyViolation) -> None:
        self._violation = message.message or message.kind
        if self.state == JUDGE:
            self.told = self._violation
