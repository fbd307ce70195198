"""`msaclag faults`."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from msaclag_ros.settings import SettingError

if TYPE_CHECKING:
    from msaclag.faults.row import Outcome

FAILED = 1


def faults(
    json: Path | None = None,
    rounds: Annotated[int, Field(ge=1)] = 5,
    rows: tuple[str, ...] = (),
    seed: int = 0,
    soak: Annotated[float, Field(gt=0)] | None = None,
) -> int:
    """Let everything go wrong that can, on the graph with an emulated arm, and see what comes of it.

        msaclag faults --json faults.json
        msaclag faults --rounds 1 --rows kill_learner estop
        msaclag faults --soak 120 --json soak.json

    Each row is one fault, at a random moment of a training run: how soon the arm stands, whether it ever passes its
    limits, whether each transition is learned from exactly once, and whether training goes on. Rounds differ in their
    moments. A round of all rows takes some ten minutes; nothing else should run meanwhile. Ctrl-C ends it: the file and
    the table hold what was done. Exit code: 0 if nothing was lost, doubled, exceeded or left standing, else 1.

    Args:
        json: File to put the figures into, after each row anew; runs and logs of rounds that did not end well are put
            beside it: for faults.json, or without it, into faults.failed.
        rounds: Of each row.
        rows: Names of rows, all if left out.
        seed: Of the moments.
        soak: In place of the matrix: so many minutes of training with a random fault now and then, in which no process
            ends; how memory, files, threads and the control's jitter keep.
    """
    if json is not None and not json.absolute().parent.is_dir():
        raise SettingError(f"json: there is no folder {json.absolute().parent}")
    if not (find_spec("rclpy") and find_spec("msaclag_msgs")):
        raise SettingError("msaclag faults starts the graph, for which ROS is missing here: see README.md")
    if soak is not None:
        return _soak(json, soak, seed)
    from msaclag.bench.machine import machine  # ROS and torch take seconds, which --help need not wait for
    from msaclag.faults.matrix import KEPT, ROWS, play
    from msaclag.faults.row import Outcome
    from msaclag.faults.verdict import figures, table

    by_name = {row.name: row for row in ROWS}
    if unknown := [name for name in rows if name not in by_name]:
        raise SettingError(f"there is no row '{unknown[0]}' (there are: {', '.join(by_name)})")
    wanted = [by_name[name] for name in rows or by_name]
    not_run = {row.name: why for row in wanted if (why := row.lacking())}
    found: dict[str, list[Outcome]] = {}
    kept = (json or Path("faults.json")).with_suffix(KEPT)
    if kept.exists():
        raise SettingError(f"{kept} is of rounds before, which did not end well: move it away, or delete it")
    console = Console(highlight=False)
    about: dict[str, Any] = {"machine": machine(), "seed": seed}
    interrupted = False
    with _progress(console) as tell:
        able = [row for row in wanted if row.name not in not_run]
        try:
            for name, outcome in play(able, rounds, seed, kept, tell):
                found.setdefault(name, []).append(outcome)
                _tell(console, name, outcome)
                _write(json, {**about, **figures(found, wanted, not_run)})
        except KeyboardInterrupt:
            interrupted = True
    whole = {**about, "interrupted": interrupted, **figures(found, wanted, not_run)}
    _write(json, whole)
    console.print(table(whole))
    for place in (json, kept):
        if place is not None and place.exists():
            console.print(str(place), soft_wrap=True)
    return _exit_code(whole)


def _soak(json: Path | None, minutes: float, seed: int) -> int:
    from msaclag.bench.machine import machine
    from msaclag.faults.soak import soak, table

    console = Console(highlight=False)
    about, found = {"machine": machine(), "seed": seed}, dict[str, Any]()
    with suppress(KeyboardInterrupt), _progress(console) as tell:
        for found in soak(minutes, seed, tell):
            _write(json, {**about, **found})
    if not found:
        return FAILED
    console.print(table(found))
    return _exit_code(found)


def _exit_code(figures: dict[str, Any]) -> int:
    return FAILED if any(figures[name] for name in ("lost", "duplicated", "limits_exceeded", "unresumed")) else 0


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Shows what is being done, and for how long."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("the graph starts", total=None)
        yield lambda doing: progress.update(task, description=doing)


def _tell(console: Console, name: str, outcome: "Outcome") -> None:
    troubles = [*outcome.exceeded]
    troubles += [f"{outcome.lost} lost"] * bool(outcome.lost)
    troubles += [f"{outcome.duplicated} doubled"] * bool(outcome.duplicated)
    stood = [f"stands after {outcome.stood_s:.2f} s"] if outcome.stood_s is not None else []
    style = "" if outcome.good else "red"
    console.print(f"{name}: {', '.join([*stood, outcome.outcome, *troubles])}", style=style, soft_wrap=True)
    if outcome.message:
        console.print(f"  {outcome.message}", style="dim" if outcome.good else "", markup=False, soft_wrap=True)


def _write(file: Path | None, figures: dict[str, Any]) -> None:
    if file is None:
        return
    aside = file.with_name(f"{file.name}.partial")
    aside.write_text(dumps(figures, indent=2) + "\n")
    os.replace(aside, file)
