"""Demonstrated episodes, as a file: transitions and first states that D and D₀ begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from msaclag_learner import checkpoint
from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.experience import checked_row
from msaclag_learner.transition import Transition

FILE = "demonstrations.safetensors"
KIND = "demonstrations"
NO_CONDITIONS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Demonstrations:
    """What was demonstrated.

    Attributes:
        task: name of the task.
        layout: sizes of its states and actions.
        transitions: [N, width].
        first_states: [M, S], one of each episode.
        conditions: of the task, under which it was done.
        digest: of the file it was read from; empty until then.
    """

    task: str
    layout: TransitionLayout
    transitions: Tensor
    first_states: Tensor
    conditions: Mapping[str, Any]
    digest: str = ""

    @classmethod
    def of(
        cls, task: str, episodes: Sequence[Sequence[Transition]], conditions: Mapping[str, Any] = NO_CONDITIONS
    ) -> "Demonstrations":
        """From whole episodes, one or more.

        Raises:
            ExperienceError: a transition is malformed.
        """
        first = episodes[0][0]
        layout = TransitionLayout(len(first.observation), len(first.action))
        rows = [checked_row(transition, layout) for episode in episodes for transition in episode]
        first_states = [episode[0].observation for episode in episodes]
        return cls(task, layout, torch.from_numpy(np.stack(rows)), torch.from_numpy(np.stack(first_states)), conditions)

    def write(self, file: Path) -> None:
        """Write it; what lay at `file` stays until this is on disk.

        Raises:
            CheckpointError: the file cannot be written.
        """
        tensors = {"transitions": self.transitions, "first_states": self.first_states}
        about = {"kind": KIND, "task": self.task, **self.layout._asdict(), "conditions": dict(self.conditions)}
        checkpoint.write(file, tensors, about)

    @classmethod
    def load(cls, file: Path, task: str, layout: TransitionLayout) -> "Demonstrations":
        """Read a file that `write` made.

        Raises:
            CheckpointError: it is missing, damaged, not of demonstrations, or of another task.
        """
        tensors, about, digest = checkpoint.read(file)
        expected: dict[str, Any] = {"kind": KIND, "task": task, **layout._asdict()}
        differing = [
            f"{name} {about.get(name)} instead of {value}"
            for name, value in expected.items()
            if about.get(name) != value
        ]
        if differing:
            raise CheckpointError(f"{file} has {', '.join(differing)}: name a file of demonstrations of this task")
        return cls(task, layout, tensors["transitions"], tensors["first_states"], about["conditions"], digest)
