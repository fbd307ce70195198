"""The exchange of observations for actions: one observation waits for its answer, all else is refused by name."""

from collections.abc import Callable
from threading import Condition

from kinova_pour_env.safety_filter import ActionError, checked_action
from msaclag_msgs.msg import Observation, PolicyAction


class Interrupted(Exception):
    """The episode has to end without an answer."""


class Exchange:
    """One thread asks and waits, another hands in what arrives; `wake` makes the first look whether to give up."""

    def __init__(self, give_up: Callable[[], bool]) -> None:
        """Nothing is asked; waiting ends as soon as `give_up` says so."""
        self._give_up = give_up
        self._asked: Observation | None = None
        self._answer: PolicyAction | None = None
        self._answered: Observation | None = None
        self._changed = Condition()

    def ask(self, observation: Observation) -> None:
        """From now on this observation waits for its action."""
        with self._changed:
            self._asked, self._answer = observation, None

    @property
    def waits(self) -> bool:
        """Whether an observation waits for its action."""
        return self._asked is not None and self._answer is None

    def hand_in(self, action: PolicyAction) -> str:
        """An action arrived; returns why it is refused, empty when it is the answer, or the same one again."""
        with self._changed:
            if self._answered is not None and _answers(action, self._answered):
                return ""
            refusal = self._refusal(action)
            if not refusal:
                self._answer = action
                self._changed.notify_all()
        return refusal

    def wait(self, seconds: float) -> PolicyAction | None:
        """The answer, which closes the exchange; None if none came in time.

        Raises:
            Interrupted: the episode has to end; the exchange is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._answer or self._give_up(), seconds)
            answer, self._answer = self._answer, None
            if self._give_up():
                self._asked = None
                raise Interrupted
            if answer is not None:
                self._answered, self._asked = self._asked, None
            return answer

    def wake(self) -> None:
        """Let the waiting thread look whether to give up."""
        with self._changed:
            self._changed.notify_all()

    def _refusal(self, action: PolicyAction) -> str:
        asked = self._asked
        if asked is None or self._answer is not None:
            return "no observation is waiting for one"
        if action.episode != asked.episode:
            return f"it is for episode {action.episode}, this is episode {asked.episode}"
        if not _answers(action, asked):
            return f"it answers an older observation than that of step {asked.step}"
        try:
            checked_action(action.values)
        except ActionError as error:
            return str(error)
        return ""


def _answers(action: PolicyAction, observation: Observation) -> bool:
    same_step = (action.episode, action.step) == (observation.episode, observation.step)
    return same_step and action.header.stamp == observation.header.stamp
