"""The policy of a checkpoint acts as that of the run did."""

from pathlib import Path

import numpy as np
import pytest
import torch

from msaclag_learner.acting_weights import weights_of
from msaclag_learner.checkpoint import FILE, CheckpointError
from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.trained_policy import trained_policy
from msaclag_learner.training_run import TrainingRun


@pytest.mark.parametrize("normalised", [True, False])
def test_it_acts_as_the_run_did(tmp_path: Path, normalised: bool) -> None:
    algorithm = AlgorithmConfig(hidden=(8, 6))
    run = TrainingRun(TrainingConfig(algorithm=algorithm, run_dir=str(tmp_path)), "task", 5, 2)
    if normalised:
        run.learner.normaliser.fit(torch.randn(1, 40, 5, generator=torch.manual_seed(0)) + 3)
    run.acting.weights = weights_of(run.learner.actor, run.learner.normaliser, 0)
    run.close()
    observation = np.linspace(-1, 1, 5, dtype=np.float32)
    expected = run.acting.act(observation, deterministic=True)
    for path in (tmp_path, tmp_path / FILE):
        policy = trained_policy(path)
        assert policy.act(observation, deterministic=True).tolist() == expected.tolist()


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no checkpoint at"):
        trained_policy(tmp_path)
