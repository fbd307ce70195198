"""A long training run with a random fault now and then: what grows, what leaks, what is lost, how the control keeps."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import psutil
from rich.table import Table

from kinova_pour_env.gen3 import COMMAND_PERIOD
from msaclag.faults import rows_actions, rows_arm, rows_processes, rows_resets
from msaclag.faults.row import Outcome, Row, run_round
from msaclag.faults.stage import ENV, LEARNER, RECORDER, Stage

SAMPLED = 5.0
"""s between two looks at the processes."""
BETWEEN = (20.0, 40.0)
"""s from the end of a fault to the next one."""
SETTLING = 0.2
"""Share of the time in which memory may grow to its working size."""
PARTS = 10
"""Equal parts of the time, each with its memory and its jitter: what drifts shows."""
KILLS = "kill_"

FAULTS: tuple[Row, ...] = tuple(
    row
    for row in (*rows_processes.ROWS, *rows_actions.ROWS, *rows_arm.ROWS, *rows_resets.ROWS)
    if not row.name.startswith(KILLS)
)
"""Those in which no process ends: what grows would begin anew with each."""


class Sample(NamedTuple):
    """A look at a process.

    Attributes:
        time: s since the beginning.
        memory: bytes that are in memory and its own.
        files: open descriptors.
        threads: of it.
    """

    time: float
    memory: int
    files: int
    threads: int


class Soak:
    """Gathers; ready for JSON at any time by `figures`."""

    def __init__(self) -> None:
        """Nothing has passed."""
        self._begun = time.monotonic()
        self._samples: dict[str, list[Sample]] = defaultdict(list)
        self._jitter: list[tuple[float, float]] = []
        self._heard = self._begun
        self.outcomes: list[tuple[str, Outcome]] = []
        self.seconds = 0.0

    def look(self, stage: Stage) -> None:
        """At the processes, and at what the arm was told since the last look."""
        self.seconds = now = time.monotonic() - self._begun
        for name, process in _processes(stage):
            with suppress(psutil.Error), process.oneshot():
                memory = process.memory_full_info().uss
                self._samples[name].append(Sample(now, memory, process.num_fds(), process.num_threads()))
        since, self._heard = self._heard, time.monotonic()
        orders = [order for order in stage.control.journal(since)["orders"] if order[1] == "SendTwistCommand"]
        for (before, *_), (after, *_) in pairwise(orders):
            if after - before < 2 * COMMAND_PERIOD:  # the others are faults and pauses
                self._jitter.append((now, 1e3 * abs(after - before - COMMAND_PERIOD)))

    def figures(self) -> dict[str, Any]:
        """All that was seen until now."""
        last = [outcome for _, outcome in self.outcomes if outcome.happened]
        return {
            "minutes": self.seconds / 60,
            "faults": len(self.outcomes),
            "transitions": last[-1].happened if last else 0,
            "lost": max((outcome.lost for _, outcome in self.outcomes), default=0),
            "duplicated": max((outcome.duplicated for _, outcome in self.outcomes), default=0),
            "limits_exceeded": sum(bool(outcome.exceeded) for _, outcome in self.outcomes),
            "unresumed": sum(outcome.stuck for _, outcome in self.outcomes),
            "processes": {name: self._growth(samples) for name, samples in self._samples.items() if len(samples) > 2},
            "jitter_p99_ms": parts(self._jitter, self.seconds, lambda found: float(np.percentile(found, 99))),
            "each": [{"row": name, **outcome.as_dict()} for name, outcome in self.outcomes],
        }

    def _growth(self, samples: Sequence[Sample]) -> dict[str, Any]:
        settled = [sample for sample in samples if sample.time >= SETTLING * self.seconds] or list(samples)
        slope = np.polyfit([s.time for s in settled], [s.memory for s in settled], 1)[0] if len(settled) > 2 else 0.0
        return {
            "memory_mb": parts(
                [(s.time, s.memory / 1e6) for s in samples], self.seconds, lambda found: float(np.median(found))
            ),
            "memory_slope_mb_per_h": 3600 * float(slope) / 1e6,
            "files_first": settled[0].files,
            "files_last": settled[-1].files,
            "threads_first": settled[0].threads,
            "threads_last": settled[-1].threads,
        }


def soak(minutes: float, seed: int, tell: Callable[[str], object]) -> Iterator[dict[str, Any]]:
    """Train for so long, with faults.

    Yields:
        The figures until then, after each fault.
    """
    random = Random(f"{seed} soak")
    with TemporaryDirectory(prefix="msaclag_soak_") as folder, Stage(Path(folder) / "graph", random) as stage:
        tell("the graph starts")
        stage.wait_until_training()
        seen = Soak()
        latest = time.monotonic() + 60 * minutes
        with _looked_at(stage, seen):
            while time.monotonic() < latest:
                tell("training")
                pause = min(random.uniform(*BETWEEN), max(0.0, latest - time.monotonic()))
                stage.sleep(pause)
                row = random.choice(FAULTS)
                tell(row.about)
                seen.outcomes.append((row.name, run_round(row, stage)))
                yield seen.figures()


@contextmanager
def _looked_at(stage: Stage, seen: Soak) -> Iterator[None]:
    """While it lasts the stage's waiting looks at the processes every `SAMPLED` s."""
    due = [time.monotonic()]

    def look() -> None:
        if time.monotonic() >= due[0]:
            due[0] = time.monotonic() + SAMPLED
            seen.look(stage)

    stage.meanwhile.append(look)
    try:
        yield
    finally:
        stage.meanwhile.remove(look)


