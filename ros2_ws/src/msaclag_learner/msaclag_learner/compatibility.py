"""What a checkpoint must have in common with the run that starts from it, or goes on with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from msaclag_learner import checkpoint
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.configuration import TrainingConfig

MEANING = (
    "hidden",
    "value_scale",
    "normalise_states",
    "multiplier_form",
    "threshold_form",
    "temperature_form",
    "policy_optimiser",
    "multiplier_optimiser",
    "threshold_optimiser",
    "temperature_optimiser",
)
"""Settings of the algorithm that say what the numbers in a checkpoint are."""
FREE_ON_RESUME = {
    "steps",
    "evaluation_episodes",
    "checkpoint_every",
    "threads",
    "run_dir",
    "checkpoint",
    "demonstrations",
    "resume",
}
"""Settings that may differ from those the run was begun with; other `threads` may round otherwise."""


def identity(config: TrainingConfig, task: str, state_size: int, action_size: int) -> dict[str, Any]:
    """What tells whether the numbers in a checkpoint fit a run, for the checkpoint's header."""
    algorithm = settings(config)["algorithm"]
    return {
        "task": task,
        "algorithm": algorithm["name"],
        "state_size": state_size,
        "action_size": action_size,
        **{name: algorithm[name] for name in MEANING},
    }


def settings(config: TrainingConfig) -> dict[str, Any]:
    """All settings, for the checkpoint's header."""
    written: dict[str, Any] = TypeAdapter(TrainingConfig).dump_python(config, mode="json")
    return written


def check_identity(file: Path, about: dict[str, Any], here: dict[str, Any]) -> None:
    """See that the checkpoint's numbers mean here what they meant there.

    Raises:
        CheckpointError: naming each difference.
    """
    differing = [
        f"{name} {about.get(name)}, this run has {value}" for name, value in here.items() if about.get(name) != value
    ]
    if differing:
        raise CheckpointError(f"the checkpoint {file} has {'; it has '.join(differing)}: name one that fits")


def check_settings(file: Path, about: dict[str, Any], config: TrainingConfig) -> None:
    """See that a run goes on with the settings it was begun with.

    Raises:
        CheckpointError: naming each that differs.
    """
    before, here = _dotted(about["settings"]), _dotted(settings(config))
    differing = [
        f"{name} was {before.get(name)}, now it is {here.get(name)}"
        for name in sorted(before.keys() | here.keys())
        if name not in FREE_ON_RESUME and before.get(name) != here.get(name)
    ]
    if differing:
        raise CheckpointError(
            f"the run of {file} cannot be resumed with other settings: {'; '.join(differing)}. Give them as they were, "
            "or begin a run of another run_dir from its networks, by `checkpoint`"
        )


def check_conditions(file: Path, before: Mapping[str, Any], here: Mapping[str, Any], *but: str) -> None:
    """See that the task meant the same when `file` was made, leaving out the conditions that begin with one of `but`.

    Raises:
        CheckpointError: naming each condition that differs.
    """
    there, now = _dotted(dict(before)), _dotted(dict(here))
    differing = [
        f"{name} was {there.get(name)}, now it is {now.get(name)}"
        for name in sorted(there.keys() | now.keys())
        if there.get(name) != now.get(name) and not name.startswith(but)
    ]
    if differing:
        raise CheckpointError(
            f"{file} is of the task under other conditions: {'; '.join(differing)}. Give them as they were, or name a "
            "file that fits"
        )


def refuse_to_overwrite(run_dir: Path) -> None:
    """See that a new run has a folder of its own.

    Raises:
        CheckpointError: the folder holds the checkpoint of another run.
    """
    if (run_dir / checkpoint.FILE).exists():
        raise CheckpointError(
            f"{run_dir} holds the checkpoint of another run: go on with it by `resume` (--resume, or resume:=true in a "
            "launch), or name another run_dir"
        )


def _dotted(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    leaves: dict[str, Any] = {}
    for name, value in tree.items():
        leaves |= _dotted(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return leaves
