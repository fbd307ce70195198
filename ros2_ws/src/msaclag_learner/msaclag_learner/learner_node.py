"""The learner as a ROS node: it asks for episodes, answers observations with actions, and trains in its own thread.

Messages in, messages out; what is learned and how is `TrainingRun`'s. Where time waits for the learner (simulation), an
action is held back until the updates have caught up; where it does not, no action waits for an update. No callback
blocks: the training thread writes the checkpoints and triggers what waits for it. A resumed run begins with a new
episode.
"""

import json
import math
import time
from threading import Event, Thread
from uuid import uuid4

import numpy as np
from rclpy.action import ActionClient
from rclpy.event_handler import QoSLivelinessChangedInfo
from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger

from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.experience import ExperienceError
from msaclag_learner.received import received
from msaclag_learner.scheduling import give_way, leave_cores_to_training
from msaclag_learner.training_run import DeviceError, DivergedError, TrainingRun
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import LearnerStatus, Observation, PolicyAction
from msaclag_msgs.msg import Transition as TransitionMessage
from msaclag_msgs.srv import FetchTransitions
from msaclag_ros.diagnostics import OK, Health, publish_health
from msaclag_ros.endpoints import publisher, subscribe
from msaclag_ros.exclusive import claim
from msaclag_ros.interface import RESET_ACTION, SERVICES
from msaclag_ros.node_main import DONE, FAULT, run
from msaclag_ros.parameters import declare, refuse_unknown
from msaclag_ros.real_time import POLICY, be_punctual

RETRY = 1.0
"""s between two requests for an episode while a person or the arm keeps the environment."""
UNACCEPTED = 5.0
"""s after which a reset is asked for again: DDS may lose an answer to a client that the server has not discovered."""
SILENCE = 1.0
"""s without an observation or a transition after which the environment's log is asked for what may have been lost."""


class Refused(RuntimeError):
    """The environment belongs to another learner."""


