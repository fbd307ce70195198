"""Whether readings follow the commands, on an arm that is all cup, in real time."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kinova_pour_env.arm import ArmState
from kinova_pour_env.detectors import COLLISION, FEEDBACK
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.safety.arm_monitor import ASTRAY, ArmMonitor
from kinova_pour_env.safety.safety_config import SafetyConfig

CONFIG = PourCoffeeConfig(settle_time=0.0, constrain_spillage=False, max_steps=150)


@pytest.fixture
def task(floating_cup: Any) -> PourTask:
    floating_cup.real_time = True
    return PourTask(floating_cup, floating_cup.scene, CONFIG)


def run(task: PourTask, policy: Callable[[int], Any]) -> str:
    for _phase in task.reset(np.random.default_rng(0)):
        pass
    steps, ending = 0, ""
    while task.running:
        result = task.step(policy(steps))
        steps, ending = steps + 1, " ".join(violation.detector for violation in result.violations) or result.ending
    return ending


def read_late(arm: Any, monkeypatch: pytest.MonkeyPatch, periods: int) -> None:
    """Readings so many periods old, with the time at which they come."""
    advance, last = arm.advance, deque([arm.read()] * (periods + 1), maxlen=periods + 1)

    def late() -> ArmState:
        last.append(advance())
        return replace(last[0], time=arm.time)

    monkeypatch.setattr(arm, "advance", late)


@pytest.mark.parametrize("lag", [0, 3])
@pytest.mark.parametrize("kept", [1, 10])
def test_whatever_is_asked_for_an_arm_that_follows_is_not_suspected(
    task: PourTask, floating_cup: Any, monkeypatch: pytest.MonkeyPatch, lag: int, kept: int
) -> None:
    """With a lag of up to 75 ms, and at full speed to and fro."""
    read_late(floating_cup, monkeypatch, lag)
    actions = np.random.default_rng(lag).choice([-1.0, 1.0], (150, 4)) * (1, 1, 1, 0.2)
    assert run(task, lambda step: actions[step - step % kept]) == "limit of steps"


def test_old_readings_are_noticed_before_the_mug_has_gone_far(
    task: PourTask, floating_cup: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_late(floating_cup, monkeypatch, 40)
    assert run(task, lambda _: [0, 1, 0, 0]) == FEEDBACK
    assert floating_cup.emergency_stopped
    assert ASTRAY < floating_cup.position[1] < 3 * ASTRAY


def test_readings_that_become_old_in_full_motion_are_noticed_at_once(
    task: PourTask, floating_cup: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _phase in task.reset(np.random.default_rng(0)):
        pass
    task.step([0, -1, 0, 0])
    past = floating_cup.read()
    for _ in range(11):
        task.step([0, -1, 0, 0])
    advance = floating_cup.advance
    monkeypatch.setattr(floating_cup, "advance", lambda: replace(past, time=advance().time))
    result = task.step([0, -1, 0, 0])
    assert [violation.detector for violation in result.violations] == [FEEDBACK]
    assert result.duration == pytest.approx(floating_cup.period)


def test_an_arm_that_is_held_back_is_noticed(
    task: PourTask, floating_cup: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = floating_cup.send_twist
    monkeypatch.setattr(floating_cup, "send_twist", lambda twist: send(np.clip(twist, -0.05, 0.05)))
    assert run(task, lambda _: [0, 1, 0, 0]) == FEEDBACK


def test_a_mug_that_does_not_turn_as_it_is_told_is_noticed(
    task: PourTask, floating_cup: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no gravity tells: its place is right, its roll stays."""
    send = floating_cup.send_twist
    monkeypatch.setattr(floating_cup, "send_twist", lambda twist: send(twist * (1, 1, 1, 0, 0, 0)))
    assert run(task, lambda _: [0, 0, 0, 0.5]) == FEEDBACK


def test_a_mug_that_turns_untold_is_noticed(task: PourTask, floating_cup: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send = floating_cup.send_twist
    monkeypatch.setattr(floating_cup, "send_twist", lambda twist: send(twist + 0.4 * np.eye(6)[5]))
    assert run(task, lambda _: [0, 0, 0, 0]) == FEEDBACK


@pytest.mark.parametrize("part", [slice(0, 3), slice(3, 6)])
def test_a_wrench_that_is_no_number_is_a_contact(floating_cup: Any, part: slice) -> None:
    wrench = np.zeros(6)
    wrench[part] = np.nan
    monitor = ArmMonitor(SafetyConfig(), floating_cup.period)
    (violation,) = monitor.check(replace(floating_cup.read(), wrench=wrench))
    assert violation.kind == COLLISION
