"""An episode at one instant, so that it can be gone through again from there."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from kinova_pour_env.arm import Arm, ArmError, Repeatable

EPISODE = (
    "observation", "running", "_course", "_action", "_executed", "_violations", "_commands", "_motion", "_ended_step",
)  # fmt: skip
"""Attributes of a task that an episode changes."""


@dataclass(frozen=True, slots=True)
class TaskSnapshot:
    """What a task and its arm are; it can be pickled where the arm's can.

    Attributes:
        arm: the arm's own snapshot.
        episode: what the task knows of the episode, by attribute.
    """

    arm: Any
    episode: dict[str, Any]


def snapshot_of(arm: Arm, task: object) -> TaskSnapshot:
    """A copy of the arm's state, and of the task's episode on it.

    Raises:
        ArmError: the arm is none that can go back.
    """
    return TaskSnapshot(_repeatable(arm).snapshot(), deepcopy({name: getattr(task, name) for name in EPISODE}))


def put_back(arm: Arm, snapshot: TaskSnapshot) -> dict[str, Any]:
    """Put the arm back to a snapshot; gives a copy of the episode, for the task to take over.

    Raises:
        ArmError: the arm is none that can go back, or has other settings than the one of the snapshot.
    """
    _repeatable(arm).restore(snapshot.arm)
    return deepcopy(snapshot.episode)


def _repeatable(arm: Arm) -> Repeatable[Any]:
    if not isinstance(arm, Repeatable):
        raise ArmError(f"{type(arm).__name__} cannot go back to an earlier state: only a simulated arm can")
    return arm
