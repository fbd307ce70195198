"""A wall clock that jumps while the graph runs: a preloaded library shifts it for the nodes, and it alone."""

import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msaclag.faults.row import Row
from msaclag.faults.stage import ENV, LEARNER, RECORDER, Stage

SOURCE = Path(__file__).with_name("shifted_clock.c")
LIBRARY, SHIFT = "shifted_clock.so", "shift"
"""Files of a graph whose clock can be shifted; the second holds by how much, in s."""
HOUR, APART = 3600, 10
"""s."""
LASTS = 5.0
"""s that two computers' clocks are apart for: an action's lifespan of 1 s begins when its sender says it does."""


def lacking() -> str:
    """Why the clock cannot be shifted here; empty where it can."""
    return "" if shutil.which("cc") else "no C compiler is installed (apt install gcc)"


def shiftable(folder: Path) -> list[str]:
    """Words before a command whose wall clock `shift` is to move; what they need is made in the folder."""
    shift(folder, 0)
    library = folder / LIBRARY
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE)], check=True)
    return ["env", f"LD_PRELOAD={library}", f"MSACLAG_CLOCK_SHIFT={folder / SHIFT}"]


def shift(folder: Path, seconds: int) -> None:
    """From now on the clock is so many s from the true one."""
    file = folder / SHIFT
    with file.open("r+b" if file.exists() else "wb") as opened:  # in place: it is mapped
        opened.write(struct.pack("l", seconds))


def _of(*names: str) -> Callable[[Path], dict[str, Sequence[str]]]:
    def prefixes(folder: Path) -> dict[str, Sequence[str]]:
        words = shiftable(folder)
        return {name: words for name in names}

    return prefixes


def _jump(seconds: int) -> Callable[[Stage], float]:
    def strike(stage: Stage) -> float:
        struck = time.monotonic()
        shift(stage.folder.parent, seconds)
        return struck

    return strike


def _agree(stage: Stage) -> None:
    shift(stage.folder.parent, 0)


ROWS = (
    *(
        Row(name, about, _jump(seconds), stands=False, prefixes=_of(ENV, LEARNER, RECORDER), lacking=lacking)
        for name, about, seconds in (
            ("clock_forward", "wall clock jumps forward by 1 h", HOUR),
            ("clock_back", "wall clock jumps back by 1 h", -HOUR),
        )
    ),
    Row(
        "clocks_apart",
        f"the learner's computer is {APART} s behind for a while",
        _jump(-APART),
        _agree,
        told="no action in time: soft stop",
        lasts=LASTS,
        prefixes=_of(LEARNER),
        lacking=lacking,
    ),
)
