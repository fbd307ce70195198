"""What a person sees of a run: the nodes' lines, a progress bar fed by the learner's status, the table at its end."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:  # or the message LearnerStatus, which has the same fields; neither is needed to run
    from msaclag_learner.status import Status

PLAIN_PERIOD = 10.0
"""s between two lines of progress where there is no terminal."""

PROGRESS = re.compile(r"^[a-z]+ (\d+)/\d+  return ", re.MULTILINE)
"""Finds the steps done in such lines."""

_STYLES = {"[WARN]": "yellow", "[ERROR]": "red", "[FATAL]": "bold red"}


class RunDisplay:
    """Prints the lines of all nodes, and under them where the training stands."""

    def __init__(self, console: Console) -> None:
        """Print to the console; only a terminal gets a bar."""
        self.console = console
        self._bar = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(None),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._bar.add_task("starting", total=None)
        self._live = Live(self._bar, console=console, refresh_per_second=4)
        self._told = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """While it lasts a terminal shows the bar."""
        if not self.console.is_terminal:
            yield
            return
        with self._live:
            yield

    def say(self, name: str, line: str) -> None:
        """Print a line of a node."""
        style = next((style for mark, style in _STYLES.items() if mark in line), "")
        self.console.print(Text.assemble((f"[{name}] ", "cyan"), (line, style)), soft_wrap=True)

    def show(self, status: "Status") -> None:
        """Show where the training stands."""
        if self.console.is_terminal:
            self._bar.update(self._task, description=status.phase, completed=status.step, total=status.steps)
            self._live.update(Group(self._bar, Text(_figures(status), style="dim")))
        elif time.monotonic() - self._told >= PLAIN_PERIOD:
            self._told = time.monotonic()
            self.console.print(f"{status.phase} {status.step}/{status.steps}  {_figures(status)}", soft_wrap=True)


def _figures(status: "Status") -> str:
    figures = {
        "return": f"{status.mean_return:.1f}",
        "success": f"{status.success_rate:.2f}",
        "violations": f"{status.violation_rate:.2f}",
        "ε": f"{status.threshold:.3f}",
        "ν": f"{status.multiplier:.2f}",
        "α": f"{status.temperature:.3f}",
        "steps/s": f"{status.steps_per_s:.1f}",
        "updates/s": f"{status.updates_per_s:.1f}",
    }
    return "  ".join(f"{name} {figure}" for name, figure in figures.items())


def summary_table(run_dir: Path) -> Table | None:
    """The table of what a run reached, None if it left no summary."""
    try:
        summary: dict[str, Any] = json.loads((run_dir / "summary.json").read_text("utf8"))
    except (OSError, json.JSONDecodeError):
        return None
    training, evaluation = summary.get("training", {}), summary.get("evaluation", {})
    table = Table(title=f"{summary.get('steps', 0)} steps, {summary.get('updates', 0)} updates", title_justify="left")
    for column in ("", "training", "evaluation"):
        table.add_column(column, justify="right" if column else "left")
    table.add_row("episodes", _cell(summary.get("episodes")), _cell(evaluation.get("episodes")))
    for key in ("return", "success_rate", "violation_rate", "poured", "spilled"):
        table.add_row(key.replace("_", " "), _cell(training.get(key)), _cell(evaluation.get(key)))
    table.add_section()
    for name, key in {"ε": "threshold", "ν": "multiplier", "α": "temperature"}.items():
        table.add_row(name, _cell(summary.get(key)), "")
    for key in ("seconds", "steps_per_s", "updates_per_s"):
        table.add_row(key.replace("_per_s", "/s"), _cell(summary.get(key)), "")
    return table


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.4g}"
