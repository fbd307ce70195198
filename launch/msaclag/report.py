"""`msaclag report`: figures and tables of runs and of bags."""

import os
from pathlib import Path
from typing import Annotated

from rich.console import Console
from tyro.conf import Positional, arg

from msaclag import comparison, comparison_table, figures
from msaclag.bag.report import is_bag, report_bags
from msaclag.recorded_run import MetricsError, UnfinishedError, by_group, folders_of_runs, recorded


def report(
    paths: Positional[Annotated[tuple[Path, ...], arg(metavar="RUN|STUDY|BAG")]],
    out: Path | None = None,
    episode: int | None = None,
) -> None:
    """Draw a run: return, success, violations, ε, ν, α, acceleration, jerk. Or compare several runs, or a study's.

        msaclag report runs/20260101-120000-pour_coffee_sim
        msaclag report runs/table3
        msaclag report runs/20260101-120000-pour_coffee_real/bag --episode 41

    Several runs are grouped by setting, algorithm and variant, as the study that trained them says; their seeds give
    the confidence bands and intervals of the figures and of the tables (Markdown and CSV).

    Of a bag, cut off or whole, it draws jerk and acceleration over the training, as in the paper's Figure 4, and one
    episode over its time: path, tilt, coffee, speed, acceleration, jerk, reward, cost, ε, ν, α, with its violations and
    resets; both also as CSV. Of bags of several runs it draws the first of these, with a line for each.

    Args:
        paths: Folders of runs of `msaclag up`, `msaclag train` or ros2 launch, or folders that hold such; or bags.
        out: Folder for a comparison or for what comes of bags; the folder `report` in the first path if left out.
        episode: Of a bag, the one to draw; if left out, the last with a violation, else the last.
    """
    if not paths:
        raise MetricsError("name the folder of a run or of a study, or a bag")
    bags = [path for path in paths if is_bag(path)]
    if bags and len(bags) < len(paths):
        raise MetricsError("some of these are bags and some are runs: name either")
    if episode is not None and not bags:
        raise MetricsError("an episode is drawn from a bag: name the bag, e.g. RUN_DIR/bag")
    if bags:
        place = bags[0] if bags[0].is_dir() else bags[0].parent
        written = report_bags(bags, out or place / "report", episode)
    else:
        folders = folders_of_runs(paths)
        alone = folders == [*paths] and len(paths) == 1
        written = figures.draw(paths[0]) if alone else _compare(folders, out or paths[0] / "report")
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
