"""What a person sees of a study: runs done, steps a second, the time left."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from msaclag.study.run import CellRun

PLAIN_PERIOD = 60.0
"""s between two lines of progress where there is no terminal."""


class StudyDisplay:
    """A line for each run that ended, and where the study stands: always in view on a terminal, else once a minute."""

    def __init__(self, console: Console) -> None:
        """Print to the console."""
        self._console = console
        self._live = Live(console=console, refresh_per_second=2, transient=True)
        self._done = self._cells = self._goal = self._steps_of_ended = self._before = 0
        self._begun = self._told = time.monotonic()
        self._first_steps: dict[str, int] = {}

    def say(self, line: str) -> None:
        """Print a line."""
        self._console.print(line, soft_wrap=True)

    @contextmanager
    def shown(self, runs: Sequence[CellRun]) -> Iterator[None]:
        """While `runs` are trained."""
        whole = [run for run in runs if run.whole]
        self._cells, self._done = len(runs), len(whole)
        self._first_steps = {run.cell.name: run.steps for run in runs if run not in whole}
        self._goal = sum(run.total_steps for run in runs if run not in whole) - sum(self._first_steps.values())
        self.say(f"{len(runs)} runs, {len(whole)} of them whole, {self._goal} steps to go")
        if not self._console.is_terminal:
            yield
            return
        with self._live:
            yield

    def show_end(self, run: CellRun) -> None:
        """Tell of a run that has ended."""
        self._done += 1
        self._steps_of_ended += run.total_steps - self._first_steps[run.cell.name]
        end = "done" if run.whole else f"FAILED (exit code {run.exit_code}): {run.last_words} ({run.log})"
        self.say(f"{run.cell.name}: {end}")

    def show_standing(self, training: Sequence[CellRun]) -> None:
        """Show where the study stands with those in `training`."""
        if self._console.is_terminal:
            lines = [f"  {run.cell.name}  {run.steps}/{run.total_steps}" for run in training]
            self._live.update(Group(Text(self._standing(training)), *(Text(line, style="dim") for line in lines)))
        elif time.monotonic() - self._told >= PLAIN_PERIOD:
            self._told = time.monotonic()
            self.say(self._standing(training))

    def _standing(self, training: Sequence[CellRun]) -> str:
        steps = self._steps_of_ended + sum(max(0, run.steps - self._first_steps[run.cell.name]) for run in training)
        rate = steps / (time.monotonic() - self._begun)
        left = _duration((self._goal - steps) / rate) if rate > 0 else "?"
        return f"{self._done} of {self._cells} runs, {steps}/{self._goal} steps, {rate:.0f} steps/s, {left} left"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