class LearnerNode(Node):
    """Drives one `TrainingRun` against the environment in its namespace."""

    def __init__(self) -> None:
        """Take the `action` topic, then wait for an environment."""
        leave_cores_to_training()
        super().__init__("learner_node")
        self.exit_code: int | None = None
        self.config = declare(self, TrainingConfig)
        refuse_unknown(self)
        claim(self, "action")
        self.run: TrainingRun | None = None
        self._name = f"{self.get_fully_qualified_name()} ({uuid4().hex[:8]})"
        self._real_time = False
        self._answer: PolicyAction | None = None
        self._held: Observation | None = None
        self._episode_over = False
        self._passed_over: int | None = None
        self._next_seq = 0
        self._early: dict[int, TransitionMessage] = {}
        self._fetching = False
        self._heard = time.monotonic()
        self._requests, self._unaccepted_since = 0, math.inf
        self._ending = Event()
        self._failure: Exception | None = None
        self._asked_to_save: list[Future] = []
        self._trainer = Thread(target=self._train, name="trainer")
        self._progress = self.create_guard_condition(self._go_on)
        self._action, self._status = publisher(self, "action"), publisher(self, "learner_status")
        subscribe(self, "observation", self._on_observation, liveliness=self._on_environment_liveliness)
        subscribe(self, "transition", self._on_transition)
        self._fetch = self.create_client(FetchTransitions, "fetch_transitions")
        self._reset = ActionClient(self, RESET_ACTION[1], RESET_ACTION[0])
        self.create_service(SERVICES["save_checkpoint"], "save_checkpoint", self._on_save)
        self.create_timer(0.5, self._report)
        publish_health(self, self._health)
        self._waiting_since = time.monotonic()
        self._start = self.create_timer(0.1, self._begin_when_connected)

    def close(self) -> None:
        """End the training thread and leave whole files."""
        self._ending.set()
        if self._trainer.is_alive():
            self._trainer.join()
        if self.run is not None:
            self.run.close()
            self._report()

    def _begin_when_connected(self) -> None:
        connected = (
            self._reset.server_is_ready()
            and self._action.get_subscription_count() > 0
            and self.count_publishers("observation") > 0
            and self.count_publishers("transition") > 0
        )
        if connected:
            self._start.cancel()
            self._request_episode()
        elif time.monotonic() - self._waiting_since > 5:
            self._waiting_since = time.monotonic()
            self.get_logger().info(f"waiting for an environment in {self.get_namespace()} (is env_node running?)")

    # Episodes

    def _request_episode(self) -> None:
        evaluation = self.run.trained if self.run is not None else self.config.steps == 0
        goal = ResetEpisode.Goal(learner=self._name, evaluation=evaluation)
        self._requests += 1
        request = self._requests
        self._unaccepted_since = time.monotonic()
        self._reset.send_goal_async(goal).add_done_callback(lambda future: self._on_reset_accepted(request, future))

    def _on_reset_accepted(self, request: int, future: Future) -> None:
        if request == self._requests:
            self._unaccepted_since = math.inf
            result = future.result().get_result_async()
            result.add_done_callback(lambda future: self._on_reset_done(request, future))

    def _on_reset_done(self, request: int, future: Future) -> None:
        if request != self._requests:  # given up and asked for again meanwhile
            return
        result = future.result().result
        if result.code == ResetEpisode.Result.OTHER_LEARNER:
            raise Refused(result.message)
        if result.code != ResetEpisode.Result.OK:
            self._retry(f"no episode yet: {result.message}")
            return
        first = result.first_observation
        if self.run is None:
            self.run = TrainingRun(
                self.config, result.task, len(first.values), result.action_size, json.loads(result.conditions or "{}")
            )
            self._real_time, self._next_seq = result.real_time, result.next_seq
            if self._real_time:
                self.get_logger().info(f"the policy acts with {be_punctual(POLICY)}")
            self._trainer.start()
        observation = np.asarray(first.values, np.float32)
        if not first.evaluation and (self.run.trained or self.run.wants_initial_state):
            if self.run.wants_initial_state:
                self.run.initial_state(observation)
            self._passed_over = first.episode
            self._request_episode()
            return
        if not first.evaluation:
            self.run.first_state(observation)
        self._act(first)

    def _retry(self, reason: str) -> None:
        self.get_logger().warning(reason, throttle_duration_sec=10.0)

        def again() -> None:
            timer.cancel()
            self.destroy_timer(timer)
            self._request_episode()

        timer = self.create_timer(RETRY, again)

    # Acting

    def _on_observation(self, message: Observation) -> None:
        self._heard = time.monotonic()
        answer = self._answer
        if answer is not None and message.header.stamp == answer.header.stamp and message.step == answer.step:
            self._action.publish(answer)  # asked again because the action did not arrive
        elif self.run is not None and (message.step > 0 or (answer is not None and answer.episode == message.episode)):
            self._act(message)  # the first state comes with the reset's result, unless it is asked anew

    def _act(self, message: Observation) -> None:
        assert self.run is not None
        if not self._real_time:
            self._held = message  # before looking: the trainer looks after counting, so one of us sees the other
            if not self.run.progress.caught_up:
                return
            self._held = None
        observation = np.asarray(message.values, np.float32)
        values = self.run.act(observation, evaluation=message.evaluation)
        self._answer = PolicyAction(
            episode=message.episode, step=message.step, policy_version=self.run.acting.version, values=values.tolist()
        )
        self._answer.header.stamp = message.header.stamp
        self._action.publish(self._answer)

    def _go_on(self) -> None:
        """An update was made: what waited for it may go on."""
        if self._held is not None:
            held, self._held = self._held, None
            self._act(held)
        if self._episode_over:
            self._after_episode()

    # Learning

    def _on_transition(self, message: TransitionMessage) -> None:
        self._heard = time.monotonic()
        if self.run is None or message.seq < self._next_seq:
            return
        self._early[message.seq] = message
        self._take_in_order()
        if self._early:
            self._fetch_missing()

    def _fetch_missing(self) -> None:
        """Ask the environment's log for what did not arrive; one request at a time, repeated by `_report`."""
        if self._fetching or not self._fetch.service_is_ready():
            return
        self._fetching = True
        missing = min(self._early, default=self._next_seq + 1) - self._next_seq
        request = FetchTransitions.Request(first_seq=self._next_seq, limit=missing)
        self._fetch.call_async(request).add_done_callback(self._on_fetched)

    def _on_fetched(self, future: Future) -> None:
        self._fetching = False
        transitions = future.result().transitions
        if not transitions:
            return
        first = transitions[0].seq
        self.get_logger().warning(f"{len(transitions)} transitions from {first} on were lost on the way and fetched")
        if first > self._next_seq:
            self.get_logger().error(
                f"transitions {self._next_seq} to {first - 1} are no longer in the log: not learned"
            )
            self._next_seq = first
        self._early |= {message.seq: message for message in transitions if message.seq >= self._next_seq}
        self._take_in_order()

    def _take_in_order(self) -> None:
        while self._next_seq in self._early:
            message = self._early.pop(self._next_seq)
            self._next_seq += 1
            self._take_in(message)

    def _take_in(self, message: TransitionMessage) -> None:
        assert self.run is not None
        if message.episode == self._passed_over:  # ended by the reset that followed; nothing was done in it
            return
        transition, info, moved = received(message)
        ended = message.terminated or message.truncated
        self.run.take_in(transition, info, ended=ended, evaluation=message.evaluation, moved=moved)
        if ended:
            self._after_episode()

    def _after_episode(self) -> None:
        """Ask for the next episode; the evaluation waits for the last update."""
        assert self.run is not None
        self._episode_over = True  # before looking, as in _act
        if self.run.trained and self.run.progress.due() > 0:
            return
        self._episode_over = False
        if self.run.trained and self.run.evaluated:
            self.exit_code = DONE
        else:
            self._request_episode()

    def _train(self) -> None:
        assert self.run is not None
        give_way(self.config.threads)
        try:
            while not self._ending.is_set():
                if self.run.progress.wait_until_due(0.1):
                    self.run.update()
                    if self._held is not None or self._episode_over:
                        self._progress.trigger()
                self.run.save_if_due()
                while self._asked_to_save:
                    self._asked_to_save.pop().set_result(self._save())
        except Exception as error:
            self._failure = error

    def _on_environment_liveliness(self, event: QoSLivelinessChangedInfo) -> None:
        if self.run is not None and event.alive_count == 0 and self.exit_code is None:
            self.get_logger().fatal("fatal: the environment is gone; what was learned is saved")
            self.exit_code = FAULT

    # Telling

    def _report(self) -> None:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        if time.monotonic() - self._unaccepted_since > UNACCEPTED:
            self.get_logger().warning("the environment did not answer a reset; asking again")
            self._request_episode()
        if self.run is not None:
            if time.monotonic() - self._heard > SILENCE and self._held is None:
                self._fetch_missing()
            message = LearnerStatus(**self.run.status().__dict__)
            message.header.stamp = self.get_clock().now().to_msg()
            self._status.publish(message)

    def _health(self) -> Health:
        if self.run is None:
            return Health(OK, "waiting for an environment", {})
        status = self.run.status()
        values = {"step": status.step, "updates": status.updates, "updates due": self.run.progress.due()}
        return Health(OK, status.phase, values)

    async def _on_save(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        if self.run is None:
            response.message = "there is nothing to save yet: no episode has begun"
            return response
        saved = Future()
        self._asked_to_save.append(saved)
        response.success, response.message = await saved
        return response

    def _save(self) -> tuple[bool, str]:
        """Whether a checkpoint could be written, and what to say of it."""
        assert self.run is not None
        try:
            return True, f"saved {self.run.save()}"
        except CheckpointError as error:
            return False, str(error)


def main() -> int:
    """Run the learner node; see `msaclag_ros.node_main` for the exit codes."""
    return run(
        LearnerNode, user_errors=(CheckpointError, DeviceError, DivergedError, ExperienceError, Refused, OSError)
    )
