"""One episode as the environment carries it out: the policy is asked, the task makes a step, what happened is told."""

from collections.abc import Callable

import numpy as np

from kinova_pour_env.exchange import Exchange, Interrupted
from kinova_pour_env.pour_task import PourTask, StepResult
from kinova_pour_env.safety_filter import ACTIONS
from msaclag_msgs.msg import Observation, PolicyAction

ASK_AGAIN = 1.0
"""s after which an unanswered observation is published again in simulation."""


class EpisodeRun:
    """Episodes of a task, one after the other; the thread that owns the arm runs them."""

    def __init__(
        self,
        task: PourTask,
        exchange: Exchange,
        *,
        ask: Callable[[int, bool], Observation],
        publish: Callable[[Observation], None],
        tell: Callable[[Observation, StepResult], None],
        on_late: Callable[[], None],
    ) -> None:
        """Tie a task to a policy.

        Args:
            task: that a reset has brought to a first state before each episode.
            exchange: where answers come in.
            ask: asks the policy, by number of the step and whether it is an evaluation; returns what was asked.
            publish: publishes an observation again.
            tell: called with each observation that was answered, and the step that came of it.
            on_late: called when the arm begins to come to rest, since an answer is late.
        """
        self._task, self._exchange = task, exchange
        self._ask, self._publish, self._tell, self._on_late = ask, publish, tell, on_late
        self._real_time = task.arm.real_time

    def through(self, asked: Observation) -> tuple[Observation, StepResult]:
        """Go through the episode that begins with an observation; returns the last that was answered, and its step."""
        while True:
            try:
                action = self._answer(asked).values
            except Interrupted:
                self._task.interrupt()
                action = np.zeros(ACTIONS)
            answered, result = asked, self._task.step(action)
            if self._real_time and self._task.running:  # the policy answers while the rest is told
                asked = self._ask(asked.step + 1, asked.evaluation)
                self._task.look()
            self._tell(answered, result)
            if not self._task.running:
                return answered, result
            if not self._real_time:
                asked = self._ask(asked.step + 1, asked.evaluation)

    def _answer(self, asked: Observation) -> PolicyAction:
        """The policy's action for the latest observation.

        Raises:
            Interrupted: the episode has to end without one.
        """
        period, waited = self._task.arm.period, 0.0
        while True:
            answer = self._exchange.wait(period / 2 if self._real_time else ASK_AGAIN)
            if answer is not None:
                return answer
            if not self._real_time:
                self._publish(asked)
                continue
            if waited == 0.0:
                self._on_late()
            if self._task.hold():
                raise Interrupted
            waited += period
            if waited * self._task.config.policy_rate >= 1:  # the arm has moved on: an answer would be of the past
                asked = self._ask(asked.step, asked.evaluation)
                waited = 0.0
