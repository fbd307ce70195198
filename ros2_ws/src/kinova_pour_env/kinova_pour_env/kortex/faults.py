"""The arm's faults in words, from the fault banks and the state in its feedback.

Source: the enumerations SafetyIdentifier of Base, ActuatorConfig and InterconnectConfig, and ArmState of Common.
"""

from typing import Any

from kinova_pour_env.gen3 import ACTUATED_JOINTS

_BASE = (
    "firmware update failure",
    "external communication error",
    "maximum ambient temperature",
    "maximum core temperature",
    "joint fault",
    "cyclic data jitter",
    "reached maximum event logs",
    "no kinematics support",
    "above maximum number of joints",
    "network error",
    "unable to reach pose",
    "joint detection error",
    "network initialisation error",
    "maximum current",
    "maximum voltage",
    "minimum voltage",
    "maximum translation velocity of the end effector",
    "maximum rotation velocity of the end effector",
    "maximum translation acceleration of the end effector",
    "maximum rotation acceleration of the end effector",
    "maximum force at the end effector",
    "maximum torque at the end effector",
    "maximum payload",
    "emergency stop activated",
    "emergency line activated",
    "inrush current limiter fault",
    "memory corrupted",
    "incompatible firmware version",
    "power-on self-test failure",
    "discrete input stuck active",
    "arm in an illegal position",
)
_ACTUATOR = (
    "following error",
    "maximum velocity",
    "joint limit high",
    "joint limit low",
    "strain gauge mismatch",
    "maximum torque",
    "unreliable absolute position",
    "magnetic position",
    "hall position",
    "hall sequence",
    "input encoder against hall sensor",
    "input encoder against index",
    "input encoder against magnetic sensor",
    "maximum motor current",
    "motor current mismatch",
    "maximum voltage",
    "minimum voltage",
    "maximum motor temperature",
    "maximum core temperature",
    "memory corrupted",
    "motor driver fault",
    "emergency line asserted",
    "communication tick lost",
    "watchdog triggered",
    "unreliable capacitive sensor",
    "unexpected gear ratio",
    "hall against magnetic sensor",
)
_WRIST = (
    "maximum motor current",
    "maximum voltage",
    "minimum voltage",
    "maximum motor temperature",
    "maximum core temperature",
    "memory corrupted",
    "emergency line asserted",
    "communication tick lost",
    "watchdog triggered",
)

LOW_LEVEL = 6
"""ARMSTATE_SERVOING_LOW_LEVEL."""

_STATES = {
    1: "the base is initialising",
    3: "the arm is initialising",
    4: "the arm is in fault",
    5: "the arm is in maintenance",
    LOW_LEVEL: "low-level servoing is on",
}
"""States in which no high-level command moves the arm. A stream of twists itself shows as 9, manually controlled."""


def state_problem(active_state: int) -> str:
    """Why the arm cannot be commanded in this state; empty where it can."""
    return _STATES.get(active_state, "")


def faults_of(feedback: Any) -> tuple[str, ...]:
    """Every fault that a BaseCyclic.Feedback tells of, in words; warnings are none."""
    base = feedback.base
    faults = [*_words(base.fault_bank_a, _BASE), *_words(base.fault_bank_b, (), "bank B: ")]
    for joint, actuator in zip(ACTUATED_JOINTS, feedback.actuators, strict=False):
        faults += _words(actuator.fault_bank_a, _ACTUATOR, f"{joint.name}: ")
        faults += _words(actuator.fault_bank_b, (), f"{joint.name}, bank B: ")
    faults += _words(feedback.interconnect.fault_bank_a, _WRIST, "wrist: ")
    problem = state_problem(base.active_state)
    if problem and not faults:
        faults.append(problem)
    return tuple(faults)


def _words(bank: int, names: tuple[str, ...], prefix: str = "") -> list[str]:
    """The bits that are set, by name or by number."""
    bits = (bit for bit in range(bank.bit_length()) if bank >> bit & 1)
    return [prefix + (names[bit] if bit < len(names) else f"fault bit {bit}") for bit in bits]
