"""`msaclag bench SUBJECT`."""

import os
from dataclasses import dataclass
from importlib import import_module
from json import dumps
from pathlib import Path
from typing import Annotated, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from tyro.conf import arg

from msaclag.bench.table2 import table2
from msaclag_ros.settings import SettingError


@dataclass(frozen=True)
class Manner:
    """How to measure, whatever it is."""

    json: Path | None = None
    """File to put the figures into."""
    threads: int | None = None
    """Threads to compute with; as many as there are cores if left out."""
    quick: bool = False
    """Less of everything, for a rough picture."""


How = Annotated[Manner, arg(name="")]


def learner(how: How = Manner()) -> None:
    """Time an update of each algorithm, the textbook's and Stable-Baselines3's; this machine should do nothing else.

    msaclag bench learner --json learner.json
    """
    _measure("learner", how)


def gradients(how: How = Manner()) -> None:
    """Compare the meta-gradients in closed form with those of autograd and of finite differences."""
    _measure("gradients", how)


def choices(how: How = Manner(), seeds: int = 8, only: tuple[str, ...] = ()) -> None:
    """Try what the paper leaves open, one choice after the other, on a task whose optimum is known.

        msaclag bench choices --only safety_share polyak

    Args:
        how: See its fields.
        seeds: Agents for each choice.
        only: Names of the choices to try, all if left out.
    """
    _measure("choices", how, seeds=_positive("seeds", seeds), only=only)


def liquid(how: How = Manner(), seeds: int = 6, checkpoint: Path | None = None) -> None:
    """Compare the slosh model with particles, mug by mug, as many motions at once as there are threads.

        msaclag bench liquid --checkpoint runs/20260101-120000-train

    Args:
        how: See its fields.
        seeds: Motions of each kind.
        checkpoint: Run whose policy moves the mug too.
    """
    _measure("liquid", how, seeds=_positive("seeds", seeds), checkpoint=checkpoint)


def twin(how: How = Manner()) -> None:
    """Time the twin, and training through the graph and in one process; this machine should do nothing else.

    msaclag bench twin --json twin.json
    """
    _measure("twin", how)


def control(how: How = Manner()) -> None:
    """Time the control of the arm while the learner learns; this machine should do nothing else.

    msaclag bench control --json control.json
    """
    _measure("control", how)


def console(how: How = Manner()) -> None:
    """Time the control of the arm with the page of `msaclag console` open and without, in pairs.

    msaclag bench console --json console.json
    """
    _measure("console", how)


def tasks(json: Path | None = None, quick: bool = False) -> None:
    """Run random and scripted policies on the paper's five tasks, and time their steps.

        msaclag bench tasks --json tasks.json

    Args:
        json: File to put the figures into.
        quick: Fewer episodes, for a rough picture.
    """
    _measure("tasks", Manner(json, quick=quick))


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


def _measure(subject: str, how: Manner, **options: Any) -> None:
    """Measure the `subject`, show its table and put its figures into the file."""
    if how.threads is not None:
        _positive("threads", how.threads)
    if (json := how.json) is not None and not json.absolute().parent.is_dir():
        raise SettingError(f"json: there is no folder {json.absolute().parent}")
    terminal = Console(highlight=False)
    module = import_module(f"msaclag.bench.{subject}")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True) as progress:
        task = progress.add_task(f"bench {subject}", total=None)
        figures = module.measure(
            how.threads, how.quick, lambda doing: progress.update(task, description=doing), **options
        )
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
