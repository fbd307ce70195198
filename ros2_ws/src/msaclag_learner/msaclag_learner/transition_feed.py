"""The environment's transitions, each once and in order: those that DDS lost are fetched from the environment's log."""

import math
import time
from collections.abc import Callable
from functools import partial

from rclpy.node import Node
from rclpy.task import Future

from msaclag_learner.episode_client import UNANSWERED
from msaclag_learner.received import received
from msaclag_learner.step import Step
from msaclag_learner.trainer import Trainer
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import Transition
from msaclag_msgs.srv import FetchTransitions

FETCHED_AT_ONCE = 1000
"""Transitions in an answer of the environment's log."""


class TransitionFeed:
    """Hands transitions to a trainer; one thread calls, the node's executor.

    Attributes:
        fetched: how many came from the log.
    """

    def __init__(self, node: Node, trainer: Trainer, handed_over: Callable[[Transition, Step], None]) -> None:
        """No log is followed yet.

        Args:
            node: asks the log.
            trainer: takes in.
            handed_over: called after each with its message and what it told.
        """
        self.fetched = 0
        self._trainer, self._handed_over = trainer, handed_over
        self._logger = node.get_logger()
        self._log = node.create_client(FetchTransitions, "fetch_transitions")
        self._fetching_since = -math.inf
        self._next_seq = 0  # no log is followed
        self._early: dict[int, Transition] = {}
        self._may_have_lost = True
        """Whether the log can be shorter than what was learned of it: not while its environment lives."""
        self._first_due = 0
        """Number of the first that a new episode will make; 0 while none is waited for."""

    def hear(self, message: Transition) -> None:
        """Hand over one that was published, and those that waited for it; what is missing before it is fetched."""
        if not self._next_seq or message.seq < self._next_seq:
            return
        self._early[message.seq] = message
        self._hand_over_in_order()
        if self._early:
            self._fetch(min(self._early) - self._next_seq)

    def fetch_next(self) -> None:
        """Fetch the next one, in case it was lost; one request at a time."""
        if self._next_seq:
            self._fetch(1)

    def give_up(self) -> None:
        """The environment is gone: neither an answer of its log nor an episode is to come; the next may know less."""
        self._fetching_since, self._first_due = -math.inf, 0
        self._early.clear()
        self._may_have_lost = True

    def reaches(self, reset: ResetEpisode.Result) -> bool:
        """Whether the next transition is the first after a reset; sees to it that it will be."""
        assert self._trainer.report is not None
        followed, due = self._trainer.report.followed, reset.next_seq
        lost = followed.log == reset.log and followed.seq >= due and self._may_have_lost
        if lost:
            self._logger.error(
                f"the environment's log has lost transitions {due} to {followed.seq}, which are learned from"
            )
        if lost or followed.log != reset.log:
            self._first_due = 0
            self._follow(reset.log, due - 1)
            return False
        self._may_have_lost = False
        self._next_seq = followed.seq + 1  # beyond `due` where the episode is over already
        if self._next_seq < due:
            self._first_due = due
            self._fetch(due - self._next_seq)
            return False
        self._first_due = 0
        return True

    def _follow(self, log: str, seq: int) -> None:
        self._trainer.follow(log, seq)
        self._next_seq = seq + 1
        self._early = {number: message for number, message in self._early.items() if number > seq}

    def _fetch(self, count: int) -> None:
        now = time.monotonic()
        if now - self._fetching_since < UNANSWERED or not self._log.service_is_ready():
            return
        self._fetching_since = now
        request = FetchTransitions.Request(first_seq=self._next_seq, limit=min(count, FETCHED_AT_ONCE))
        # What was asked before a reset was over may be answered by a log that has not yet all that came before it.
        self._log.call_async(request).add_done_callback(partial(self._on_fetched, self._first_due))

    def _on_fetched(self, first_due: int, future: Future) -> None:
        self._fetching_since = -math.inf
        response = future.result()
        transitions = response.transitions
        if transitions:
            self.fetched += len(transitions)
            self._logger.warning(f"{len(transitions)} transitions were not heard, and fetched from the log")
            first = transitions[0].seq
        elif response.complete and first_due:
            first = first_due
        else:
            return
        if first > self._next_seq:
            self._logger.error(f"transitions {self._next_seq} to {first - 1} are no longer in the log: not learned")
            assert self._trainer.report is not None
            self._follow(self._trainer.report.followed.log, first - 1)
        self._early |= {message.seq: message for message in transitions if message.seq >= self._next_seq}
        self._hand_over_in_order()

    def _hand_over_in_order(self) -> None:
        while self._next_seq in self._early:
            message = self._early.pop(self._next_seq)
            self._next_seq += 1
            step = received(message)
            self._trainer.take_in_logged(message.seq, step)
            self._handed_over(message, step)
