"""The figures and tables of bags."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from msaclag.bag.contents import Contents, read_contents, read_motion
from msaclag.bag.effort import effort
from msaclag.bag.table import write_episodes, write_motion
from msaclag.bag.timeline import timeline
from msaclag.figures import save


def is_bag(path: Path) -> bool:
    """Whether it is a bag rather than the folder of a run: a folder with MCAP files in it, or such a file."""
    return path.suffix == ".mcap" or any(path.glob("*.mcap"))


def report_bags(paths: Sequence[Path], out: Path, episode: int | None) -> list[Path]:
    """Draw and tabulate; returns the files.

    Args:
        paths: of bags.
        out: folder for them.
        episode: of the timeline; chosen where left out.

    Raises:
        OSError: a bag cannot be read, or a file not be written.
        SettingError: there is nothing to draw, or no such episode.
    """
    console = Console(stderr=True, highlight=False)
    runs = read_contents(paths, console)
    for run in runs:
        _tell(run, console)
    out.mkdir(parents=True, exist_ok=True)
    files = [save(effort(runs), out / "effort.png"), write_episodes(runs, out / "episodes.csv")]
    if len(runs) > 1 and episode is None:
        return files
    return [*files, *_timeline(runs[-1], episode, out, console)]


def _timeline(run: Contents, number: int | None, out: Path, console: Console) -> list[Path]:
    chosen = run.episode(number)
    motion = read_motion(run, chosen, console)
    if not len(motion.times):
        console.print(
            f"no cup_motion of episode {chosen.number} is in {run.name}: no timeline is drawn", style="yellow"
        )
        return []
    name = f"episode_{chosen.number}"
    return [
        save(timeline(run, chosen, motion), out / f"{name}.png"),
        write_motion(chosen, motion, out / f"{name}.csv"),
    ]


def _tell(run: Contents, console: Console) -> None:
    for file in run.files:
        if file.losses:
            console.print(f"{file.path}: {file.losses}", style="yellow", soft_wrap=True)
    if run.missing:
        console.print(
            f"{run.name}: {run.missing} transitions between the first and the last are missing", style="yellow"
        )
