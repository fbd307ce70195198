"""The episodes that were kept, in a file of demonstrations that is whole after each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.compatibility import check_conditions
from msaclag_learner.demonstrations import Demonstrations
from msaclag_learner.transition import Transition


class Lessons:
    """A file that grows by an episode at a time, on top of those that it holds already.

    Attributes:
        file: where.
        kept: episodes that were added.
        opened: whether `open` has seen to it.
    """

    def __init__(self, file: Path) -> None:
        """Nothing is read or written yet."""
        self.file = file
        self.kept = 0
        self.opened = False
        self._before: Demonstrations | None = None

    @property
    def held(self) -> int:
        """Episodes in the file."""
        return 0 if self._before is None else len(self._before.first_states)

    def open(self, task: str, layout: TransitionLayout, conditions: Mapping[str, Any]) -> None:
        """See that the episodes of a task fit to those in the file, where there is one.

        Raises:
            CheckpointError: they do not; or the file is damaged, or something else.
        """
        self.opened = True
        self._task, self._conditions = task, conditions
        if self.file.exists():
            self._before = Demonstrations.load(self.file, task, layout)
            check_conditions(self.file, self._before.conditions, conditions)

    def keep(self, episode: Sequence[Transition]) -> None:
        """Add an episode, and write.

        Raises:
            CheckpointError: the file cannot be written.
            ExperienceError: a transition is malformed.
        """
        new = Demonstrations.of(self._task, [episode], self._conditions)
        if (before := self._before) is not None:
            transitions = torch.cat((before.transitions, new.transitions))
            new = replace(new, transitions=transitions, first_states=torch.cat((before.first_states, new.first_states)))
        new.write(self.file)
        self._before = new
        self.kept += 1
