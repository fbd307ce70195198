"""What the learner's node and the process that trains for it tell each other, over a pipe.

The node calls methods of a `TrainingRun`, in order and without waiting; the trainer reports how far it has come. Both
ends are of one installation and one machine, and nothing is stored: messages are pickled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msaclag_learner.acting import Weights
from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.followed import Followed
from msaclag_learner.status import Status


@dataclass(frozen=True)
class Begin:
    """What to make a `TrainingRun` of."""

    config: TrainingConfig
    task: str
    state_size: int
    action_size: int
    conditions: Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """A method of the `TrainingRun` to call."""

    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Save:
    """Write a checkpoint now, and say whether that was possible."""


@dataclass(frozen=True)
class End:
    """Leave whole files, and end."""


@dataclass(frozen=True)
class Report:
    """Where the run stands.

    Attributes:
        carried_out: calls so far.
        weights: of the policy that acts.
        trained: all transitions asked for were gathered.
        evaluated: all evaluation episodes were run.
        wants_initial_state: a reset is to be made for D₀ alone.
        warming_up: actions are to be random.
        due: updates that are called for and were not made.
        caught_up: at most one step's updates are missing.
        followed: how far the environment's log was taken in.
        status: the same for a person.
    """

    carried_out: int
    weights: Weights
    trained: bool
    evaluated: bool
    wants_initial_state: bool
    warming_up: bool
    due: int
    caught_up: bool
    followed: Followed
    status: Status


@dataclass(frozen=True)
class Saved:
    """Whether a checkpoint could be written, and what to say of it."""

    success: bool
    message: str


@dataclass(frozen=True)
class Failed:
    """The trainer cannot go on: the error, and where it came from."""

    error: Exception
    trace: str
