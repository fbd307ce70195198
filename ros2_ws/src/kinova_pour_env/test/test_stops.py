"""How an arm in real time comes to rest: softly, at once, or as the watchdog left it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kinova_pour_env.arm import ArmState
from kinova_pour_env.detectors import FEEDBACK, Violation
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask, Tick
from kinova_pour_env.safety.safety_config import AXIS_ACCELERATION, SafetyConfig

CONFIG = PourCoffeeConfig(settle_time=0.0, workspace_low=(-5, -5, -5), workspace_high=(5, 5, 5))
SAFETY = SafetyConfig()


@pytest.fixture
def task(floating_cup: Any) -> PourTask:
    floating_cup.real_time = True
    made = PourTask(floating_cup, floating_cup.scene, CONFIG, SAFETY)
    for _phase in made.reset(np.random.default_rng(0)):
        pass
    return made


def at_full_speed(task: PourTask, action: list[float]) -> list[Tick]:
    ticks: list[Tick] = []
    for _ in range(20):
        task.step(action)
    task.on_tick = ticks.append
    return ticks


@pytest.mark.parametrize("action", [[1, 0, 0, 0], [0, -1, 0, 0], [1, -1, 1, 0], [0, 0, -1, 0]])
def test_a_soft_stop_is_bounded_and_spills_nothing(task: PourTask, floating_cup: Any, action: list[float]) -> None:
    ticks = at_full_speed(task, action)
    speed = np.abs(floating_cup.twist[:3]).max()
    assert speed > 0.15  # the joints slow it down
    task.interrupt()
    result = task.step(action)
    assert (result.truncated, result.duration) == (True, 0)
    assert np.abs(floating_cup.twist).max() < 1e-9
    assert not floating_cup.emergency_stopped
    ramp = speed / AXIS_ACCELERATION + AXIS_ACCELERATION / SAFETY.linear_jerk
    assert len(ticks) * floating_cup.period == pytest.approx(ramp, abs=3 * floating_cup.period)
    assert max(np.abs(tick.acceleration).max() for tick in ticks) <= AXIS_ACCELERATION + 1e-9
    assert max(np.abs(tick.jerk).max() for tick in ticks[1:]) <= SAFETY.linear_jerk + 1e-6
    for _ in range(80):  # until the wave is seen to be over its highest
        task._advance(task._filter.command(np.zeros(4), task._course.state, task._motion))
    assert task.liquid.spilled == 0
    assert max(tick.slosh for tick in ticks) < 0.3


def test_a_pause_of_the_policy_is_a_soft_stop_too(task: PourTask, floating_cup: Any) -> None:
    ticks = at_full_speed(task, [0, 1, 0, 0])
    for _ in range(60):
        task.hold()
    assert max(np.abs(tick.jerk).max() for tick in ticks[1:]) <= SAFETY.linear_jerk + 1e-6
    assert np.abs(floating_cup.twist).max() < 1e-9
    result = task.step([0, 1, 0, 0])
    assert 0 < result.action_executed[1] < 0.1
    assert result.action[1] == 1


@pytest.mark.parametrize(
    ("kind", "detector"),
    [("collision", "a person"), ("self_collision", "mirror"), ("emergency_stop", "button"), ("watchdog", FEEDBACK)],
)
def test_some_violations_stop_at_once(task: PourTask, floating_cup: Any, kind: str, detector: str) -> None:
    ticks = at_full_speed(task, [1, 0, 0, 0])
    task.report(Violation(kind, detector, 1.0, 0.0, (), "it was seen"))
    assert task.step([1, 0, 0, 0]).terminated
    assert floating_cup.emergency_stopped and not ticks


def test_what_is_seen_during_a_soft_stop_belongs_to_the_step(task: PourTask, floating_cup: Any) -> None:
    at_full_speed(task, [1, 0, 0, 0])
    task.interrupt()
    task.on_tick = lambda tick: task.report(Violation("collision", "a person", 1.0, 0.0, (), "it was hit"))
    result = task.step([1, 0, 0, 0])
    assert (result.cost, result.terminated, result.truncated) == (1, True, False)
    assert floating_cup.emergency_stopped


def test_what_the_watchdog_stopped_is_not_set_in_motion_again(task: PourTask, floating_cup: Any) -> None:
    ticks = at_full_speed(task, [1, 0, 0, 0])
    task.on_command = lambda: task.report(Violation("watchdog", "watchdog", 1.0, 0.1, (), "no command"))
    floating_cup.stop()
    result = task.step([1, 0, 0, 0])
    assert result.violations[0].kind == "watchdog"
    assert (result.duration, result.action_executed.any()) == (0, False)
    assert not ticks and not floating_cup.target.any() and not floating_cup.emergency_stopped


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda state: {"wrench": np.array([0, 0, 25.0, 0, 0, 0])}, "collision"),
        (lambda state: {"wrench": np.array([0, 0, 0, 0, 7.0, 0])}, "collision"),
        (lambda state: {"time": 0.1}, "watchdog"),
    ],
)
def test_the_readings_of_an_arm_are_watched(
    task: PourTask,
    floating_cup: Any,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[ArmState], dict[str, Any]],
    kind: str,
) -> None:
    task.step([0, 0, 0, 0])
    advance = floating_cup.advance

    def changed() -> ArmState:
        state = advance()
        return replace(state, **change(state))

    monkeypatch.setattr(floating_cup, "advance", changed)
    results = [task.step([0, 0, 0, 0])]
    while task.running:
        results.append(task.step([0, 0, 0, 0]))
    assert [violation.kind for violation in results[-1].violations] == [kind]
    assert floating_cup.emergency_stopped
    assert sum(result.duration for result in results) <= SAFETY.feedback_timeout + 0.05
