"""Learning, on a problem whose answer is known: reach a point, with a wall that must not be touched."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import spaces

from msaclag_learner import checkpoint
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.run_state import GENERATOR
from msaclag_learner.status import Status
from msaclag_learner.training import train
from msaclag_learner.training_run import DeviceError, DivergedError, TrainingRun
from msaclag_learner.transition import ExperienceError, Transition

SPEED, GOAL, STEPS = 0.1, 0.5, 25


class Point(gymnasium.Env[Any, Any]):
    """A point in the plane, moved by its velocity; outside [-1.2, 1.2]² is a violation; −distance is paid."""

    observation_space = spaces.Box(-2, 2, (2,), np.float32)
    action_space = spaces.Box(-1, 1, (2,), np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.position = self.np_random.uniform(-1, 1, 2)
        self.step_count = 0
        return self.position.astype(np.float32), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.position = self.position + SPEED * np.asarray(action, float)
        self.step_count += 1
        violated = bool(np.abs(self.position).max() > 1.2)
        reward = -float(np.linalg.norm(self.position - GOAL))
        info = {"cost": int(violated), "success": float(reward > -0.15)}
        return self.position.astype(np.float32), reward, violated, self.step_count == STEPS, info


def best_return(position: np.ndarray) -> float:
    """The largest return from `position`: straight to the goal at full speed in each axis that needs it."""
    total = 0.0
    for _ in range(STEPS):
        error = GOAL - position
        position = position + np.clip(error, -SPEED, SPEED)
        total -= float(np.linalg.norm(position - GOAL))
    return total


ALGORITHM = AlgorithmConfig(after_violation="nothing", value_scale=1, initial_temperature=0.05, temperature_floor=0.05)
SMALL: dict[str, Any] = {
    "algorithm": dataclasses.replace(ALGORITHM, hidden=(8,), batch=16),
    "steps": 50,
    "warmup": 40,
    "evaluation_episodes": 0,
}


def config(folder: Path, **changes: Any) -> TrainingConfig:
    settings = {"algorithm": ALGORITHM, "steps": 3000, "warmup": 500, "evaluation_episodes": 20, **changes}
    return TrainingConfig(run_dir=str(folder), **settings)


def still(reward: float = 0.0) -> Transition:
    """A step in which nothing happens."""
    return Transition(np.zeros(2, np.float32), np.zeros(2, np.float32), reward, 0, np.zeros(2, np.float32), False)


def test_it_learns_to_reach_the_point_without_touching_the_wall(tmp_path: Path) -> None:
    summary: Any = train(Point(), "point", config(tmp_path))
    random = np.random.default_rng(0)
    best = np.mean([best_return(random.uniform(-1, 1, 2)) for _ in range(2000)])
    assert summary["evaluation"]["violation_rate"] <= 0.05
    assert summary["evaluation"]["return"] > best - 2.5  # a random walk earns about 12 less
    assert json.loads((tmp_path / "summary.json").read_text()) == summary


def test_two_runs_with_one_seed_are_equal_to_the_bit(tmp_path: Path) -> None:
    runs = []
    for name in ("first", "second"):
        train(Point(), "point", config(tmp_path / name, steps=600, evaluation_episodes=1))
        runs.append(checkpoint.load(tmp_path / name)[0])
    assert all(np.array_equal(runs[0][name].numpy(), runs[1][name].numpy()) for name in runs[0])


def test_going_on_from_a_checkpoint_starts_from_its_policy(tmp_path: Path) -> None:
    train(Point(), "point", config(tmp_path / "first", steps=600, evaluation_episodes=0))
    tensors, about = checkpoint.load(tmp_path / "first")
    train(
        Point(),
        "point",
        config(tmp_path / "second", steps=0, evaluation_episodes=1, checkpoint=str(tmp_path / "first")),
    )
    again, about_again = checkpoint.load(tmp_path / "second")
    assert about_again["updates"] == about["updates"] >= 100
    live = tensors.keys() - {GENERATOR}
    assert all(np.array_equal(tensors[name].numpy(), again[name].numpy()) for name in live)


def test_another_runs_checkpoint_is_not_overwritten(tmp_path: Path) -> None:
    train(Point(), "point", config(tmp_path, **SMALL))
    for start in ("", str(tmp_path)):
        with pytest.raises(CheckpointError, match="holds the checkpoint of another run: go on with it by `resume`"):
            train(Point(), "point", config(tmp_path, **SMALL, checkpoint=start))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"multiplier_form": "log"}, "has multiplier_form clamped, this run has log"),
        ({"threshold_form": "sigmoid"}, "has threshold_form clamped, this run has sigmoid"),
        ({"temperature_form": "clamped"}, "has temperature_form log, this run has clamped"),
        ({"value_scale": 2}, "has value_scale 1.0, this run has 2.0"),
        ({"normalise_states": False}, "has normalise_states True, this run has False"),
        ({"policy_optimiser": "adam"}, "has policy_optimiser rmsprop, this run has adam"),
        (
            {"threshold_optimiser": "sgd", "temperature_optimiser": "sgd"},
            "threshold_optimiser rmsprop, this run has sgd; it has temperature_optimiser adam, this run has sgd",
        ),
    ],
)
def test_numbers_that_mean_something_else_here_are_not_started_from(
    tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    TrainingRun(config(tmp_path / "first", **SMALL), "point", 2, 2).close()
    other = {**SMALL, "algorithm": dataclasses.replace(SMALL["algorithm"], **changes)}
    with pytest.raises(CheckpointError, match=named):
        TrainingRun(config(tmp_path / "second", **other, checkpoint=str(tmp_path / "first")), "point", 2, 2)


def test_an_interruption_leaves_whole_files(tmp_path: Path) -> None:
    def interrupt(status: Status) -> None:
        if status.step == 550:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(Point(), "point", config(tmp_path), interrupt)
    assert checkpoint.load(tmp_path)[1]["step"] == 550
    assert json.loads((tmp_path / "summary.json").read_text())["steps"] == 550


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("spoilt", ["critics.parameters", "critics.targets", "temperature.raw", "threshold.raw"])
def test_what_diverged_neither_acts_nor_is_saved(tmp_path: Path, spoilt: str, number: float) -> None:
    run = TrainingRun(config(tmp_path, warmup=150, steps=2000), "point", 2, 2)
    run.first_state(np.zeros(2, np.float32))
    for _ in range(200):
        run.take_in(still(), {}, ended=False, evaluation=False)
    run.save()
    run.learner.state()[spoilt].fill_(number)
    with pytest.raises(DivergedError, match="non-finite at update 1"):
        run.update()
    assert np.isfinite(run.act(np.zeros(2, np.float32), evaluation=True)).all()
    with pytest.raises(CheckpointError, match="not saved"):
        run.save()
    run.close()
    assert checkpoint.load(tmp_path)[1]["updates"] == 0
    summary = json.loads((tmp_path / "summary.json").read_text(), parse_constant=pytest.fail)
    assert summary["updates"] == 0


def test_a_summary_without_finite_figures_is_json_still(tmp_path: Path) -> None:
    run = TrainingRun(config(tmp_path, **SMALL), "point", 2, 2)
    run.first_state(np.zeros(2, np.float32))
    for step in range(50):
        run.take_in(still(), {}, ended=step == 49, evaluation=False)
    run.take_in(still(reward=float("inf")), {"success": float("nan")}, ended=True, evaluation=True)
    for name in ("temperature.raw", "threshold.raw", "multiplier.raw"):
        run.learner.state()[name].fill_(float("nan"))
    with pytest.raises(DivergedError):
        run.update()
    run.close()
    summary = json.loads((tmp_path / "summary.json").read_text(), parse_constant=pytest.fail)
    assert summary["temperature"] is summary["threshold"] is summary["multiplier"] is None
    assert summary["evaluation"]["return"] is summary["evaluation"]["success_rate"] is None
    assert summary["training"]["return"] == 0


def test_the_status_tells_what_the_last_update_left(tmp_path: Path) -> None:
    run = TrainingRun(config(tmp_path, **SMALL), "point", 2, 2)
    run.first_state(np.zeros(2, np.float32))
    for _ in range(50):
        run.take_in(still(), {}, ended=False, evaluation=False)
    before = run.status()
    assert (before.threshold, before.multiplier, before.temperature) == (1, 10, pytest.approx(0.05))
    run.update()
    after = run.status()
    assert after.multiplier == float(run.learner.multiplier[0]) != 10
    run.learner.state()["multiplier.raw"].fill_(3)  # an update is under way
    assert run.status().multiplier == after.multiplier
    run.close()


def saved_at(run: TrainingRun) -> int | None:
    file = run.folder / checkpoint.FILE
    return checkpoint.read_about(file)["step"] if file.exists() else None


def test_checkpoints_are_written_where_episodes_end_or_within_a_very_long_one(tmp_path: Path) -> None:
    run = TrainingRun(config(tmp_path, **{**SMALL, "steps": 1000}, checkpoint_every=10), "point", 2, 2)
    run.first_state(np.zeros(2, np.float32))
    saved = []
    for step in range(1, 251):
        run.take_in(still(), {}, ended=step in (8, 16, 20, 30), evaluation=False)
        run.save_if_due()
        if saved_at(run) not in (None, *saved):
            saved.append(saved_at(run))
    assert saved == [16, 30, 130, 230]
    run.close()


def test_a_checkpoint_that_cannot_be_written_is_due_still(tmp_path: Path) -> None:
    run = TrainingRun(config(tmp_path, **{**SMALL, "steps": 1000}, checkpoint_every=10), "point", 2, 2)
    run.first_state(np.zeros(2, np.float32))
    for step in range(10):
        run.take_in(still(), {}, ended=step == 9, evaluation=False)
    in_the_way = tmp_path / checkpoint.FILE
    in_the_way.mkdir()
    for _ in range(2):
        with pytest.raises(CheckpointError, match="cannot write"):
            run.save_if_due()
    in_the_way.rmdir()
    run.save_if_due()
    assert saved_at(run) == 10
    run.close()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"position": np.array([0.0, np.nan])}, "next observation holds a number that is not finite"),
        ({"position": np.zeros(3)}, "next observation has shape"),
        ({"cost": 0.5}, "the cost is 0.5, not 0 or 1"),
        ({"cost": None}, "info holds no 'cost'"),
    ],
)
def test_what_must_not_be_learned_from_ends_the_run_and_loses_nothing(
    tmp_path: Path, wrong: dict[str, Any], named: str
) -> None:
    class Wrong(Point):
        def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
            observation, reward, terminated, truncated, info = super().step(action)
            if self.step_count == 10:
                observation = np.float32(wrong.get("position", observation))
                info = {name: value for name, value in {**info, **wrong}.items() if value is not None}
            return observation, reward, terminated, truncated, info

    with pytest.raises(ExperienceError, match=named):
        train(Wrong(), "point", config(tmp_path))
    tensors, about = checkpoint.load(tmp_path)
    assert about["step"] == about["experience"]["transitions"] == 9
    del tensors["normaliser.bound"]  # infinite until learning begins
    assert all(torch.isfinite(tensor.float()).all() for tensor in tensors.values())


def test_an_observation_that_cannot_be_acted_on_is_named(tmp_path: Path) -> None:
    run = TrainingRun(config(tmp_path), "point", 2, 2)
    for observation, named in ((np.zeros(3), "observation has shape"), (np.array([0, np.inf]), "observation holds")):
        with pytest.raises(ExperienceError, match=named):
            run.act(observation, evaluation=True)
    run.close()


def test_without_a_constraint_the_summary_is_json_still(tmp_path: Path) -> None:
    train(Point(), "point", config(tmp_path, **{**SMALL, "algorithm": AlgorithmConfig(name="sac", batch=16)}))
    summary = json.loads((tmp_path / "summary.json").read_text(), parse_constant=pytest.fail)
    assert summary["algorithm"] == "sac" and summary["multiplier"] is None


def test_the_first_states_of_initial_resets_come_before_the_first_step(tmp_path: Path) -> None:
    train(Point(), "point", config(tmp_path, **SMALL, initial_resets=20))
    about = checkpoint.load(tmp_path)[1]
    assert about["progress"]["initial_resets"] == 20
    assert about["experience"]["first_states"] == 20 + about["progress"]["begun"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA GPU")
def test_a_device_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="finds no CUDA GPU"):
        TrainingRun(config(tmp_path, device="cuda"), "point", 2, 2)
