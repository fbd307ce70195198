"""What an arm's readings tell beyond the task's detectors: a contact by its force, and feedback that has frozen."""

import numpy as np

from kinova_pour_env.arm import ArmState
from kinova_pour_env.detectors import COLLISION, FEEDBACK, WATCHDOG, Violation
from kinova_pour_env.safety.safety_config import SafetyConfig


class ArmMonitor:
    """Looks at each reading of an episode, one per control period."""

    def __init__(self, config: SafetyConfig, period: float) -> None:
        """Take the limits.

        Args:
            config: force, torque and time.
            period: s, between two readings.
        """
        self._force, self._torque = config.contact_force, config.contact_torque
        self._timeout, self._period = config.feedback_timeout, period
        self.reset()

    def reset(self) -> None:
        """An episode begins."""
        self._time = -np.inf
        self._stale = 0.0

    def check(self, state: ArmState) -> list[Violation]:
        """All that is wrong with one reading."""
        return [violation for violation in (self._contact(state), self._feedback(state)) if violation is not None]

    def _contact(self, state: ArmState) -> Violation | None:
        force, torque = (float(np.sqrt(part.dot(part))) for part in (state.wrench[:3], state.wrench[3:]))
        if force > self._force:
            message = f"something presses on the tool with {force:.1f} N, allowed are {self._force:g} N"
            return Violation(COLLISION, "external_force", force, self._force, (), message)
        if torque > self._torque:
            message = f"something turns the tool with {torque:.1f} N m, allowed are {self._torque:g} N m"
            return Violation(COLLISION, "external_torque", torque, self._torque, (), message)
        return None

    def _feedback(self, state: ArmState) -> Violation | None:
        self._stale = 0.0 if state.time > self._time else self._stale + self._period
        self._time = max(self._time, state.time)
        if self._stale <= self._timeout:
            return None
        message = f"the arm's feedback has been the same for {self._stale:.3f} s, allowed are {self._timeout:g} s"
        return Violation(WATCHDOG, FEEDBACK, self._stale, self._timeout, (), message)
