"""One run of a study: a folder, and the process that trains in it."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from msaclag.study.plan import Cell
from msaclag.terminal import PROGRESS
from msaclag_learner import checkpoint
from msaclag_ros.settings import SettingError

PATIENCE = 30.0
"""s that a run has to leave whole files before it is killed."""
DESCRIPTION = "cell.json"
"""File that says which run of a study lies in a folder."""
LAST_LINES = 4096
"""Bytes of a log in which its last lines are."""


class CellRun:
    """A cell, begun or not; its process while it trains."""

    def __init__(self, cell: Cell, study: Path) -> None:
        """Look at what is there.

        Raises:
            SettingError: the options are wrong, or what is there was run with others.
        """
        self.cell = cell
        self.folder = study / cell.name
        config = cell.training()
        self.total_steps, self._evaluations = config.steps, config.evaluation_episodes
        self._process: subprocess.Popen[bytes] | None = None
        before = _json(self.folder / DESCRIPTION).get("words", list(cell.words))
        if self.begun and before != list(cell.words):
            raise SettingError(
                f"{self.folder} was run with other options ({' '.join(before)}): give the study another --folder"
            )

    @property
    def begun(self) -> bool:
        """Whether there is a checkpoint to go on from."""
        return (self.folder / checkpoint.FILE).exists()

    @property
    def whole(self) -> bool:
        """Whether the run was trained and evaluated to its end."""
        summary = _json(self.folder / "summary.json")
        evaluated: int = summary.get("evaluation", {}).get("episodes", 0)
        trained: int = summary.get("steps", -1)
        return self.begun and trained >= self.total_steps and evaluated >= self._evaluations

    @property
    def exit_code(self) -> int | None:
        """None while it trains; negative if a signal killed it."""
        assert self._process is not None
        return self._process.poll()

    @property
    def steps(self) -> int:
        """Transitions so far, to some seconds."""
        if self._process is not None and (told := PROGRESS.findall(self._last_lines())):
            return min(int(told[-1]), self.total_steps)
        return int(checkpoint.read_about(self.folder / checkpoint.FILE)["step"]) if self.begun else 0

    @property
    def last_words(self) -> str:
        """The last line that it told."""
        lines = self._last_lines().split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it told nothing")

    @property
    def log(self) -> Path:
        """File of all that it tells, of each try the one behind the other."""
        return self.folder / "log.txt"

    def start(self, lock: int) -> None:
        """Begin, or go on from the last checkpoint; the process inherits the file descriptor `lock`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f"{DESCRIPTION}.partial"
        cell = self.cell
        about = {name: getattr(cell, name) for name in ("setting", "algorithm", "variant", "seed", "words")}
        aside.write_text(json.dumps(about, indent=2) + "\n")
        os.replace(aside, self.folder / DESCRIPTION)
        resume = ["--resume"] if self.begun else []
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "msaclag", "train", *cell.words, "--run-dir", str(self.folder), *resume],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # the terminal's Ctrl-C is for the study, which ends its runs itself
                pass_fds=(lock,),
            )

    def ask_to_end(self) -> None:
        """Have it leave a whole checkpoint and end; does not wait."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def wait(self) -> None:
        """Wait for its end, and kill it when it takes too long."""
        assert self._process is not None
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_lines(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LAST_LINES))
            return log.read().decode("utf8", "replace")


def _json(file: Path) -> dict[str, Any]:
    """What stands in the file; nothing where there is none, or not a whole one."""
    try:
        content: dict[str, Any] = json.loads(file.read_text("utf8"))
    except (OSError, json.JSONDecodeError):
        return {}
    return content
