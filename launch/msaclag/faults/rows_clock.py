"""A wall clock that jumps while the graph runs: libfaketime shifts it for the nodes; the monotonic one goes on."""

import os
import time
from collections.abc import Callable, Sequence
from glob import glob
from pathlib import Path

from msaclag.faults.row import Row
from msaclag.faults.stage import ENV, LEARNER, RECORDER, Stage

LIBRARY = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib*/faketime/libfaketimeMT.so.1")
OFFSET = "clock"
"""File that says by how much, in the stage's folder."""
CACHED = 1
"""s until every process has seen it."""
HOUR = 3600


def _library() -> str:
    return next((file for pattern in LIBRARY for file in glob(pattern)), "")


def _lacking() -> str:
    return "" if _library() else "libfaketime is not installed (apt install libfaketime)"


def _prefixes(folder: Path) -> dict[str, Sequence[str]]:
    _shift(folder, 0)
    variables = {
        "LD_PRELOAD": _library(),
        "FAKETIME_TIMESTAMP_FILE": str(folder / OFFSET),
        "FAKETIME_CACHE_DURATION": str(CACHED),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    command = ["env", *(f"{name}={value}" for name, value in variables.items())]
    return {name: command for name in (ENV, LEARNER, RECORDER)}


def _shift(folder: Path, seconds: int) -> None:
    aside = folder / f"{OFFSET}.partial"
    aside.write_text(f"{seconds:+d}\n")
    os.replace(aside, folder / OFFSET)


def _jump(seconds: int) -> Callable[[Stage], float]:
    def strike(stage: Stage) -> float:
        struck = time.monotonic()
        _shift(stage.folder.parent, seconds)
        stage.sleep(2 * CACHED)
        return struck

    return strike


ROWS = tuple(
    Row(name, about, _jump(seconds), stands=False, prefixes=_prefixes, lacking=_lacking)
    for name, about, seconds in (
        ("clock_forward", "wall clock jumps forward by 1 h", HOUR),
        ("clock_back", "wall clock jumps back by 1 h", -HOUR),
    )
)
