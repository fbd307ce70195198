"""What counts as a safety violation: each detector looks at one reading and names what it saw."""

from collections.abc import Callable
from typing import NamedTuple

from kinova_pour_env.arm import ArmState
from kinova_pour_env.gen3 import ACTUATED_JOINTS
from kinova_pour_env.liquid import Liquid
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig

SPILL = "spill"
COLLISION = "collision"
SELF_COLLISION = "self_collision"
WORKSPACE = "workspace"
JOINT_LIMIT = "joint_limit"
WATCHDOG = "watchdog"
EMERGENCY_STOP = "emergency_stop"
KINDS = (SPILL, COLLISION, SELF_COLLISION, WORKSPACE, JOINT_LIMIT, WATCHDOG, EMERGENCY_STOP)

FEEDBACK = "feedback"
"""The detector of readings of an arm that stay the same, or do not follow the commands."""


class Violation(NamedTuple):
    """A constraint violated, as in msaclag_msgs/SafetyViolation.

    Attributes:
        kind: one of `KINDS`.
        detector: who saw it.
        value: what was measured, SI.
        limit: what was allowed, SI.
        bodies: for collisions, the two bodies by name.
        message: one sentence for a person.
    """

    kind: str
    detector: str
    value: float
    limit: float
    bodies: tuple[str, ...]
    message: str


Detector = Callable[[ArmState, Liquid, PourCoffeeConfig], Violation | None]


def counts(kind: str, config: PourCoffeeConfig) -> bool:
    """Whether a violation of this kind is a constraint of the setting."""
    return kind != SPILL or config.constrain_spillage


def asks_for_a_hard_stop(violation: Violation) -> bool:
    """Whether an arm must stop at once, whatever becomes of the coffee."""
    hard = (COLLISION, SELF_COLLISION, EMERGENCY_STOP)
    return violation.kind in hard or (violation.kind, violation.detector) == (WATCHDOG, FEEDBACK)


def spill(state: ArmState, liquid: Liquid, config: PourCoffeeConfig) -> Violation | None:
    """Coffee landed beside the target cup: by slosh, by tilt, or by a missed pour."""
    if liquid.spilled <= config.spill_tolerance:
        return None
    message = f"{liquid.spilled * 1e6:.1f} ml of coffee landed beside the target cup"
    return Violation(SPILL, "slosh_model", liquid.spilled, config.spill_tolerance, (), message)


def collision(state: ArmState, liquid: Liquid, config: PourCoffeeConfig) -> Violation | None:
    """The arm or the mug touches the scene."""
    return _contact(state, COLLISION, of_itself=False)


def self_collision(state: ArmState, liquid: Liquid, config: PourCoffeeConfig) -> Violation | None:
    """The arm or the mug touches the arm."""
    return _contact(state, SELF_COLLISION, of_itself=True)


def workspace(state: ArmState, liquid: Liquid, config: PourCoffeeConfig) -> Violation | None:
    """The mug's middle left the workspace."""
    for axis, value, low, high in zip(
        "xyz", state.cup_position.tolist(), config.workspace_low, config.workspace_high, strict=True
    ):
        if not low <= value <= high:
            limit = low if value < low else high
            message = f"the mug left the workspace: {axis} is {value:.4f} m, the box ends at {limit:g} m"
            return Violation(WORKSPACE, "workspace_box", value, limit, (), message)
    return None


def joint_limit(state: ArmState, liquid: Liquid, config: PourCoffeeConfig) -> Violation | None:
    """A joint came too near to its limit."""
    for joint, position in zip(ACTUATED_JOINTS, state.joint_positions.tolist(), strict=True):
        limit = joint.limit - config.joint_limit_margin
        if abs(position) > limit:
            message = f"{joint.name} is at {position:.3f} rad, allowed are {limit:.3f} rad to both sides"
            return Violation(JOINT_LIMIT, "joint_limits", position, limit, (), message)
    return None


def emergency_stop(source: str) -> Violation:
    """Somebody asked for an emergency stop.

    Args:
        source: who.
    """
    return Violation(EMERGENCY_STOP, source, 1.0, 0.0, (), f"emergency stop asked for by {source}")


DETECTORS: tuple[Detector, ...] = (spill, collision, self_collision, workspace, joint_limit)


def detect(state: ArmState, liquid: Liquid, config: PourCoffeeConfig) -> list[Violation]:
    """All violations in one reading that are constraints of the setting."""
    seen = (detector(state, liquid, config) for detector in DETECTORS)
    return [violation for violation in seen if violation is not None and counts(violation.kind, config)]


def _contact(state: ArmState, kind: str, *, of_itself: bool) -> Violation | None:
    for contact in state.contacts:
        if contact.self_collision == of_itself:
            message = f"{contact.bodies[0]} touches {contact.bodies[1]}"
            return Violation(kind, "contacts", contact.distance, 0.0, contact.bodies, message)
    return None
