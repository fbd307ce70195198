"""The learner as a ROS node: it asks for episodes, answers observations with actions, and has a process that trains.

Messages in, messages out; what is learned and how is `TrainingRun`'s. Where time waits for the learner (simulation), an
action is held back until the updates have caught up; where it does not, no action waits for an update. No callback
blocks. A resumed run begins with a new episode.
"""

import json
import time
from uuid import uuid4

import numpy as np
from rclpy.event_handler import QoSLivelinessChangedInfo
from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger

from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.episode_client import EpisodeClient
from msaclag_learner.errors import TrainingError
from msaclag_learner.step import Step
from msaclag_learner.trainer import Trainer
from msaclag_learner.transition import ExperienceError
from msaclag_learner.transition_feed import TransitionFeed
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import LearnerStatus, Observation, PolicyAction
from msaclag_msgs.msg import Transition as TransitionMessage
from msaclag_ros.diagnostics import OK, STALE, Health, publish_health
from msaclag_ros.endpoints import publisher, subscribe
from msaclag_ros.exclusive import claim
from msaclag_ros.interface import SERVICES
from msaclag_ros.node_main import DONE, run
from msaclag_ros.pace import Pace
from msaclag_ros.parameters import declare, refuse_unknown
from msaclag_ros.real_time import POLICY, be_punctual
from msaclag_ros.timer import every

RETRY = 1.0
"""s between two requests for an episode while a person or the arm keeps the environment."""
SILENCE = 1.0
"""s without an observation or a transition after which the environment's log is asked for what may have been lost."""
STALE_AFTER = 5.0
"""s of it within an episode after which the health tells of it."""


class Refused(RuntimeError):
    """The environment belongs to another learner, or is another than the one whose experience is learned from."""


