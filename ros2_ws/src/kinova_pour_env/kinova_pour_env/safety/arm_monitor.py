"""What an arm's readings tell beyond the task's detectors: contact by its force, and feedback that is frozen or old."""

import numpy as np

from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.detectors import COLLISION, FEEDBACK, WATCHDOG, Violation
from kinova_pour_env.kinematics import rotation_vector
from kinova_pour_env.safety.safety_config import SafetyConfig

ASTRAY = 0.05
"""m between the readings and where the commands of the last `MEMORY` have led. A lag makes lag * acceleration * MEMORY
of it: 0.02 m where an arm with a lag of 75 ms is sent to and fro at full speed, 0.01 m where it slides along a body."""
MEMORY = 1.0
"""s after which a difference has faded: slow ones, of an arm that is a little too fast or too slow, do not add up."""


class ArmMonitor:
    """Looks at each reading, one per control period, of an episode or of a reset that moves."""

    def __init__(self, config: SafetyConfig, period: float) -> None:
        """Take the limits.

        Args:
            config: force, torque and time.
            period: s, between two readings.
        """
        self._force, self._torque = config.contact_force, config.contact_torque
        self._timeout, self._period = config.feedback_timeout, period
        self._turn_limit = config.turn_astray
        self.reset()

    def reset(self) -> None:
        """An episode or a reset begins."""
        self._time = -np.inf
        self._stale = 0.0
        self._before: ArmState | None = None
        self._astray: Vector = np.zeros(6)

    def check(self, state: ArmState, commanded: Vector | None = None) -> list[Violation]:
        """All that is wrong with one reading.

        Args:
            state: the reading.
            commanded: twist [6] of the period that it ends, where it is known.
        """
        seen = [self._contact(state), self._feedback(state)]
        if commanded is not None:
            seen.append(self._tracking(state, commanded))
        return [violation for violation in seen if violation is not None]

    def _contact(self, state: ArmState) -> Violation | None:
        force, torque = (float(np.sqrt(part.dot(part))) for part in (state.wrench[:3], state.wrench[3:]))
        if not force <= self._force:  # nor any that is no number
            message = f"something presses on the tool with {force:.1f} N, allowed are {self._force:g} N"
            return Violation(COLLISION, "external_force", force, self._force, (), message)
        if not torque <= self._torque:
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

    def _tracking(self, state: ArmState, twist: Vector) -> Violation | None:
        before, self._before = self._before or state, state
        elapsed = state.time - before.time
        moved = state.cup_position - before.cup_position
        turned = rotation_vector(state.cup_rotation @ before.cup_rotation.T)
        change = np.concatenate((moved, turned)) - elapsed * twist
        self._astray = (1 - min(1.0, elapsed / MEMORY)) * self._astray + change
        for part, limit, unit in ((self._astray[:3], ASTRAY, "m"), (self._astray[3:], self._turn_limit, "rad")):
            away = float(np.sqrt(part.dot(part)))
            if not away <= limit:
                message = (
                    f"the mug's readings are {away:.3f} {unit} from where its commands lead, allowed are {limit:g} "
                    f"{unit}: they are old, or something holds the arm back"
                )
                return Violation(WATCHDOG, FEEDBACK, away, limit, (), message)
        return None
