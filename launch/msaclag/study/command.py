"""`msaclag study`: a matrix of runs, some at a time, gone on with where it was cut off."""

import fcntl
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from rich.console import Console
from tyro.conf import Positional, arg

from msaclag.study.display import StudyDisplay
from msaclag.study.plan import read
from msaclag.study.run import CellRun
from msaclag_ros.settings import SettingError

POLL = 0.5
"""s between two looks at the runs."""


def study(
    file: Positional[Path],
    jobs: Annotated[int, arg(help="Runs at a time, of one thread each.")] = 2,
    folder: Path | None = None,
) -> int:
    """Train every run of a study as a process of its own, as `msaclag train` does.

        msaclag study launch/config/studies/table3.yaml
        msaclag report runs/table3

    The same command goes on where it was cut off: what is whole is left alone, what was begun is resumed. A run that
    fails is named, and the others go on.

    Args:
        file: YAML that lists seeds and groups of runs; launch/config/studies has examples.
        jobs: How many.
        folder: Where the runs go; runs/NAME-OF-THE-FILE if left out.
    """
    if jobs < 1:
        raise SettingError(f"jobs is {jobs}; it must be 1 or more")
    cells = read(file)
    place = folder or Path("runs") / file.stem
    place.mkdir(parents=True, exist_ok=True)
    display = StudyDisplay(Console(highlight=False))
    with _alone(place) as lock:
        runs = [CellRun(cell, place) for cell in cells]
        try:
            with display.shown(runs):
                failed = _run_all(runs, jobs, lock, display)
        except KeyboardInterrupt:
            display.say(f"interrupted, all files are whole; this goes on: msaclag study {file} --folder {place}")
            raise
    if failed:
        display.say(f"{len(failed)} of {len(runs)} runs failed; the same command tries them again")
    display.say(f"msaclag report {place}")
    return 1 if failed else 0


def _run_all(runs: Sequence[CellRun], jobs: int, lock: int, display: StudyDisplay) -> list[CellRun]:
    """Train what is not whole; returns the runs that failed."""
    waiting, training, failed = deque(run for run in runs if not run.whole), list[CellRun](), list[CellRun]()
    try:
        while waiting or training:
            while waiting and len(training) < jobs:
                training.append(waiting.popleft())
                training[-1].start(lock)
            time.sleep(POLL)
            ended = [run for run in training if run.exit_code is not None]
            training = [run for run in training if run not in ended]
            failed += [run for run in ended if not run.whole]
            for run in ended:
                display.show_end(run)
            display.show_standing(training)
    finally:
        for run in training:
            run.ask_to_end()
        for run in training:
            run.wait()
    return failed


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """A lock on the folder, as a file descriptor; runs inherit it, so that it outlives a study that was killed.

    Raises:
        SettingError: somebody else holds it.
    """
    descriptor = os.open(folder / "study.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield descriptor
    except BlockingIOError as error:
        raise SettingError(
            f"a study is at work in {folder}, or a run that one left behind: end it, or give another --folder"
        ) from error
    finally:
        os.close(descriptor)
