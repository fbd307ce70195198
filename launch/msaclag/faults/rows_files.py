"""Files that are damaged while nobody writes them: a node was killed, and finds them so when it is started again."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from msaclag.faults.row import Row
from msaclag.faults.stage import ENV, LEARNER, Stage
from msaclag_learner import checkpoint

COPY = ".before"
OPENED = "the emulated arm listens"
"""What an environment says behind the opening of its log."""


def flip(file: Path, position: int) -> None:
    """Flip a bit.

    Args:
        file: that holds it.
        position: its number from the beginning.
    """
    with file.open("r+b") as opened:
        opened.seek(position // 8)
        (byte,) = opened.read(1)
        opened.seek(position // 8)
        opened.write(bytes([byte ^ 1 << position % 8]))


def _newest_log(stage: Stage) -> Path:
    return max((stage.run_dir / "transitions").glob("*.mcap"))


def _tear_log(stage: Stage) -> float:
    """Power fails while a transition is written: a part of a record lies behind the last whole one."""
    struck = time.monotonic()
    stage.kill(ENV)
    file = _newest_log(stage)
    whole = file.read_bytes()
    with file.open("ab") as opened:
        opened.write(whole[-stage.random.randrange(10, 300) :][:-5])
    return struck


def _flip_in_log(stage: Stage) -> float:
    struck = time.monotonic()
    stage.kill(ENV)
    stage.account.note()
    file = _newest_log(stage)
    shutil.copy2(file, stage.folder)
    flip(file, stage.random.randrange(8 * file.stat().st_size))
    stage.wait(lambda: ENV in stage.running.ended or stage.line(OPENED, struck), "the environment has read its log")
    if ENV in stage.running.ended:  # nothing says any more which log it is of: a person takes it from a copy
        shutil.copy2(stage.folder / file.name, file)
    return struck


def _end_learner(stage: Stage) -> float:
    """SIGKILL; its training process leaves whole files and ends."""
    trainer, struck = stage.trainer(), time.monotonic()
    stage.kill(LEARNER)
    with suppress(psutil.NoSuchProcess):
        trainer.wait(20)
    return struck


def _damage(find: Callable[[Stage], Path]) -> tuple[Callable[[Stage], float], Callable[[Stage], None]]:
    """A flipped bit in a file of the learner, and a person who takes it from a copy."""

    def strike(stage: Stage) -> float:
        struck = _end_learner(stage)
        file = find(stage)
        shutil.copy2(file, f"{file}{COPY}")
        flip(file, stage.random.randrange(8 * file.stat().st_size))
        return struck

    def relieve(stage: Stage) -> None:
        for copy in stage.run_dir.rglob(f"*{COPY}"):
            copy.replace(str(copy).removesuffix(COPY))

    return strike, relieve


def _newest_experience(stage: Stage) -> Path:
    """The segment that the checkpoint names."""
    name = checkpoint.read_about(stage.run_dir / checkpoint.FILE)["experience"]["segment"]
    return stage.run_dir / "experience" / str(name)


_flip_in_checkpoint, _mend_checkpoint = _damage(lambda stage: stage.run_dir / checkpoint.FILE)
_flip_in_experience, _mend_experience = _damage(_newest_experience)
REFUSED = "take it from a copy|has format"
ROWS = (
    Row("torn_log", "torn tail: log", _tear_log, told="cut to its last whole transition"),
    Row("flipped_log", "a flipped bit: log", _flip_in_log),
    Row(
        "flipped_checkpoint", "a flipped bit: checkpoint", _flip_in_checkpoint, _mend_checkpoint, REFUSED, refused=True
    ),
    Row(
        "flipped_experience", "a flipped bit: experience", _flip_in_experience, _mend_experience, REFUSED, refused=True
    ),
)
