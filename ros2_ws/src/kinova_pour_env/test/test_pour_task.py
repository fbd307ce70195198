"""Episodes on an arm that is all cup: exact, and without a simulator."""

from collections.abc import Callable
from dataclasses import replace
from math import pi
from typing import Any

import numpy as np
import pytest

from kinova_pour_env.arm import ArmError
from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.detectors import Violation, emergency_stop
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError
from kinova_pour_env.pour_task import EpisodeError, PourTask, StepResult, Tick
from kinova_pour_env.safety.safety_config import AXIS_ACCELERATION
from kinova_pour_env.safety_filter import ActionError
from kinova_pour_env.scene import Scene, TargetCup

STILL = np.zeros(4)
UPWARD = np.array([0, 0, 0.25, 0, 0, 0])
"""A twist."""
Begin = Callable[..., PourTask]


def reset(task: PourTask, seed: int = 0) -> None:
    for _phase in task.reset(np.random.default_rng(seed)):
        pass


def run(task: PourTask, policy: Callable[[Any], Any]) -> list[StepResult]:
    results = []
    while task.running:
        results.append(task.step(policy(task.observation)))
    return results


def seen(kind: str) -> Violation:
    return Violation(kind, "somebody", 1.0, 0.0, (), f"somebody saw {kind}")


def test_first_observation(begin: Begin) -> None:
    observation = begin().observation
    assert observation.dtype == np.float32
    assert observation[:3] == pytest.approx([0.577, 0.001, 0.434], abs=0.02)
    assert observation[3:9] == pytest.approx(np.zeros(6))
    assert observation[9:] == pytest.approx([0.58, -0.16, 0.225, 0, 0, 1.75])


def test_phases(floating_cup: Any) -> None:
    task = PourTask(floating_cup, Scene(), PourCoffeeConfig(settle_time=0.1))
    assert list(task.reset(np.random.default_rng(0))) == ["going home"]
    floating_cup.real_time = True
    task = PourTask(floating_cup, Scene(), PourCoffeeConfig(settle_time=0.1))
    before = floating_cup.time
    assert list(task.reset(np.random.default_rng(0))) == ["going home", *["settle"] * 4]
    assert floating_cup.time - before == pytest.approx(0.1)


def test_a_reset_that_is_broken_off_begins_no_episode(floating_cup: Any) -> None:
    task = PourTask(floating_cup, Scene(), PourCoffeeConfig())
    phases = task.reset(np.random.default_rng(0))
    next(phases)
    phases.close()
    assert not task.running
    with pytest.raises(EpisodeError, match="reset first"):
        task.start_step(STILL)


def test_a_reset_forgets_what_interrupted_the_episode_before_not_what_comes_then(floating_cup: Any) -> None:
    task = PourTask(floating_cup, Scene(), PourCoffeeConfig())
    task.interrupt()
    phases = task.reset(np.random.default_rng(0))
    assert not task.interrupted
    task.interrupt()
    assert list(phases) == ["going home"]
    assert task.interrupted


def test_a_step_is_four_ticks_at_ten_hertz(begin: Begin) -> None:
    task, ticks = begin(), []
    task.on_tick = ticks.append
    task.start_step([1, 0, 0, 0])
    results = [task.tick() for _ in range(4)]
    assert results[:3] == [None] * 3
    assert isinstance(results[3], StepResult)
    times = [tick.arm_state.time for tick in ticks]
    assert np.diff(times) == pytest.approx([0.025] * 3)
    assert ticks[0].jerk == pytest.approx([4, 0, 0])  # the filter's limit
    assert task.observation[6] == pytest.approx(0.025 * (0.1 + 0.2 + 2 * AXIS_ACCELERATION))
    assert results[3].info["acceleration"] == pytest.approx((0.1 + 0.2 + 2 * AXIS_ACCELERATION) / 4)
    assert results[3].info["peak_jerk"] == pytest.approx(4)
    assert ticks[0].slosh > 0
    assert ticks[0].fill == pytest.approx(0.75)


def test_reward_of_a_step(begin: Begin) -> None:
    result = begin(reward_acceleration=True).step([1, 0, 0, 0])
    assert result.info["acceleration"] > 0.15
    assert result.reward == pytest.approx(-2 * result.info["distance"] - 0.05 * result.info["acceleration"])
    assert result.info["roll_error"] == pytest.approx(1.75)


def test_the_rate_must_divide_the_arms(floating_cup: Any) -> None:
    with pytest.raises(TaskError, match="policy_rate 15 Hz does not divide the arm's 40 Hz"):
        PourTask(floating_cup, Scene(), PourCoffeeConfig(policy_rate=15))


