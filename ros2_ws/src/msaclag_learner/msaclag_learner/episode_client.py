"""Asks the environment for episodes. DDS may lose an answer to a client that the server has not discovered yet."""

import math
import time
from collections.abc import Callable
from functools import partial

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle
from rclpy.node import Node
from rclpy.task import Future

from msaclag_msgs.action import ResetEpisode
from msaclag_ros.interface import RESET_ACTION
from msaclag_ros.timer import every

UNANSWERED = 5.0
"""s after which what the environment should have answered is asked for again."""
_DONE = (GoalStatus.STATUS_SUCCEEDED, GoalStatus.STATUS_CANCELED, GoalStatus.STATUS_ABORTED)


class EpisodeClient:
    """One request at a time, answered once."""

    def __init__(self, node: Node, answered: Callable[[ResetEpisode.Result], None]) -> None:
        """Nothing is asked; `answered` is called with each result, by the node's executor."""
        self._client = ActionClient(node, RESET_ACTION[1], RESET_ACTION[0])
        self._logger = node.get_logger()
        self._answered = answered
        self._request, self._goal = 0, ResetEpisode.Goal()
        self._accepted: ClientGoalHandle | None = None
        self._overdue_since = math.inf
        every(node, 0.5, self._look_after)

    @property
    def ready(self) -> bool:
        """Whether there is an environment to ask."""
        return bool(self._client.server_is_ready())

    def ask(self, goal: ResetEpisode.Goal) -> None:
        """Ask for an episode; what was asked before is not answered any more."""
        self.give_up()
        self._goal, self._overdue_since = goal, time.monotonic()
        self._client.send_goal_async(goal).add_done_callback(partial(self._on_accepted, self._request))

    def give_up(self) -> None:
        """No answer is expected any more."""
        self._request += 1
        self._accepted, self._overdue_since = None, math.inf

    def _on_accepted(self, request: int, future: Future) -> None:
        if request == self._request:
            self._accepted = future.result()
            self._ask_for_result()

    def _ask_for_result(self) -> None:
        assert self._accepted is not None
        self._overdue_since = math.inf  # a reset takes its time
        self._accepted.get_result_async().add_done_callback(partial(self._on_result, self._request))

    def _on_result(self, request: int, future: Future) -> None:
        if request != self._request:
            return
        answer = future.result()
        if answer.status in _DONE:
            self.give_up()
            self._answered(answer.result)
        else:
            self.ask(self._goal)  # a server that does not know of it

    def _look_after(self) -> None:
        now, accepted = time.monotonic(), self._accepted
        if accepted is not None and accepted.status in _DONE:
            self._overdue_since = min(self._overdue_since, now)
        if now - self._overdue_since < UNANSWERED:
            return
        self._logger.warning("the environment did not answer a reset; asking again")
        if accepted is None:
            self.ask(self._goal)
        else:
            self._ask_for_result()
