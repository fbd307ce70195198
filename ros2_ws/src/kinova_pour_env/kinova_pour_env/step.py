"""What an episode tells of itself: each control period, and each step of the policy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.detectors import Violation


@dataclass(frozen=True, slots=True)
class Tick:
    """One control period as it happened.

    Attributes:
        arm_state: the reading at its end: time, pose and twist of the cup, joints, contacts.
        acceleration: [3] m/s^2, of the cup, base axes.
        jerk: [3] m/s^3.
        slosh: rise of the coffee at the wall over the freeboard; 1 spills.
        fill: volume left over the mug's capacity.
        poured: m^3 in the target cup.
        spilled: m^3 beside it.
        violations: those that the task's own detectors first saw in this period; not what was reported.
    """

    arm_state: ArmState
    acceleration: Vector
    jerk: Vector
    slosh: float
    fill: float
    poured: float
    spilled: float
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step of the policy as it happened.

    Attributes:
        observation: [15] float32, after it.
        reward: Eq. 17.
        cost: 1 when a constraint of the setting was violated in it, else 0.
        terminated: the episode ended by a violation (or by success, where the settings say so).
        truncated: it ended by the limit of steps, an interruption or a fault of the arm.
        duration: s of motion in it; 0 where the episode was closed before the arm moved.
        action: [4] float32, as asked.
        action_executed: [4] float32, mean of what the safety filter let pass.
        violations: those seen since the step before.
        info: success, distance (m), roll_error (rad), poured and spilled (shares of the first volume), and the effort
            since the step before: acceleration and jerk (mean lengths), peak_acceleration, peak_jerk; SI. A step that
            ends outside the arrival radius repeats the means as transit_acceleration and transit_jerk.
        faults: of the arm, which ended the episode; those of a lost connection are none.
        ending: why the episode ended, in words; empty while it goes on.
    """

    observation: NDArray[np.float32]
    reward: float
    cost: int
    terminated: bool
    truncated: bool
    duration: float
    action: NDArray[np.float32]
    action_executed: NDArray[np.float32]
    violations: tuple[Violation, ...]
    info: dict[str, float]
    faults: tuple[str, ...]
    ending: str