def test_the_goal_must_be_in_the_workspace(floating_cup: Any) -> None:
    with pytest.raises(TaskError, match=r"goal lies outside the workspace: x is 0\.9 m"):
        PourTask(floating_cup, Scene(target_cup=TargetCup(x=0.9)), PourCoffeeConfig())


def test_a_bad_action_changes_nothing(begin: Begin) -> None:
    task = begin()
    with pytest.raises(ActionError):
        task.start_step([2, 0, 0, 0])
    assert task.step(STILL).cost == 0


def test_order_of_calls(begin: Begin) -> None:
    task = begin(max_steps=1)
    with pytest.raises(EpisodeError, match="start_step first"):
        task.tick()
    task.start_step(STILL)
    with pytest.raises(EpisodeError, match="not over"):
        task.start_step(STILL)
    with pytest.raises(EpisodeError, match="between two steps"):
        task.hold()
    while task.tick() is None:
        pass
    with pytest.raises(EpisodeError, match="reset first"):
        task.step(STILL)


def test_limit_of_steps_truncates_and_stops_the_arm(begin: Begin, floating_cup: Any) -> None:
    results = run(begin(max_steps=3), lambda _: [0, 1, 0, 0])
    assert [result.truncated for result in results] == [False, False, True]
    assert not any(result.terminated or result.cost for result in results)
    assert results[-1].ending == "limit of steps"
    assert floating_cup.target.tolist() == [0] * 6


