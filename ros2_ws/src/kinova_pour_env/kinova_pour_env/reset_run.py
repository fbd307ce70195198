"""One reset as the environment carries it out: told phase by phase, to the first state or to what is in its way."""

from collections.abc import Callable, Generator
from typing import NamedTuple

from rclpy.action.server import ServerGoalHandle

from kinova_pour_env.arm import ArmError
from kinova_pour_env.motion_lock import MotionLock
from msaclag_msgs.action import ResetEpisode


class Obstacle(NamedTuple):
    """Why a reset must not go on.

    Attributes:
        code: of `ResetEpisode.Result`.
        message: one sentence for a person.
    """

    code: int
    message: str


class ResetRun:
    """One goal of `reset_episode`.

    Attributes:
        phases: that it went through.
    """

    def __init__(self, handle: ServerGoalHandle, lock: MotionLock, cancelled: Callable[[], bool]) -> None:
        """Nothing has begun.

        Args:
            handle: of the goal; told of each phase.
            lock: ends the reset where it is engaged.
            cancelled: whether it is to end, beside the goal's own cancellation.
        """
        self.phases: list[str] = []
        self._handle = handle
        self._lock = lock
        self._cancelled = cancelled

    def through(
        self,
        phases: Generator[str, None, None],
        on_phase: Callable[[str], None],
        on_failure: Callable[[ArmError], None],
    ) -> Obstacle | None:
        """Go through the phases.

        Args:
            phases: of the task's reset; closed where they are broken off.
            on_phase: called with each that is yielded.
            on_failure: called with what they raise; may engage the lock.

        Returns:
            What was in the way; None at the first state.
        """
        try:
            while not (obstacle := self._obstacle()) and (phase := next(phases, None)):
                if phase not in self.phases[-1:]:
                    self._handle.publish_feedback(ResetEpisode.Feedback(phase=phase))
                    self.phases.append(phase)
                on_phase(phase)
        except ArmError as error:
            on_failure(error)
            return self._obstacle() or Obstacle(ResetEpisode.Result.ARM_FAULT, f"the reset failed: {error}")
        finally:
            phases.close()
        return obstacle

    def _obstacle(self) -> Obstacle | None:
        if self._lock.reason:
            remedy = f"until a person calls {self._lock.service}"
            message = f"the arm stands after '{self._lock.reason}' {remedy}"
            return Obstacle(ResetEpisode.Result.NEEDS_ACKNOWLEDGE, message)
        if self._handle.is_cancel_requested or self._cancelled():
            return Obstacle(ResetEpisode.Result.CANCELLED, "the reset was cancelled; the arm stands")
        return None
