import resource
import time
from pathlib import Path
from typing import Any

import gymnasium
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.metrics import Metrics
from msaclag_learner.training import train


class Costly(gymnasium.Wrapper):
    """Swinging to the left is not allowed."""

    def step(self, action: Any) -> Any:
        observation, reward, terminated, truncated, info = self.env.step(action)
        return observation, reward, terminated, truncated, {**info, "cost": int(observation[1] < 0)}


def points(folder: Path, tag: str) -> list[tuple[int, float]]:
    events = EventAccumulator(str(folder / "tensorboard"), size_guidance={"scalars": 0})
    events.Reload()
    return [(point.step, point.value) for point in events.Scalars(tag)]


def evaluate(metrics: Metrics, step: int, value: float) -> None:
    figures = metrics.evaluation.step(value, 0, {}, ended=True)
    assert figures is not None
    metrics.episode(figures, step, evaluation=True)


def test_a_resumed_run_writes_no_point_twice(tmp_path: Path) -> None:
    first = Metrics(tmp_path, 2)
    for step in (10, 20, 30):
        first.updated({"loss": 1.0}, step)
    evaluate(first, 20, 1.0)
    first.close()
    time.sleep(1.01 - time.time() % 1)  # TensorBoard reads files in the order of the seconds they were begun in
    second = Metrics(tmp_path, 2, begins_at=20)
    for step in (30, 40):
        second.updated({"loss": 2.0}, step)
    evaluate(second, 40, 2.0)
    second.close()
    assert points(tmp_path, "learner/loss") == [(10, 1), (20, 1), (30, 2), (40, 2)]
    assert points(tmp_path, "evaluation/return") == [(41, 2)]


def test_points_are_in_the_file_after_a_flush(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path, 1)
    metrics.updated({"loss": 1.0}, 10)
    metrics.flush()
    assert points(tmp_path, "learner/loss") == [(10, 1)]
    metrics.close()


def test_points_are_there_while_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("msaclag_learner.metrics.FLUSH_EVERY", 0.05)
    metrics = Metrics(tmp_path, 1)
    metrics.pace({"steps_per_s": 7.0}, 10)
    deadline = time.monotonic() + 20
    while "run/steps_per_s" not in tags(tmp_path):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    metrics.close()


def test_a_run_tells_of_itself_by_the_names_of_the_field(tmp_path: Path) -> None:
    algorithm = AlgorithmConfig(hidden=(8,), batch=8)
    config = TrainingConfig(steps=80, warmup=10, run_dir=str(tmp_path), evaluation_episodes=1, algorithm=algorithm)
    train(Costly(gymnasium.make("Pendulum-v1", max_episode_steps=20)), "pendulum", config)
    assert tags(tmp_path) >= {
        *(f"learner/{name}" for name in ("threshold", "multiplier", "temperature", "expected_cost", "entropy")),
        *(f"learner/{name}" for name in ("reward_critic_loss", "safety_critic_loss")),
        *(f"learner/{name}" for name in ("threshold_gradient", "temperature_gradient")),
        *(f"run/{name}" for name in ("steps_per_s", "updates_per_s", "replay_buffer", "safety_buffer")),
        *(f"{kind}/{name}" for kind in ("episode", "evaluation") for name in ("return", "length", "violation")),
    }


def tags(folder: Path) -> set[str]:
    events = EventAccumulator(str(folder / "tensorboard"))
    events.Reload()
    return set(events.Tags()["scalars"])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """No file may grow any more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    metrics = Metrics(tmp_path, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        metrics.updated({"loss": 1.0}, 10)
        for write in (metrics.flush, lambda: metrics.write_summary({}), metrics.close):
            with pytest.raises(CheckpointError, match=f"cannot write the metrics in {tmp_path}: File too large"):
                write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
