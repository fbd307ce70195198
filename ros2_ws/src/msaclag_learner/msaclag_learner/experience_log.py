"""What a run has experienced, on disk: raw rows in order of arrival, in segments that are written once.

A segment names the one before it by its digest, and a checkpoint names the last. So what a checkpoint stands for is
whole or refused, and a segment that no checkpoint came to name is passed over. Putting the rows into an `Experience`
again gives the same buffers, to the place in each ring.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from msaclag_learner import checkpoint
from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.checkpoint import CheckpointError

FOLDER = "experience"

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Extent:
    """How far a log reaches: transitions and first states from the run's beginning on."""

    transitions: int = 0
    first_states: int = 0

    @property
    def rows(self) -> int:
        """Rows of both kinds."""
        return self.transitions + self.first_states


@dataclass(frozen=True)
class Mark:
    """A place in a log that lies on disk: its extent, and the segment that ends there (empty at the beginning)."""

    extent: Extent = Extent()
    segment: str = ""
    digest: str = ""

    def as_dict(self) -> dict[str, int | str]:
        """For a file's header."""
        return {**self.extent.__dict__, "segment": self.segment, "digest": self.digest}

    @classmethod
    def from_dict(cls, entries: dict[str, int | str]) -> "Mark":
        """What `as_dict` told."""
        extent = Extent(int(entries["transitions"]), int(entries["first_states"]))
        return cls(extent, str(entries["segment"]), str(entries["digest"]))


class ExperienceLog:
    """The rows of one agent's run."""

    def __init__(self, run_dir: Path, layout: TransitionLayout) -> None:
        """An empty log, below the folder of the run; nothing is made there until `write`."""
        self.folder, self._layout = run_dir / FOLDER, layout
        self.written = Mark()
        self._transitions: list[Array] = []
        self._first_states: list[Array] = []

    @property
    def extent(self) -> Extent:
        """All that was appended, whether written or not."""
        written = self.written.extent
        return Extent(written.transitions + len(self._transitions), written.first_states + len(self._first_states))

    def append(self, row: Array) -> None:
        """Append the row of a transition."""
        self._transitions.append(row)

    def append_first_state(self, row: Array) -> None:
        """Append a first state."""
        self._first_states.append(row)

    def write(self) -> Mark:
        """Bring all rows to disk, in one segment; returns where the log on disk then ends.

        Raises:
            CheckpointError: the segment cannot be written; its rows stay in memory, to be written later.
        """
        begin, extent = self.written, self.extent
        if extent != begin.extent:
            name = f"{begin.extent.rows:09d}-{extent.rows:09d}.safetensors"
            tensors = {
                "transitions": _stack(self._transitions, self._layout.width),
                "first_states": _stack(self._first_states, self._layout.state_size),
            }
            digest = checkpoint.write(self.folder / name, tensors, {"after": begin.as_dict()})
            self.written = Mark(extent, name, digest)
            self._transitions.clear()
            self._first_states.clear()
        return self.written

    def read(self, end: Mark) -> Iterator[tuple[Tensor, Tensor]]:
        """Transitions [N, width] and first states [M, S] of each segment up to `end`; appending goes on behind it.

        Raises:
            CheckpointError: a segment is missing, damaged, or not the one that was written.
        """
        for mark in self._segments(end):
            tensors, _, digest = checkpoint.read(self.folder / mark.segment)
            if digest != mark.digest:
                raise _broken(self.folder / mark.segment, "it is not the segment that the checkpoint was written with")
            yield tensors["transitions"], tensors["first_states"]
        self.written = end

    def _segments(self, end: Mark) -> list[Mark]:
        """The ends of all segments up to `end`, in order."""
        marks, mark = [], end
        while mark.segment:
            marks.append(mark)
            file = self.folder / mark.segment
            if not file.is_file():
                raise _broken(file, "it is missing")
            before = _before(file)
            if before is None or before.extent.rows >= mark.extent.rows:
                raise _broken(file, "it is another file")
            mark = before
        return marks[::-1]


def _before(file: Path) -> Mark | None:
    """Where the log ended before a segment; None where that does not tell, or is damaged."""
    try:
        return Mark.from_dict(checkpoint.read_about(file)["after"])
    except (KeyError, TypeError, ValueError):
        return None


def _stack(rows: list[Array], width: int) -> Tensor:
    return torch.from_numpy(np.stack(rows)) if rows else torch.empty(0, width)


def _broken(file: Path, reason: str) -> CheckpointError:
    return CheckpointError(
        f"the run's experience is not whole, {file}: {reason}; take it from a copy, or begin a run of another run_dir "
        "from the networks alone, by `checkpoint`"
    )