class LearnerNode(Node):
    """Lets one process train on the environment in its namespace, and acts by the policy that comes of it."""

    def __init__(self) -> None:
        """Take the `action` topic, then wait for an environment."""
        super().__init__("learner_node")
        self.exit_code: int | None = None
        self.config = declare(self, TrainingConfig)
        refuse_unknown(self)
        claim(self, "action")
        self._name = f"{self.get_fully_qualified_name()} ({uuid4().hex[:8]})"
        self._real_time = False
        self._answer: PolicyAction | None = None
        self._reset_result: ResetEpisode.Result | None = None
        self._held: Observation | None = None
        self._episode: int | None = None
        """That is acted in."""
        self._ended: int | None = None
        """The last that all transitions of were handed over."""
        self._task = ("", 0, "")
        """Name, size of an action and conditions of what is learned."""
        self._heard = time.monotonic()
        self._acting, self._transitions = Pace(), Pace()
        self._news = self.create_guard_condition(self._go_on)
        self._action, self._status = publisher(self, "action"), publisher(self, "learner_status")
        subscribe(self, "observation", self._on_observation, liveliness=self._on_environment_liveliness)
        subscribe(self, "transition", self._on_transition)
        self._episodes = EpisodeClient(self, self._on_reset_done)
        self.create_service(SERVICES["save_checkpoint"], "save_checkpoint", self._on_save)
        every(self, 0.5, self._look_after)
        publish_health(self, self._health)
        self._waiting_since = time.monotonic()
        self._start = every(self, 0.1, self._begin_when_connected)
        self.trainer = Trainer(self.config, self._news.trigger)
        self._feed = TransitionFeed(self, self.trainer, self._handed_over)

    def close(self) -> None:
        """End the training process, which leaves whole files."""
        try:
            self.trainer.close()
        finally:
            self._tell_status()

    def _begin_when_connected(self) -> None:
        connected = (
            self._episodes.ready
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
        report = self.trainer.report
        evaluation = report.trained if report is not None else self.config.steps == 0
        self._episodes.ask(ResetEpisode.Goal(learner=self._name, evaluation=evaluation))

    def _on_reset_done(self, result: ResetEpisode.Result) -> None:
        if result.code == ResetEpisode.Result.OTHER_LEARNER:
            raise Refused(result.message)
        if result.code != ResetEpisode.Result.OK:
            self._retry(f"no episode yet: {result.message}")
            return
        task = (result.task, result.action_size, result.conditions)
        if not self.trainer.begun:
            self._task = task
            self._begin(result)
        elif task != self._task:
            raise Refused(
                f"the environment has come back with another task than {self._task[0]}, or under other conditions: "
                "start it as before, or begin a run of another run_dir"
            )
        self._reset_result = result
        self._go_on()

    def _begin(self, result: ResetEpisode.Result) -> None:
        self._real_time = result.real_time
        if self._real_time:
            self.get_logger().info(f"the policy acts with {be_punctual(POLICY)}")
        conditions = json.loads(result.conditions or "{}")
        self.trainer.begin(result.task, len(result.first_observation.values), result.action_size, conditions)

    def _begin_episode(self, result: ResetEpisode.Result) -> None:
        """Once all that was logged before is taken in; what the episode is for is the trainer's to say."""
        report = self.trainer.report
        assert report is not None
        if not self._feed.reaches(result):
            return
        first, self._reset_result = result.first_observation, None
        unwanted = not first.evaluation and (report.trained or report.wants_initial_state)
        if unwanted or first.episode == self._ended:
            self._request_episode()  # nothing was done in this one, which is over, or ends by that
        else:
            self._held, self._episode = first, first.episode

    @property
    def _episode_over(self) -> bool:
        return self._episode is not None and self._episode == self._ended

    def _retry(self, reason: str) -> None:
        self.get_logger().warning(reason, throttle_duration_sec=10.0)

        def again() -> None:
            timer.cancel()
            self.destroy_timer(timer)
            self._request_episode()

        timer = every(self, RETRY, again)

    # Acting

    def _on_observation(self, message: Observation) -> None:
        self._heard = time.monotonic()
        answer, result = self._answer, self._reset_result
        if answer is not None and message.header.stamp == answer.header.stamp and message.step == answer.step:
            self._action.publish(answer)  # asked again because the action did not arrive
        elif result is not None and message.episode == result.first_observation.episode:
            result.first_observation = message  # asked anew while the trainer gets ready
        elif self.trainer.report is not None and self._expects(message):
            self._held = message
            self._go_on()

    def _expects(self, message: Observation) -> bool:
        """The first state comes with the reset's result, unless it is asked anew."""
        asked = self._held or self._answer
        return message.step > 0 or (asked is not None and asked.episode == message.episode)

    def _act(self, message: Observation) -> None:
        begun = time.monotonic()
        observation = np.asarray(message.values, np.float32)
        values, version = self.trainer.act(observation, evaluation=message.evaluation)
        self._answer = PolicyAction(
            episode=message.episode, step=message.step, policy_version=version, values=values.tolist()
        )
        self._answer.header.stamp = message.header.stamp
        self._action.publish(self._answer)
        self._acting.note(time.monotonic() - begun)

    def _go_on(self) -> None:
        """What waits for the trainer, and for it alone, goes on."""
        trainer = self.trainer
        if trainer.failure is not None:
            raise trainer.failure
        if trainer.settled and self._reset_result is not None:
            self._begin_episode(self._reset_result)
        if self._held is not None and (self._real_time or trainer.caught_up):
            held, self._held = self._held, None
            self._act(held)
        if self._episode_over and trainer.settled:
            self._after_episode()

    # Learning

    def _on_transition(self, message: TransitionMessage) -> None:
        self._heard = time.monotonic()
        self._feed.hear(message)

    def _handed_over(self, message: TransitionMessage, step: Step) -> None:
        self._transitions.note()
        self._ended = message.episode if step.ended else self._ended

    def _after_episode(self) -> None:
        """Ask for the next episode; the evaluation waits for the last update."""
        report = self.trainer.report
        assert report is not None
        if report.trained and report.due > 0:
            return
        self._episode = None
        if report.trained and report.evaluated:
            self.exit_code = DONE
        else:
            self._request_episode()

    def _on_environment_liveliness(self, event: QoSLivelinessChangedInfo) -> None:
        if event.alive_count == 0:
            self._environment_gone()

    def _environment_gone(self) -> None:
        if self._start.is_canceled() and self.exit_code is None:
            self.get_logger().error("the environment is gone; waiting for it to come back")
            self._episodes.give_up()
            self._feed.give_up()
            self._reset_result = self._held = self._answer = self._episode = self._ended = None
            self._start.reset()

    # Telling

    def _look_after(self) -> None:
        if not self.count_publishers("observation"):  # one that was never seen alive is not missed by its liveliness
            self._environment_gone()
        if time.monotonic() - self._heard > SILENCE and self._held is None:
            self._feed.fetch_next()
        self._go_on()
        self._tell_status()

    def _tell_status(self) -> None:
        if self.trainer.report is not None:
            message = LearnerStatus(**self.trainer.report.status.__dict__)
            message.header.stamp = self.get_clock().now().to_msg()
            self._status.publish(message)

    def _health(self) -> Health:
        report = self.trainer.report
        if report is None:
            return Health(OK, "waiting for an environment", {})
        status, silent = report.status, time.monotonic() - self._heard
        values = {
            "step": status.step,
            "updates": status.updates,
            "updates due": report.due,
            "updates/s since it began": f"{status.updates_per_s:.1f}",
            **self._transitions.tell("transitions/s"),
            **self._acting.tell("actions/s", "action"),
            "environment heard, s ago": f"{silent:.1f}",
            "transitions fetched from the log": self._feed.fetched,
        }
        if self._episode is not None and not self._episode_over and silent > STALE_AFTER:
            return Health(STALE, f"{status.phase}: no word of the environment for {silent:.0f} s", values)
        return Health(OK, status.phase, values)

    async def _on_save(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        if self.trainer.report is None:
            response.message = "there is nothing to save yet: no episode has begun"
            return response
        saved = Future()
        self.trainer.save(saved.set_result)
        answer = await saved
        response.success, response.message = answer.success, answer.message
        return response


def main() -> int:
    """Run the learner node; see `msaclag_ros.node_main` for the exit codes."""
    return run(LearnerNode, user_errors=(TrainingError, ExperienceError, Refused, OSError))
