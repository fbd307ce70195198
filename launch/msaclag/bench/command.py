"""`msaclag bench SUBJECT`."""

import os
from importlib import import_module
from json import dumps
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from msaclag.bench.table2 import table2
from msaclag_ros.settings import SettingError


def learner(json: Path | None = None, threads: int | None = None, quick: bool = False) -> None:
    """Time an update of each algorithm, the textbook's and Stable-Baselines3's; this machine should do nothing else.

        msaclag bench learner --json learner.json

    Args:
        json: File to put the figures into.
        threads: Threads of an update; as many as there are cores if left out.
        quick: Fewer repetitions, for a rough picture.
    """
    _measure("learner", json, threads, quick)


def gradients(json: Path | None = None, threads: int | None = None, quick: bool = False) -> None:
    """Compare the meta-gradients in closed form with those of autograd and of finite differences.

    Args:
        json: File to put the figures into.
        threads: Threads; as many as there are cores if left out.
        quick: Fewer repetitions.
    """
    _measure("gradients", json, threads, quick)


def choices(
    json: Path | None = None,
    threads: int | None = None,
    quick: bool = False,
    seeds: int = 8,
    only: tuple[str, ...] = (),
) -> None:
    """Try what the paper leaves open, one choice after the other, on a task whose optimum is known.

        msaclag bench choices --only safety_share polyak

    Args:
        json: File to put the figures into.
        threads: Threads of the learner; as many as there are cores if left out.
        quick: Fewer updates, for a rough picture.
        seeds: Agents for each choice.
        only: Names of the choices to try, all if left out.
    """
    _measure("choices", json, threads, quick, seeds=_positive("seeds", seeds), only=only)


def liquid(
    json: Path | None = None,
    threads: int | None = None,
    quick: bool = False,
    seeds: int = 6,
    checkpoint: Path | None = None,
) -> None:
    """Compare the slosh model with particles, mug by mug.

        msaclag bench liquid --checkpoint runs/20260101-120000-train

    Args:
        json: File to put the figures into.
        threads: Motions at once; as many as there are cores if left out.
        quick: Fewer motions, for a rough picture.
        seeds: Motions of each kind.
        checkpoint: Run whose policy moves the mug too.
    """
    _measure("liquid", json, threads, quick, seeds=_positive("seeds", seeds), checkpoint=checkpoint)


def twin(json: Path | None = None, threads: int | None = None, quick: bool = False) -> None:
    """Time the twin, and training through the graph and in one process; this machine should do nothing else.

        msaclag bench twin --json twin.json

    Args:
        json: File to put the figures into.
        threads: Threads of the learner; as many as there are cores if left out.
        quick: Fewer repetitions, for a rough picture.
    """
    _measure("twin", json, threads, quick)


def control(json: Path | None = None, threads: int | None = None, quick: bool = False) -> None:
    """Time the control of the arm while the learner learns; this machine should do nothing else.

        msaclag bench control --json control.json

    Args:
        json: File to put the figures into.
        threads: Threads of the learner; as many as there are cores if left out.
        quick: Fewer repetitions, for a rough picture.
    """
    _measure("control", json, threads, quick)


def console(json: Path | None = None, threads: int | None = None, quick: bool = False) -> None:
    """Time the control of the arm with the page of `msaclag console` open and without, in pairs.

        msaclag bench console --json console.json

    Args:
        json: File to put the figures into.
        threads: Threads of the learner; as many as there are cores if left out.
        quick: Fewer repetitions, for a rough picture.
    """
    _measure("console", json, threads, quick)


def tasks(json: Path | None = None, quick: bool = False) -> None:
    """Run random and scripted policies on the paper's five tasks, and time their steps.

        msaclag bench tasks --json tasks.json

    Args:
        json: File to put the figures into.
        quick: Fewer episodes, for a rough picture.
    """
    _measure("tasks", json, None, quick)


SUBJECTS = {
    "learner": learner,
    "gradients": gradients,
    "choices": choices,
    "liquid": liquid,
    "twin": twin,
    "control": control,
    "console": console,
    "tasks": tasks,
    "table2": table2,
}
"""The functions whose signatures and docstrings are the command line, by the name of the subject."""


def _measure(subject: str, json: Path | None, threads: int | None, quick: bool, **options: Any) -> None:
    """Measure the `subject`, show its table and put its figures into the file."""
    if threads is not None:
        _positive("threads", threads)
    if json is not None and not json.absolute().parent.is_dir():
        raise SettingError(f"json: there is no folder {json.absolute().parent}")
    terminal = Console(highlight=False)
    module = import_module(f"msaclag.bench.{subject}")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True) as progress:
        task = progress.add_task(f"bench {subject}", total=None)
        figures = module.measure(threads, quick, lambda doing: progress.update(task, description=doing), **options)
    terminal.print(module.table(figures))
    if json is not None:
        aside = json.with_name(f"{json.name}.partial")
        aside.write_text(dumps(figures, indent=2) + "\n")
        os.replace(aside, json)
        terminal.print(str(json), soft_wrap=True)


def _positive(name: str, number: int) -> int:
    if number < 1:
        raise SettingError(f"{name} is {number}; it must be 1 or more")
    return number
