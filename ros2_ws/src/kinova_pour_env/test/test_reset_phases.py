"""What may touch an arm on its way to a first state, and what stops it."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kinova_pour_env.arm import ArmError, ArmState
from kinova_pour_env.reset_phases import UnsafeReset, reset_phases
from kinova_pour_env.safety.arm_monitor import ArmMonitor
from kinova_pour_env.safety.safety_config import SafetyConfig

PERIODS = 20
"""Of each phase."""
PRESSED = {"wrench": np.array([0, 0, -46.0, 0, 0, 0])}
FROZEN = {"time": 1.0}


@pytest.fixture
def arm(floating_cup: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An arm in real time whose readings are changed in the phase `floating_cup.changed[0]`."""
    floating_cup.real_time, floating_cup.changed, floating_cup.closed = True, ("", {}), False
    read = floating_cup.read

    def reset(random: Any, scene: Any) -> Iterator[str]:
        try:
            for phase in ("retreat", "home", "refill"):
                for _ in range(PERIODS):
                    floating_cup.advance()
                    floating_cup.phase = phase
                    yield phase
        finally:
            floating_cup.closed = True

    def changed() -> ArmState:
        phase, change = floating_cup.changed
        return replace(read(), **change) if phase == floating_cup.phase else read()

    floating_cup.phase = ""
    monkeypatch.setattr(floating_cup, "reset", reset)
    monkeypatch.setattr(floating_cup, "read", changed)
    return floating_cup


def phases_of(arm: Any) -> Generator[str, None, None]:
    monitor = ArmMonitor(SafetyConfig(), arm.period)
    return reset_phases(arm, np.random.default_rng(0), arm.scene, 0.05, monitor)


@pytest.mark.parametrize("phase", ["retreat", "home"])
@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [(PRESSED, "collision", "presses on the tool with 46.0 N"), (FROZEN, "watchdog", "feedback has been the same")],
)
def test_a_violation_stops_a_moving_arm_at_once(
    arm: Any, phase: str, change: dict[str, Any], kind: str, message: str
) -> None:
    arm.changed = phase, change
    with pytest.raises(UnsafeReset, match=rf"{message}.*in the phase {phase}") as error:
        list(phases_of(arm))
    assert error.value.violation.kind == kind
    assert arm.emergency_stopped and arm.closed


def test_hands_may_touch_the_mug_where_it_is_filled(arm: Any) -> None:
    arm.changed = "refill", PRESSED
    assert list(phases_of(arm))[-3:] == ["refill", "settle", "settle"]
    assert not arm.emergency_stopped


def test_a_fault_while_the_coffee_settles_ends_it(arm: Any) -> None:
    phases = phases_of(arm)
    assert next(phase for phase in phases if phase == "settle")
    arm.faults = ("joint fault",)
    with pytest.raises(ArmError, match="the arm stands: joint fault"):
        next(phases)


def test_closing_them_closes_those_of_the_arm(arm: Any) -> None:
    phases = phases_of(arm)
    next(phases)
    phases.close()
    assert arm.closed
