"""`msaclag bench SUBJECT`."""

import os
from importlib import import_module
from json import dumps
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from tyro.conf import Positional

from msaclag_ros.settings import SettingError


def bench(
    subject: Positional[Literal["learner", "gradients", "choices", "liquid", "twin", "control", "console", "tasks"]],
    json: Path | None = None,
    threads: int | None = None,
    quick: bool = False,
    seeds: int | None = None,
    only: tuple[str, ...] = (),
    checkpoint: Path | None = None,
) -> None:
    """Measure on this machine, which should do nothing else meanwhile.

        msaclag bench learner --json learner.json
        msaclag bench choices --only safety_share polyak
        msaclag bench twin --json twin.json
        msaclag bench control --json control.json
        msaclag bench console --json console.json
        msaclag bench liquid --checkpoint runs/20260101-120000-train
        msaclag bench tasks --json tasks.json

    Args:
        subject: What to measure.
        json: File to put the figures into.
        threads: Threads of the learner, or motions at once; as many as there are cores if left out.
        quick: Fewer repetitions, for a rough picture.
        seeds: Agents for each choice, 8 if left out; motions of each kind, 6 if left out; for choices and liquid.
        only: Names of the choices to measure, all if left out; for choices.
        checkpoint: Run whose policy moves the mug too; for liquid.
    """
    if threads is not None and threads < 1:
        raise SettingError(f"threads is {threads}; it must be 1 or more, or left out")
    if seeds is not None and seeds < 1:
        raise SettingError(f"seeds is {seeds}; it must be 1 or more, or left out")
    if subject != "choices" and only:
        raise SettingError("--only is for `msaclag bench choices`")
    if subject not in ("choices", "liquid") and seeds:
        raise SettingError("--seeds is for `msaclag bench choices` and `msaclag bench liquid`")
    if subject != "liquid" and checkpoint:
        raise SettingError("--checkpoint is for `msaclag bench liquid`")
    offered: dict[str, dict[str, Any]] = {
        "choices": {"seeds": seeds or 8, "only": only},
        "liquid": {"seeds": seeds or 6, "checkpoint": checkpoint},
    }
    options = offered.get(subject, {})
    if json is not None and not json.absolute().parent.is_dir():
        raise SettingError(f"json: there is no folder {json.absolute().parent}")
    console = Console(highlight=False)
    module = import_module(f"msaclag.bench.{subject}")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"bench {subject}", total=None)
        figures = module.measure(threads, quick, lambda doing: progress.update(task, description=doing), **options)
    console.print(module.table(figures))
    if json is not None:
        aside = json.with_name(f"{json.name}.partial")
        aside.write_text(dumps(figures, indent=2) + "\n")
        os.replace(aside, json)
        console.print(str(json), soft_wrap=True)
