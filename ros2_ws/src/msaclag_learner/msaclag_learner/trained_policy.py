"""The policy in a checkpoint, to act with and not to train."""

from pathlib import Path

from pydantic import TypeAdapter

from msaclag_learner import algorithms, checkpoint
from msaclag_learner.acting import ActingPolicy
from msaclag_learner.acting_weights import weights_of
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.run_state import GENERATOR


def trained_policy(path: Path) -> ActingPolicy:
    """The policy of the checkpoint at `path`, a file or a folder that holds one.

    Raises:
        CheckpointError: none is there, or it is truncated, damaged, or of another format.
    """
    tensors, about = checkpoint.load(path)
    config = TypeAdapter(AlgorithmConfig).validate_python(about["settings"]["algorithm"])
    learner = algorithms.make([config], about["state_size"], about["action_size"], [0])
    del tensors[GENERATOR]
    checkpoint.restore(learner.state(), tensors)
    return ActingPolicy(weights_of(learner.actor, learner.normaliser, about["updates"]), seed=0)
