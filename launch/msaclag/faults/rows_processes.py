"""Processes that die, hang, or are slow."""

import os
import signal
import time
from contextlib import suppress

import psutil

from msaclag.faults.row import Row
from msaclag.faults.stage import ENV, LEARNER, RECORDER, Stage
from msaclag_learner import checkpoint

FROZEN = 5.0
"""s."""
SLOWED, SLOT = 5.0, 0.1
"""s that the learner is slow for, and of which it gets a tenth."""
SAVES = 20
"""Tries to meet a checkpoint that is being written."""


def _kill(stage: Stage, *names: str) -> float:
    struck = time.monotonic()
    stage.kill(*names)
    return struck


def _kill_trainer(stage: Stage) -> float:
    struck = time.monotonic()
    stage.trainer().kill()
    return struck


def _kill_all(stage: Stage) -> float:
    trainer, struck = stage.trainer(), time.monotonic()
    stage.signal(signal.SIGKILL, LEARNER, ENV, RECORDER)
    trainer.kill()
    stage.kill(LEARNER, ENV, RECORDER)
    return struck


def _kill_within_a_checkpoint(stage: Stage) -> float:
    """SIGKILL to the learner and its training process while a file of a checkpoint lies there unfinished."""
    trainer = stage.trainer()
    folders = (stage.run_dir, stage.run_dir / "experience")
    for _ in range(SAVES):
        stage.ears.ask("save_checkpoint")
        latest = time.monotonic() + 2.0
        while time.monotonic() < latest:
            if any(name.endswith(".partial") for folder in folders for name in os.listdir(folder)):
                struck = time.monotonic()
                trainer.kill()
                stage.kill(LEARNER)
                checkpoint.load(stage.run_dir)  # what lies there is whole
                return struck
    return _kill(stage, LEARNER)


def _freeze(stage: Stage, name: str) -> float:
    pid, struck = stage.pid(name), time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    return struck


def _thaw(stage: Stage) -> None:
    stage.signal(signal.SIGCONT, LEARNER, ENV)


def _slow(stage: Stage) -> float:
    """The learner and its training process get a tenth of the time."""
    struck = time.monotonic()
    processes = [psutil.Process(stage.pid(LEARNER)), stage.trainer()]
    while time.monotonic() < struck + SLOWED:
        for process in processes:
            process.suspend()
        time.sleep(0.9 * SLOT)
        for process in processes:
            process.resume()
        time.sleep(0.1 * SLOT)
    return struck


def _resume_all(stage: Stage) -> None:
    _thaw(stage)
    with suppress(psutil.NoSuchProcess):
        stage.trainer().resume()


STARTED = "was ended by SIGKILL and is started again"
ROWS = (
    Row("kill_learner", "SIGKILL: learner", lambda stage: _kill(stage, LEARNER), told=STARTED),
    Row("kill_trainer", "SIGKILL: the learner's training process", _kill_trainer, told="training process has ended"),
    Row("kill_env", "SIGKILL: environment", lambda stage: _kill(stage, ENV), told=STARTED),
    Row("kill_recorder", "SIGKILL: recorder", lambda stage: _kill(stage, RECORDER), told=STARTED, stands=False),
    Row("kill_all", "SIGKILL: all at once", _kill_all, told=STARTED),
    Row("kill_in_checkpoint", "SIGKILL within a checkpoint", _kill_within_a_checkpoint, told=STARTED),
    Row(
        "freeze_learner",
        f"SIGSTOP {FROZEN:g} s: learner",
        lambda stage: _freeze(stage, LEARNER),
        _thaw,
        told="no action in time: soft stop",
        lasts=FROZEN,
    ),
    Row(
        "freeze_env",
        f"SIGSTOP {FROZEN:g} s: environment",
        lambda stage: _freeze(stage, ENV),
        _thaw,
        told="the guard stopped the arm|no command for",
        lasts=FROZEN,
    ),
    Row(
        "slow_learner",
        "learner ten times slower",
        _slow,
        _resume_all,
        told="no action in time: soft stop",
        stands=False,
    ),
)
