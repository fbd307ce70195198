"""A run that is killed and resumed equals one that was left alone, to the bit; this file is also the killed process."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import spaces
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from msaclag_learner import checkpoint
from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.configuration import AlgorithmConfig, AlgorithmName, TrainingConfig
from msaclag_learner.demonstrations import FILE, Demonstrations
from msaclag_learner.experience_log import ExperienceLog, Mark
from msaclag_learner.metrics import or_none
from msaclag_learner.status import Status
from msaclag_learner.training import train
from msaclag_learner.training_run import TrainingRun
from msaclag_learner.transition import Transition

STEPS = 600
ALGORITHM = AlgorithmConfig(hidden=(16, 16), batch=16)


class Slide(gymnasium.Env[Any, Any]):
    """A body on a line with a gusty wind; more than 1 away from 0 is a violation, being near 0.5 is paid."""

    observation_space = spaces.Box(-2, 2, (2,), np.float32)
    action_space = spaces.Box(-1, 1, (1,), np.float32)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.position, self.velocity, self.step_count = self.np_random.uniform(-0.5, 0.5), 0.0, 0
        return self.observation(), {}

    def observation(self) -> Any:
        return np.array([self.position, self.velocity], np.float32)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.velocity = 0.8 * self.velocity + 0.1 * float(action[0]) + 0.02 * self.np_random.normal()
        self.position += self.velocity
        self.step_count += 1
        violated = abs(self.position) > 1
        info = {"cost": int(violated), "success": float(abs(self.position - 0.5) < 0.1)}
        return self.observation(), -abs(self.position - 0.5), violated, self.step_count == 37, info


def config(folder: Path, **changes: Any) -> TrainingConfig:
    settings: dict[str, Any] = {
        "algorithm": ALGORITHM,
        "steps": STEPS,
        "warmup": 100,
        "updates_per_step": 0.5,
        "replay_capacity": 300,
        "initial_resets": 3,
        "evaluation_episodes": 2,
        "checkpoint_every": 120,
        "seed": 5,
        **changes,
    }
    return TrainingConfig(run_dir=str(folder), **settings)


def wait_for_the_next_second() -> None:
    """TensorBoard reads the files of a folder in the order of the seconds that they were begun in."""
    time.sleep(1.01 - time.time() % 1)


def points(folder: Path) -> dict[str, list[tuple[int, float | None]]]:
    """Of every metric but those of the time."""
    events = EventAccumulator(str(folder / "tensorboard"), size_guidance={"scalars": 0})
    events.Reload()
    tags = [tag for tag in events.Tags()["scalars"] if not tag.endswith("_per_s")]
    return {tag: [(point.step, or_none(point.value)) for point in events.Scalars(tag)] for tag in tags}


def assert_equal(first: Path, second: Path, *but: str) -> None:
    """Tensors, facts, metrics and summary of two runs, `but` for some facts; "experience" tells of its every row."""
    (ours, our_facts), (theirs, their_facts) = checkpoint.load(first), checkpoint.load(second)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    for facts in (our_facts, their_facts):
        for name in ("seconds", "settings", *but):
            del facts[name]
    assert our_facts == their_facts
    assert points(first) == points(second)
    summaries = [json.loads((folder / "summary.json").read_text()) for folder in (first, second)]
    for summary in summaries:
        for name in ("seconds", "steps_per_s", "updates_per_s"):
            del summary[name]
    assert summaries[0] == summaries[1]


def rows(folder: Path) -> list[torch.Tensor]:
    """All transitions and first states of a run."""
    end = Mark.from_dict(checkpoint.load(folder)[1]["experience"])
    return [torch.cat(parts) for parts in zip(*ExperienceLog(folder, TransitionLayout(2, 1)).read(end), strict=True)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "undisturbed"
    train(Slide(), "slide", config(folder))
    return folder


def begin_and_be_killed(folder: Path, step: int) -> None:
    """Train in a process that is killed after `step` transitions."""
    assert subprocess.run([sys.executable, __file__, str(folder), str(step)]).returncode == -signal.SIGKILL
    wait_for_the_next_second()


def test_a_killed_run_that_is_resumed_equals_one_left_alone(undisturbed: Path, tmp_path: Path) -> None:
    begin_and_be_killed(tmp_path, 330)
    before = checkpoint.load(tmp_path)[1]
    assert 120 <= before["step"] < 330
    train(Slide(), "slide", config(tmp_path, resume=True))
    assert_equal(undisturbed, tmp_path)


def test_a_run_killed_before_its_first_checkpoint_is_begun_anew(undisturbed: Path, tmp_path: Path) -> None:
    begin_and_be_killed(tmp_path, 110)
    with pytest.raises(CheckpointError, match=f"there is no checkpoint at {tmp_path}"):
        TrainingRun(config(tmp_path, resume=True), "slide", 2, 1)
    train(Slide(), "slide", config(tmp_path))
    assert_equal(undisturbed, tmp_path)


@pytest.mark.parametrize("name", ["sac", "rcpo_sacv2"])
def test_the_other_algorithms_go_on_to_the_bit(tmp_path: Path, name: AlgorithmName) -> None:
    algorithm = dataclasses.replace(ALGORITHM, name=name, initial_threshold=0.1)
    whole, halves = (config(tmp_path / each, steps=250, algorithm=algorithm) for each in ("whole", "halves"))
    train(Slide(), "slide", whole)
    train(Slide(), "slide", dataclasses.replace(halves, steps=150))
    wait_for_the_next_second()
    train(Slide(), "slide", dataclasses.replace(halves, resume=True))
    assert_equal(tmp_path / "whole", tmp_path / "halves", "experience")


@pytest.fixture
def demonstrations(tmp_path: Path) -> Path:
    file = tmp_path / "demonstrations.safetensors"
    states = [np.array([0.1 * step, 0.1], np.float32) for step in range(6)]
    slide = [Transition(states[step], np.ones(1, np.float32), -0.1, 0, states[step + 1], False) for step in range(5)]
    Demonstrations.of("slide", [slide] * 4).write(file)
    return file


def test_a_run_goes_on_with_the_demonstrations_it_began_with(demonstrations: Path, tmp_path: Path) -> None:
    whole, halves = (
        config(tmp_path / each, steps=250, replay_capacity=400, demonstrations=str(demonstrations))
        for each in ("whole", "halves")
    )
    train(Slide(), "slide", whole)
    train(Slide(), "slide", dataclasses.replace(halves, steps=150))
    demonstrations.unlink()  # the run has its own copy
    wait_for_the_next_second()
    train(Slide(), "slide", dataclasses.replace(halves, resume=True))
    assert_equal(tmp_path / "whole", tmp_path / "halves", "experience")


def test_other_demonstrations_in_its_folder_are_refused(demonstrations: Path, tmp_path: Path) -> None:
    begun = config(tmp_path / "run", steps=150, demonstrations=str(demonstrations))
    train(Slide(), "slide", begun)
    other = Transition(np.zeros(2, np.float32), np.ones(1, np.float32), 0.0, 0, np.zeros(2, np.float32), False)
    Demonstrations.of("slide", [[other]]).write(tmp_path / "run" / FILE)
    with pytest.raises(CheckpointError, match="is not the file that the run began with"):
        train(Slide(), "slide", dataclasses.replace(begun, resume=True))


def test_a_run_that_was_done_goes_on_for_more_steps(undisturbed: Path, tmp_path: Path) -> None:
    train(Slide(), "slide", config(tmp_path, steps=STEPS // 2))
    wait_for_the_next_second()
    train(Slide(), "slide", config(tmp_path, resume=True))
    assert_equal(undisturbed, tmp_path, "experience")  # its segments end elsewhere, its rows are the same
    for ours, theirs in zip(rows(undisturbed), rows(tmp_path), strict=True):
        assert torch.equal(ours, theirs)


def test_an_interrupted_run_goes_on_with_a_new_episode(tmp_path: Path) -> None:
    def interrupt(status: Status) -> None:
        if status.step == 150:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(Slide(), "slide", config(tmp_path), interrupt)
    tensors, about = checkpoint.load(tmp_path)
    assert about["step"] == 150
    begun = about["progress"]["begun"]
    run = TrainingRun(config(tmp_path, resume=True), "slide", 2, 1)
    assert (run.progress.step, run.progress.updates, run.progress.begun) == (150, 25, begun)
    assert run.experience.sizes()[::2] == (150, 3 + begun)
    assert not run.progress.in_episode and not run.wants_initial_state
    assert all(torch.equal(tensors[name], tensor) for name, tensor in run.learner.state().items())
    run.close()
    summary: Any = train(Slide(), "slide", config(tmp_path, resume=True))
    assert summary["steps"] >= STEPS


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seed": 6}, "seed was 5, now it is 6"),
        ({"updates_per_step": 1.0}, "updates_per_step was 0.5, now it is 1.0"),
        ({"algorithm": AlgorithmConfig(hidden=(16, 16), batch=17)}, "algorithm.batch was 16, now it is 17"),
        ({"algorithm": AlgorithmConfig(hidden=(16,), batch=16)}, r"has hidden \[16, 16\], this run has \[16\]"),
        ({"algorithm": AlgorithmConfig(name="sac")}, "has algorithm meta_sac_lag, this run has sac"),
    ],
)
def test_what_changes_the_meaning_is_refused_by_name(undisturbed: Path, changes: dict[str, Any], named: str) -> None:
    before = (undisturbed / checkpoint.FILE).read_bytes()
    with pytest.raises(CheckpointError, match=named):
        TrainingRun(dataclasses.replace(config(undisturbed, resume=True), **changes), "slide", 2, 1)
    assert (undisturbed / checkpoint.FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (("glide", 2, 1), "has task slide, this run has glide"),
        (("slide", 3, 2), "state_size 2, this run has 3; it has"),
    ],
)
def test_another_task_and_other_sizes_are_refused_by_name(
    undisturbed: Path, kind: tuple[str, int, int], named: str
) -> None:
    with pytest.raises(CheckpointError, match=named):
        TrainingRun(config(undisturbed, resume=True), *kind)


def test_nothing_to_resume_and_a_lost_segment_are_named(undisturbed: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no checkpoint at"):
        TrainingRun(config(tmp_path / "none", resume=True), "slide", 2, 1)
    assert not (tmp_path / "none").exists()
    segment = min((undisturbed / "experience").iterdir())
    aside = segment.rename(tmp_path / segment.name)
    with pytest.raises(CheckpointError, match=f"{segment.name}: it is missing"):
        TrainingRun(config(undisturbed, resume=True), "slide", 2, 1)
    aside.rename(segment)


def test_resume_and_another_checkpoint_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="leave checkpoint out"):
        config(tmp_path, resume=True, checkpoint="elsewhere")


if __name__ == "__main__":
    folder, last = Path(sys.argv[1]), int(sys.argv[2])

    def die(status: Status) -> None:
        if status.step == last:
            os.kill(os.getpid(), signal.SIGKILL)

    train(Slide(), "slide", config(folder), die)
