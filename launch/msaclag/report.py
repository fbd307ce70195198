"""`msaclag report`: figures and tables of runs."""

import os
from pathlib import Path
from typing import Annotated

from rich.console import Console
from tyro.conf import Positional, arg

from msaclag import comparison, comparison_table, figures
from msaclag.recorded_run import MetricsError, UnfinishedError, by_group, folders_of_runs, recorded


def report(
    paths: Positional[Annotated[tuple[Path, ...], arg(metavar="RUN|STUDY")]],
    out: Path | None = None,
) -> None:
    """Draw a run: return, success, violations, ε, ν, α, acceleration, jerk. Or compare several runs, or a study's.

        msaclag report runs/20260101-120000-pour_coffee_sim
        msaclag report runs/table3

    Several runs are grouped by setting, algorithm and variant, as the study that trained them says; their seeds give
    the confidence bands and intervals of the figures and of the tables (Markdown and CSV).

    Args:
        paths: Folders of runs of `msaclag up`, `msaclag train` or ros2 launch, or folders that hold such.
        out: Folder for a comparison; the folder `report` in the first path if left out.
    """
    if not paths:
        raise MetricsError("name the folder of a run or of a study")
    folders = folders_of_runs(paths)
    written = (
        figures.draw(paths[0])
        if folders == [*paths] and len(paths) == 1
        else _compare(folders, out or paths[0] / "report")
    )
    for file in written:
        print(file)


def _compare(folders: list[Path], out: Path) -> list[Path]:
    console = Console(stderr=True, highlight=False)
    runs = []
    for folder in folders:
        try:
            runs.append(recorded(folder))
        except UnfinishedError as error:
            console.print(f"{folder} is left out: {error}", soft_wrap=True)
    if not runs:
        raise MetricsError("no run was trained and evaluated to its end, so there is nothing to compare")
    groups = by_group(runs)
    out.mkdir(parents=True, exist_ok=True)
    tables = {"table.md": comparison_table.markdown(groups), "table.csv": comparison_table.as_csv(groups)}
    files = comparison.draw(groups, out)
    for name, text in tables.items():
        aside = out / f"{name}.partial"
        aside.write_text(text, "utf8")
        os.replace(aside, out / name)
        files.append(out / name)
    print(tables["table.md"])
    return files