def test_an_arm_that_leaves_the_workspace_is_stopped_at_once(
    begin: Begin, floating_cup: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, ticks = begin(workspace_high=(0.75, 0.25, 0.46)), []
    task.on_tick = ticks.append
    monkeypatch.setattr(floating_cup, "send_twist", lambda _: setattr(floating_cup, "target", UPWARD))
    *before, last = run(task, lambda _: STILL)
    assert not any(result.cost for result in before)
    assert (last.cost, last.terminated, last.truncated) == (1, True, False)
    assert [violation.kind for violation in last.violations] == ["workspace"]
    assert [len(tick.violations) for tick in ticks] == [0] * (len(ticks) - 1) + [1]
    assert len(ticks) <= 4 * len(before) + 4
    assert floating_cup.stopped == 1


def test_a_missed_pour_is_spillage(begin: Begin) -> None:
    last = run(begin(), lambda _: [0, 0, 0, 1])[-1]
    assert [violation.kind for violation in last.violations] == ["spill"]
    assert last.info["spilled"] > 0
    assert last.info["poured"] == 0


def test_without_the_constraint_spillage_is_paid_for(begin: Begin) -> None:
    """The penalty of r3 falls in the steps that spill, and ends with them."""
    changes = {"constrain_spillage": False, "reward_spillage": True, "distance_weight": 0.0, "max_steps": 60}
    task = begin(**changes)
    results = run(task, lambda _: [0, 0, 0, 0.7])
    rewards = [result.reward for result in results]
    spilled = task.liquid.initial_volume * np.array([result.info["spilled"] for result in results])
    spilling = np.diff(spilled, prepend=0) > 0
    spilling &= spilled > task.config.spill_tolerance
    assert rewards == [-1.0 if spills else 0.0 for spills in spilling]
    assert set(rewards) == {-1.0, 0.0}
    assert results[-1].ending == "limit of steps"


def test_pour_and_success(begin: Begin) -> None:
    task = begin()
    results = run(task, Demonstrator(task.scene, task.config))
    first = next(step for step, result in enumerate(results) if result.info["success"])
    arrived = next(
        step
        for step, result in enumerate(results)
        if result.info["distance"] <= 0.05 and result.info["roll_error"] <= 0.1
    )
    assert 4 <= first - arrived <= 5  # held for 0.5 s
    assert len(results) == 150
    assert results[-1].info["success"] == 1
    assert results[-1].info["poured"] == pytest.approx(1)
    for name in ("acceleration", "jerk"):
        told = [result.info.get(f"transit_{name}") for result in results]
        assert told == [result.info[name] if result.info["distance"] > 0.05 else None for result in results]
    assert results[-1].reward == pytest.approx(10, abs=0.01)


def test_success_can_end_the_episode(begin: Begin) -> None:
    task = begin(end_on_success=True)
    last = run(task, Demonstrator(task.scene, task.config))[-1]
    assert (last.terminated, last.cost, last.ending) == (True, 0, "success")


def test_a_violation_forfeits_success(begin: Begin) -> None:
    task = begin()
    demonstrator = Demonstrator(task.scene, task.config)
    while not task.step(demonstrator(task.observation)).info["success"]:
        pass
    task.report(seen("collision"))
    assert task.step(STILL).info["success"] == 0


def test_a_reported_violation_ends_the_step_before_it_moves(begin: Begin, floating_cup: Any) -> None:
    task, ticks = begin(), []
    task.on_tick = ticks.append
    task.report(seen("watchdog"))
    result = task.step([1, 0, 0, 0])
    assert (result.cost, result.terminated) == (1, True)
    assert result.ending == "somebody saw watchdog"
    assert result.action.tolist() == [1, 0, 0, 0]
    assert result.action_executed.tolist() == [0, 0, 0, 0]
    assert ticks == []
    assert floating_cup.stopped == 1


def test_a_report_of_what_the_setting_permits_is_nothing(begin: Begin) -> None:
    task = begin(constrain_spillage=False)
    task.report(seen("spill"))
    assert task.step(STILL).cost == 0


def test_hold_is_part_of_the_next_step(begin: Begin) -> None:
    task, ticks = begin(), []
    for _ in range(3):
        task.step([0, 0, 1, 0])
    task.on_tick = ticks.append
    height = float(task.observation[2])
    task.config = replace(task.config, workspace_high=(0.75, 0.25, height + 0.002))
    for _ in range(8):
        task.hold()
    assert task.observation[2] > height + 0.002  # the ramp
    result = task.step([0, 0, -1, 0])
    assert [violation.kind for violation in result.violations] == ["workspace"]
    assert sum(len(tick.violations) for tick in ticks) == 1
    assert result.terminated
    assert result.info["acceleration"] > 0.15


def test_interrupt_truncates(begin: Begin, floating_cup: Any) -> None:
    task = begin()
    task.start_step([1, 0, 0, 0])
    task.tick()
    task.interrupt()
    result = task.tick()
    assert result is not None
    assert (result.truncated, result.terminated, result.cost, result.ending) == (True, False, 0, "interrupted")
    assert floating_cup.stopped == 1
    reset(task)
    assert not task.step(STILL).truncated


def test_emergency_stop(begin: Begin, floating_cup: Any) -> None:
    task = begin()
    task.start_step(STILL)
    task.tick()
    task.report(emergency_stop("pendant"))
    task.arm.emergency_stop()
    result = task.tick()
    assert result is not None
    assert floating_cup.emergency_stopped
    assert (result.cost, result.terminated) == (1, True)
    assert result.ending == "emergency stop asked for by pendant"


def test_an_arm_that_refuses_after_an_emergency_stop_is_no_failure(
    begin: Begin, floating_cup: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stop comes from another thread, after the task has looked and before it commands."""
    task = begin()

    def stopped_in_between(twist: Any) -> None:
        task.report(emergency_stop("another thread"))
        raise ArmError("the emergency stop is on")

    monkeypatch.setattr(floating_cup, "send_twist", stopped_in_between)
    result = task.step([1, 0, 0, 0])
    assert [violation.kind for violation in result.violations] == ["emergency_stop"]
    assert (result.duration, result.action_executed.any()) == (0, False)


def test_a_fault_of_the_arm_truncates(begin: Begin, floating_cup: Any) -> None:
    task = begin()
    floating_cup.faults = ("following error of joint_3",)
    result = task.step(STILL)
    assert (result.truncated, result.cost) == (True, 0)
    assert result.ending == "fault of the arm: following error of joint_3"


def test_roll_error_goes_the_short_way(begin: Begin, floating_cup: Any) -> None:
    task = begin(constrain_spillage=False, max_steps=100)
    last = run(task, lambda _: [0, 0, 0, -1])[-1]
    assert last.info["roll_error"] <= pi


def test_same_seed_same_episode(begin: Begin) -> None:
    def episode(seed: int) -> list[tuple[Any, ...]]:
        task = begin()
        random = np.random.default_rng(seed)
        reset(task, seed)
        return [
            (result.observation.tobytes(), result.reward, result.cost, tuple(result.info.values()))
            for result in run(task, lambda _: random.uniform(-1, 1, 4))
        ]

    assert episode(1) == episode(1)
    assert episode(1) != episode(2)


def test_only_a_simulated_arm_goes_back(begin: Begin) -> None:
    with pytest.raises(ArmError, match="FloatingCup cannot go back to an earlier state"):
        begin().snapshot()


def test_the_balance_is_told(begin: Begin) -> None:
    task, ticks = begin(), []
    task.on_tick = ticks.append
    run(task, Demonstrator(task.scene, task.config))
    initial = task.liquid.initial_volume

    def total(tick: Tick) -> float:
        return tick.fill / 0.75 * initial + tick.poured + tick.spilled

    assert [total(tick) for tick in ticks] == pytest.approx([initial] * len(ticks), rel=1e-9)
