"""What a run has left in its folder: its metrics, and which run it was."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

Series = tuple[NDArray[np.int64], NDArray[np.float64]]


class MetricsError(RuntimeError):
    """A run without metrics that could be drawn."""


class UnfinishedError(MetricsError):
    """A run that can't be compared with others; the message says why."""


class Group(NamedTuple):
    """What runs have in common that differ by their seeds alone."""

    setting: str
    """Row of Table III; empty where the run does not tell."""
    algorithm: str
    variant: str
    """What else sets it apart (see `msaclag.study.plan`); mostly empty."""


@dataclass(frozen=True)
class RecordedRun:
    """A run that was trained and evaluated.

    Attributes:
        folder: where it lies.
        group: what it shares with other seeds.
        seed: its own.
        seconds: of training.
        metrics: each as (transition, value) by its tag.
    """

    folder: Path
    group: Group
    seed: int
    seconds: float
    metrics: dict[str, Series]


def read_metrics(run: Path) -> dict[str, Series]:
    """Each metric of a run as (transition, value) by its tag.

    Raises:
        MetricsError: the folder holds none.
    """
    if not _has_metrics(run):
        raise MetricsError(f"{run} holds no metrics (expected {run / _PATTERN}): is it the folder of a run?")
    logging.getLogger("tensorboard").setLevel(logging.ERROR)  # it warns of each purge of a resumed run
    events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
    events.Reload()
    metrics = {}
    for tag in events.Tags()["scalars"]:
        points = events.Scalars(tag)
        metrics[tag] = (np.array([point.step for point in points]), np.array([point.value for point in points]))
    return metrics


def folders_of_runs(paths: Sequence[Path]) -> list[Path]:
    """The folders of runs among `paths` and below them, in the order of their names, each once.

    Raises:
        MetricsError: there is none in or below a path.
    """
    found: dict[Path, None] = {}
    for path in paths:
        below = [path] if _has_metrics(path) else sorted(each.parent for each in path.glob("**/tensorboard"))
        if not below:
            raise MetricsError(f"there is no run in {path}, nor below it (a run has {_PATTERN})")
        found |= dict.fromkeys(below)
    return list(found)


def recorded(folder: Path) -> RecordedRun:
    """The run in `folder`, trained and evaluated to its end.

    Raises:
        MetricsError: the folder holds no metrics.
        UnfinishedError: the run was not trained, or not evaluated to its end.
    """
    try:
        summary: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf8"))
    except FileNotFoundError as error:
        raise UnfinishedError("it has no summary.json yet: it is under way, or was killed") from error
    metrics = read_metrics(folder)
    if "episode/return" not in metrics:
        raise UnfinishedError("it was not trained, as those of `msaclag eval`")
    evaluated, asked = summary["evaluation"]["episodes"], _evaluation_episodes(folder / "checkpoint.safetensors")
    if evaluated < asked:
        raise UnfinishedError(f"{evaluated} of its {asked} evaluation episodes are done: resume it")
    if "evaluation/return" not in metrics:
        raise UnfinishedError("no evaluation was asked for: resume it with evaluation episodes")
    try:
        cell = json.loads((folder / "cell.json").read_text("utf8"))
    except FileNotFoundError:  # a run of its own
        cell = {}
    group = Group(cell.get("setting", ""), summary["algorithm"], cell.get("variant", ""))
    return RecordedRun(folder, group, summary["seed"], summary["seconds"], metrics)


def by_group(runs: Sequence[RecordedRun]) -> dict[Group, list[RecordedRun]]:
    """The runs of each group, in the order of setting, algorithm, variant."""
    groups: dict[Group, list[RecordedRun]] = {}
    for run in sorted(runs, key=lambda run: (run.group, run.seed)):
        groups.setdefault(run.group, []).append(run)
    return groups


_PATTERN = "tensorboard/events.out.tfevents.*"


def _has_metrics(folder: Path) -> bool:
    return any(folder.glob(_PATTERN))


def _evaluation_episodes(checkpoint: Path) -> int:
    """How many were asked for, of a checkpoint of any format; loads no torch."""
    try:
        with safe_open(checkpoint, framework="numpy") as opened:
            episodes: int = json.loads(opened.metadata()["msaclag"])["about"]["settings"]["evaluation_episodes"]
    except (OSError, SafetensorError, ValueError, LookupError, TypeError) as error:
        raise UnfinishedError(
            f"{checkpoint.name}, which says how many evaluation episodes were asked for, cannot be read: {error}"
        ) from error
    return episodes