def _processes(stage: Stage) -> Iterator[tuple[str, psutil.Process]]:
    """The nodes by name, and below them what they started: the training process and the guard."""
    for name in (LEARNER, ENV, RECORDER):
        with suppress(psutil.Error):
            process = psutil.Process(stage.pid(name))
            yield name, process
            for child in process.children():
                module = next((word for word in child.cmdline() if word.startswith(("msaclag", "kinova"))), "")
                if module:
                    yield module.rpartition(".")[2], child


def parts(
    series: Sequence[tuple[float, float]], seconds: float, figure: Callable[[list[float]], float]
) -> list[float | None]:
    """A figure of what was seen in each of the `PARTS` of a time; None where nothing was.

    Args:
        series: s since its beginning, and a value.
        seconds: that it took.
        figure: of the values.
    """
    found: list[list[float]] = [[] for _ in range(PARTS)]
    for when, value in series:
        found[min(PARTS - 1, int(PARTS * when / seconds))].append(value)
    return [figure(part) if part else None for part in found]


def table(figures: dict[str, Any]) -> Table:
    """The figures for a person."""
    jitter = [_text(value, 1) for value in figures["jitter_p99_ms"]]
    shown = Table(
        title=f"{figures['minutes']:.0f} min, {figures['faults']} faults, {figures['transitions']} transitions",
        caption=f"{figures['lost']} lost, {figures['duplicated']} doubled, {figures['limits_exceeded']} beyond limits, "
        f"{figures['unresumed']} not resumed; jitter p99, ms, by tenths of the time: {', '.join(jitter)}",
    )
    for heading in ("", "memory, MB", "slope, MB/h", "files", "threads"):
        shown.add_column(heading, justify="right" if heading else "left")
    for name, grown in figures["processes"].items():
        shown.add_row(
            name,
            f"{_text(grown['memory_mb'][0], 0)} → {_text(grown['memory_mb'][-1], 0)}",
            f"{grown['memory_slope_mb_per_h']:+.1f}",
            f"{grown['files_first']} → {grown['files_last']}",
            f"{grown['threads_first']} → {grown['threads_last']}",
        )
    return shown


def _text(value: float | None, digits: int) -> str:
    return "?" if value is None else f"{value:.{digits}f}"
