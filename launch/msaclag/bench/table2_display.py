"""What a person sees of `msaclag bench table2`: what ended, what went wrong, and where the rest stands."""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from msaclag_benchmarks.table2.batch import Batch
from msaclag_benchmarks.table2.record import Record

PLAIN_PERIOD = 60.0
"""s between two lines of progress where there is no terminal."""


class Table2Display:
    """A line for each cell that is whole, and the batches under way: in view on a terminal, else once a minute."""

    def __init__(self, console: Console, batches: Sequence[Batch], whole: int) -> None:
        """Of the `batches` to be trained, where `whole` cells are there already."""
        self._console = console
        self._live = Live(console=console, refresh_per_second=2, transient=True)
        self._cells, self._whole = whole + sum(len(batch.seeds) for batch in batches), whole
        self._standing: dict[Batch, int] = {}
        self._left: Collection[Batch] = batches
        self._done = 0
        self._begun = self._told = time.monotonic()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """While they are trained."""
        self.says(f"{self._cells} cells, {self._whole} of them whole")
        if not self._console.is_terminal:
            yield
            return
        with self._live:
            yield

    def stands(self, batch: Batch, steps: int) -> None:
        """A worker has come so far."""
        self._standing[batch] = min(steps, batch.training.steps)

    def wrote(self, record: Record) -> None:
        """A cell is whole."""
        self._whole += 1
        self._done += int(record.settings["training"]["steps"])
        stopped = f"; DIVERGED at step {record.outcome.diverged}" if record.outcome.diverged is not None else ""
        rate = f"{record.steps_per_s:.0f} steps/s" + (f", {record.together} together" if record.together > 1 else "")
        self.says(f"{record.cell}: {record.seconds:.0f} s, {rate}{stopped}")

    def says(self, line: str) -> None:
        """Print a line."""
        self._console.print(line, soft_wrap=True, markup=False)

    def ticks(self, left: Collection[Batch]) -> None:
        """Show where what is `left` stands."""
        self._left = left
        if self._console.is_terminal:
            lines = [f"  {batch.name}  {steps}/{batch.training.steps}" for batch, steps in self._under_way().items()]
            self._live.update(Group(Text(self._summary()), *(Text(line, style="dim") for line in lines)))
        elif time.monotonic() - self._told >= PLAIN_PERIOD:
            self._told = time.monotonic()
            self.says(self._summary())

    def _summary(self) -> str:
        steps = self._done + sum(len(batch.seeds) * steps for batch, steps in self._under_way().items())
        goal = self._done + sum(len(batch.seeds) * batch.training.steps for batch in self._left)
        seconds = time.monotonic() - self._begun
        left = f"{(goal - steps) * seconds / steps / 60:.0f} min left" if steps else "beginning"
        return f"{self._whole} of {self._cells} cells, {steps}/{goal} steps of the agents, {left}"

    def _under_way(self) -> dict[Batch, int]:
        """Steps of what is begun and not over."""
        return {batch: steps for batch, steps in self._standing.items() if steps and batch in self._left}
