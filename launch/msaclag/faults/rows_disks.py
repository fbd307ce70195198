"""Disks that are full or read-only, under the log, the checkpoint and the bag.

A process for which the disk is full gets no byte more into any file (RLIMIT_FSIZE: EFBIG in ENOSPC's place); others
write on. A folder is read-only by its mode, or for root, who passes over that, by its attribute `immutable`.
"""

import os
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from msaclag.faults.row import Row
from msaclag.faults.stage import ENV, LEARNER, RECORDER, Stage

ROOM = 3000
"""Bytes that are left at most: some transitions."""


def _limit(pid: int, size: int) -> None:
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def _largest(folder: Path, pattern: str) -> int:
    return max(file.stat().st_size for file in folder.rglob(pattern))


def _fill_log(stage: Stage) -> float:
    struck, newest = time.monotonic(), max((stage.run_dir / "transitions").glob("*.mcap"))
    _limit(stage.pid(ENV), newest.stat().st_size + stage.random.randrange(ROOM))
    stage.wait_for_line("cannot be written", struck)
    return struck


def _empty_log(stage: Stage) -> None:
    _limit(stage.pid(ENV), resource.RLIM_INFINITY)


def _fill_checkpoint(stage: Stage) -> float:
    _limit(stage.trainer().pid, stage.random.randrange(ROOM))
    stage.wait(lambda: LEARNER in stage.running.ended, "the learner ends")
    return time.monotonic()


def _fill_bag(stage: Stage) -> float:
    struck = time.monotonic()
    _limit(stage.pid(RECORDER), _largest(stage.run_dir, "bag*/*.mcap"))
    return struck


def _lock(folder: Path, *, locked: bool) -> None:
    if os.geteuid() == 0:
        subprocess.run(["chattr", "+i" if locked else "-i", str(folder)], check=True, capture_output=True)
    else:
        folder.chmod(0o555 if locked else 0o755)


def _read_only(folder: Callable[[Stage], Path], name: str) -> tuple[Callable[[Stage], float], Callable[[Stage], None]]:
    """A folder becomes read-only under a node that is started in it anew."""

    def strike(stage: Stage) -> float:
        struck = time.monotonic()
        _lock(folder(stage), locked=True)
        stage.kill(name)
        return struck

    def relieve(stage: Stage) -> None:
        _lock(folder(stage), locked=False)

    return strike, relieve


def _lock_checkpoint(stage: Stage) -> float:
    _lock(stage.run_dir, locked=True)
    stage.wait(lambda: LEARNER in stage.running.ended, "the learner ends")
    return time.monotonic()


def _unlock_checkpoint(stage: Stage) -> None:
    _lock(stage.run_dir, locked=False)


def _lacking_lock() -> str:
    """Root needs a file system with the attribute `immutable`."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        try:
            _lock(Path(folder), locked=True)
        except (OSError, subprocess.CalledProcessError):
            return "root passes over a folder's mode, and chattr +i is not possible here: run it as another user"
        finally:
            if os.geteuid() == 0:
                subprocess.run(["chattr", "-i", folder], check=False, capture_output=True)
        _lock(Path(folder), locked=False)
    return ""


_read_only_log, _writable_log = _read_only(lambda stage: stage.run_dir / "transitions", ENV)
_read_only_bag, _writable_bag = _read_only(lambda stage: stage.run_dir, RECORDER)
ROWS = (
    Row(
        "full_log", "disk full: log", _fill_log, _empty_log, told="cannot be written: .*the arm stands until it can be"
    ),
    Row(
        "full_checkpoint",
        "disk full: checkpoint",
        _fill_checkpoint,
        told="cannot write .*the checkpoint before is untouched",
        refused=True,
    ),
    Row("full_bag", "disk full: bag", _fill_bag, told="the bag .* cannot be written", stands=False, refused=True),
    Row(
        "read_only_log",
        "read-only: log",
        _read_only_log,
        _writable_log,
        told="log of transitions .* cannot be opened",
        refused=True,
        lacking=_lacking_lock,
    ),
    Row(
        "read_only_checkpoint",
        "read-only: checkpoint",
        _lock_checkpoint,
        _unlock_checkpoint,
        told="cannot write .*the checkpoint before is untouched",
        refused=True,
        lacking=_lacking_lock,
    ),
    Row(
        "read_only_bag",
        "read-only: bag",
        _read_only_bag,
        _writable_bag,
        told="the bag .* cannot be made",
        stands=False,
        refused=True,
        lacking=_lacking_lock,
    ),
)
