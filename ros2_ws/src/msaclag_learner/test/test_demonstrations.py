"""Demonstrated episodes: their file, and their share of each batch."""

from pathlib import Path

import numpy as np
import pytest
import torch

from msaclag_learner import checkpoint
from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.demonstrations import Demonstrations
from msaclag_learner.experience import Experience, Sizes
from msaclag_learner.transition import Transition

DEMONSTRATED, GATHERED = 7.0, 0.0


def transition(reward: float, observation: float = 0.0) -> Transition:
    state = np.array([observation, 0.0], np.float32)
    return Transition(state, np.zeros(1, np.float32), reward, 0, state, False)


def demonstrations(task: str = "slide") -> Demonstrations:
    return Demonstrations.of(task, [[transition(DEMONSTRATED, 0.1 * step) for step in range(20)] for _ in range(3)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    demonstrations().write(tmp_path / "pours.safetensors")
    return tmp_path / "pours.safetensors"


def test_a_file_comes_back_as_it_was_written(file: Path) -> None:
    read = Demonstrations.load(file, "slide", TransitionLayout(2, 1))
    assert torch.equal(read.transitions, demonstrations().transitions)
    assert read.first_states.tolist() == [[0, 0]] * 3 and read.digest


@pytest.mark.parametrize(
    ("task", "layout", "named"),
    [("glide", (2, 1), "task slide instead of glide"), ("slide", (3, 1), "state_size 2 instead of 3")],
)
def test_demonstrations_of_another_task_are_refused(file: Path, task: str, layout: tuple[int, int], named: str) -> None:
    with pytest.raises(CheckpointError, match=named):
        Demonstrations.load(file, task, TransitionLayout(*layout))


def test_a_checkpoint_is_no_demonstration(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, {"parameters": torch.zeros(3)}, {"task": "slide"})
    with pytest.raises(CheckpointError, match="kind None instead of demonstrations"):
        Demonstrations.load(tmp_path / checkpoint.FILE, "slide", TransitionLayout(2, 1))


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_their_share_of_the_batch_is_exact(share: float) -> None:
    batch = 16
    algorithm = AlgorithmConfig(batch=batch, demonstration_share=share)
    experience = Experience([algorithm], 2, 1, capacity=10_000)
    experience.extend(demonstrations().transitions, demonstrated=True)
    experience.add_first_state(np.zeros(2, np.float32))
    for _ in range(9_000):
        experience.add(transition(GATHERED))
    assert experience.sizes() == Sizes(9_060, 0, 1, 60)
    rewards = [
        experience.sample([torch.Generator().manual_seed(seed)]).inner.rewards[0] for seed in range(20)
    ]  # of which a uniform draw would have demonstrated one in 150
    counts = [int((reward == DEMONSTRATED).sum()) for reward in rewards]
    assert min(counts) >= round(share * batch) and sum(counts) <= 20 * round(share * batch) + 10
    assert all((reward == DEMONSTRATED)[: round(share * batch)].all() for reward in rewards)
