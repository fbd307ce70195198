"""The way to a first state: the arm's own phases, and where time is real, watched, and until the coffee is still."""

from collections.abc import Generator
from contextlib import closing

import numpy as np

from kinova_pour_env.arm import HOME, RETREAT, Arm, ArmError, sound
from kinova_pour_env.detectors import Violation
from kinova_pour_env.safety.arm_monitor import ArmMonitor
from kinova_pour_env.scene import Scene

STILL = ("connect", "acknowledge", "preflight")
"""Phases in which the arm is not commanded to move."""

MOVING = (RETREAT, HOME)
"""Phases in which nothing may touch the arm; in the others a person may, at the mug."""


class UnsafeReset(ArmError):
    """A reset was broken off by a violation; the arm was stopped at once.

    Attributes:
        violation: that one.
    """

    def __init__(self, violation: Violation, phase: str) -> None:
        """Name both."""
        super().__init__(f"{violation.message} in the phase {phase}: it was stopped")
        self.violation = violation


def reset_phases(
    arm: Arm, random: np.random.Generator, scene: Scene, settle_time: float, monitor: ArmMonitor | None
) -> Generator[str, None, None]:
    """Bring the arm to a first state with a full, still mug.

    Args:
        arm: that one.
        random: of what is drawn.
        scene: what stands around it from now on.
        settle_time: s until the coffee is still, where time is real.
        monitor: of the arm's readings, where time is real; it begins anew with the phases, and after them.

    Yields:
        The name of the phase, at least once each.

    Raises:
        UnsafeReset: something touches the moving arm, or nobody knows where it is.
        ArmError: it cannot get there, or stands by a fault.
    """
    phases = arm.reset(random, scene)
    if monitor is None:
        yield from phases
        return
    yield from _watched(phases, arm, monitor)
    for _ in range(round(settle_time / arm.period)):
        yield "settle"
        arm.send_twist(np.zeros(6))
        sound(arm.advance())
    monitor.reset()


def _watched(phases: Generator[str, None, None], arm: Arm, monitor: ArmMonitor) -> Generator[str, None, None]:
    monitor.reset()
    with closing(phases):
        for phase in phases:
            if phase in MOVING and (seen := monitor.check(arm.read())):
                arm.emergency_stop()
                raise UnsafeReset(seen[0], phase)
            yield phase
