"""What disturbs an episode: drawn within its spreads, seeded, and off by default."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kinova_pour_env.disturbance import Disturbance, Noise
from kinova_pour_env.kinematics import small_rotation_vector
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.scene import Mug, Scene, TargetCup

EVERYTHING = Disturbance(
    target_cup_spread=0.03,
    fill_spread=0.1,
    mug_size_spread=0.1,
    damping_spread=0.5,
    command_delay=1,
    command_delay_spread=3,
    position_noise=0.002,
    angle_noise=0.01,
    velocity_noise=0.01,
)


def started(cup: Any, disturbance: Disturbance, seed: int = 0, **changes: Any) -> PourTask:
    task = PourTask(cup, cup.scene, PourCoffeeConfig(disturbance=disturbance, **changes))
    again(task, seed)
    return task


def again(task: PourTask, seed: int) -> None:
    for _phase in task.reset(np.random.default_rng(seed)):
        pass


def test_off_it_draws_nothing_and_leaves_the_scene() -> None:
    random, untouched = np.random.default_rng(0), np.random.default_rng(0)
    scene = Scene()
    for disturbance in (Disturbance(), Disturbance(command_delay=3)):
        conditions = disturbance.conditions(scene, random)
        assert conditions == (scene, disturbance.command_delay, None)
    assert random.bit_generator.state == untouched.bit_generator.state
    assert Disturbance().extremes(scene) == {scene}


@given(st.integers(0, 2**32))
def test_draws_stay_within_their_spreads(seed: int) -> None:
    conditions = EVERYTHING.conditions(Scene(), np.random.default_rng(seed))
    scene, usual = conditions.scene, Scene()
    assert abs(scene.target_cup.x - usual.target_cup.x) <= 0.03
    assert abs(scene.target_cup.y - usual.target_cup.y) <= 0.03
    assert abs(scene.mug.fill - usual.mug.fill) <= 0.1
    assert abs(scene.mug.radius / usual.mug.radius - 1) <= 0.1 + 1e-12
    assert abs(scene.mug.height / usual.mug.height - 1) <= 0.1 + 1e-12
    assert abs(scene.mug.damping / usual.mug.damping - 1) <= 0.5 + 1e-12
    assert 1 <= conditions.delay <= 4
    assert conditions.noise is not None
    assert (scene.table_height, scene.goal_roll) == (usual.table_height, usual.goal_roll)


def test_the_seed_decides() -> None:
    def scenes(seed: int) -> list[Scene]:
        random = np.random.default_rng(seed)
        return [EVERYTHING.conditions(Scene(), random).scene for _ in range(3)]

    assert scenes(1) == scenes(1)
    assert len({*scenes(1), *scenes(2)}) == 6


def test_one_spread_moves_one_thing() -> None:
    scene = Disturbance(damping_spread=0.5).conditions(Scene(), np.random.default_rng(0)).scene
    assert scene.mug.damping != Scene().mug.damping
    assert replace(scene, mug=replace(scene.mug, damping=Scene().mug.damping)) == Scene()


def test_every_draw_lies_between_the_extremes() -> None:
    fills = {scene.mug.fill for scene in EVERYTHING.extremes(Scene())}
    places = {(scene.target_cup.x, scene.target_cup.y) for scene in EVERYTHING.extremes(Scene())}
    assert sorted(fills) == pytest.approx([0.65, 0.85])
    assert len(places) == 4


def test_noise_has_the_deviations_it_is_given_and_no_bias(floating_cup: Any) -> None:
    state = floating_cup.read()
    noise = Noise(0.01, 0.02, 0.03, np.random.default_rng(0))
    sensed = [noise.sensed(state) for _ in range(2000)]
    for errors, deviation in (
        ([reading.cup_position - state.cup_position for reading in sensed], 0.01),
        ([small_rotation_vector(reading.cup_rotation @ state.cup_rotation.T) for reading in sensed], 0.02),
        ([reading.cup_velocity - state.cup_velocity for reading in sensed], 0.03),
    ):
        np.testing.assert_allclose(np.std(errors, axis=0), deviation, rtol=0.1)
        np.testing.assert_allclose(np.mean(errors, axis=0), 0, atol=0.1 * deviation)


def test_noise_is_seen_by_the_policy_and_not_by_the_detectors(floating_cup: Any) -> None:
    noisy = started(floating_cup, Disturbance(position_noise=0.1, velocity_noise=0.1, angle_noise=0.1))
    for _ in range(30):
        result = noisy.step(np.zeros(4))
        assert np.abs(result.observation[:3] - floating_cup.position).max() > 1e-3
        assert result.info["distance"] == pytest.approx(
            np.linalg.norm(floating_cup.position - noisy.scene.goal_position)
        )
        assert result.info["acceleration"] == 0
        assert result.info["roll_error"] == pytest.approx(1.75)
        np.testing.assert_array_equal(result.observation[9:], np.float32([0.58, -0.16, 0.225, 0, 0, 1.75]))
    assert result.cost == 0  # a reading 0.1 m off would have left the workspace


@pytest.mark.parametrize("delay", [1, 5])
def test_commands_come_late_by_the_delay(floating_cup: Any, delay: int) -> None:
    def speeds(periods: int) -> list[float]:
        task, seen = started(floating_cup, Disturbance(command_delay=periods)), []
        task.on_tick = lambda tick: seen.append(float(tick.arm_state.cup_velocity[0]))
        for _ in range(3):
            task.step([1, 0, 0, 0])
        return seen

    assert speeds(delay) == [0.0] * delay + speeds(0)[:-delay]


def test_a_delay_ends_with_its_episode(floating_cup: Any) -> None:
    task = started(floating_cup, Disturbance(command_delay=2))
    task.step([1, 0, 0, 0])
    again(task, 1)
    task.step([0, 0, 0, 0])
    assert floating_cup.twist.tolist() == [0] * 6


def test_an_episode_has_its_scene_in_every_part(floating_cup: Any) -> None:
    task = started(floating_cup, Disturbance(target_cup_spread=0.03, fill_spread=0.1))
    places = set()
    for seed in range(3):
        again(task, seed)
        assert floating_cup.scene == task.scene
        np.testing.assert_allclose(task.observation[9:12], task.scene.goal_position, rtol=1e-6)
        mug = task.scene.mug
        assert task.liquid.initial_volume == pytest.approx(np.pi * mug.radius**2 * mug.height * mug.fill)
        places.add(task.scene.goal_position)
    assert len(places) == 3


@pytest.mark.parametrize(
    "wrong", [{"fill_spread": 0.5}, {"command_delay": -1}, {"angle_noise": np.nan}, {"cup_spread": 0.1}]
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Disturbance(**wrong)


def test_draws_that_cannot_be_are_refused_at_the_start(floating_cup: Any) -> None:
    with pytest.raises(TaskError, match=r"an episode could have fill 1\.05, but input should be less than 1"):
        started(floating_cup, Disturbance(fill_spread=0.3))
    with pytest.raises(TaskError, match=r"goal lies outside the workspace: . is"):
        started(floating_cup, Disturbance(target_cup_spread=0.2))


def test_a_fill_outside_0_to_1_is_refused() -> None:
    for fill in (0, 1, -0.1, 1.5, np.nan):
        with pytest.raises(ValidationError, match="fill"):
            Mug(fill=fill)


def test_a_start_outside_the_workspace_is_refused(floating_cup: Any) -> None:
    with pytest.raises(TaskError, match=r"highest start lies outside the workspace: z is 0\.\d+ m, the box 0\.08 to"):
        started(floating_cup, Disturbance(), workspace_high=(0.75, 0.25, 0.44))


def test_a_goal_out_of_reach_is_refused(floating_cup: Any) -> None:
    floating_cup.scene = Scene(target_cup=TargetCup(x=1.0, y=-0.6))
    with pytest.raises(RuntimeError, match=r"the goal \(1\.000, -0\.510, 0\.225\) m is out of the arm's reach"):
        started(floating_cup, Disturbance(), workspace_high=(1.5, 1, 1), workspace_low=(0, -1, 0))
