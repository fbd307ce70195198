"""Figures of a cell, and its curves, from its record."""

import csv
import io
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from msaclag_benchmarks.table2.outcome import Columns
from msaclag_benchmarks.table2.record import Record

LATE = 0.2
"""Share of the training at its end over which the paper's figures "during the learning process" are taken here, and the
window of a curve."""
POINTS = 100
"""Of a curve."""
EPISODIC = ("return", "violation", "success")
TUNED = ("temperature", "threshold", "multiplier")


class Summary(NamedTuple):
    """Figures of a cell; NaN where there is none."""

    task: str
    algorithm: str
    seed: int
    steps: int
    random_return: float
    """Mean return of the episodes of the warm-up, whose actions are uniformly random."""
    return_: float
    """Mean return of the episodes of late, with the exploring policy; none of an agent that diverged."""
    violation_rate: float
    """Share of them that ended by a violation."""
    success_rate: float
    """Share of them that succeeded."""
    episodes: int
    """How many they are."""
    violations: int
    """In all of the training."""
    evaluation_return: float
    """Mean return with the deterministic policy."""
    evaluation_violation_rate: float
    evaluation_success_rate: float
    evaluation_episodes: int
    temperature: float
    """α at the end."""
    threshold: float
    """ε at the end."""
    multiplier: float
    """ν at the end."""
    diverged: int | None
    """Step at which the agent was stopped, for its actions were no longer finite."""
    seconds: float
    """Wall time of all that were trained together."""
    together: int
    steps_per_s: float
    code: str
    device: str

    @classmethod
    def of(cls, record: Record) -> "Summary":
        """The figures of `record`."""
        training, outcome = record.settings["training"], record.outcome
        late = _since(outcome.episodes, (1 - LATE) * training["steps"])
        if outcome.diverged is not None:
            late = {name: [] for name in late}
        early = [
            value
            for end, value in zip(outcome.episodes["end"], outcome.episodes["return"], strict=True)
            if end <= training["warmup"]
        ]
        return cls(
            *record.cell,
            steps=training["steps"],
            random_return=_mean(early),
            return_=_mean(late["return"]),
            violation_rate=_mean(late["violation"]),
            success_rate=_mean(late["success"]),
            episodes=len(late["end"]),
            violations=int(sum(outcome.episodes["violation"])),
            evaluation_return=_mean(outcome.evaluation["return"]),
            evaluation_violation_rate=_mean(outcome.evaluation["violation"]),
            evaluation_success_rate=_mean(outcome.evaluation["success"]),
            evaluation_episodes=len(outcome.evaluation["end"]),
            temperature=_last(outcome.curves, "temperature"),
            threshold=_last(outcome.curves, "threshold"),
            multiplier=_last(outcome.curves, "multiplier"),
            diverged=outcome.diverged,
            seconds=record.seconds,
            together=record.together,
            steps_per_s=record.steps_per_s,
            code=record.code,
            device=record.device,
        )


class Curve(NamedTuple):
    """A figure of a cell over the steps."""

    steps: NDArray[np.float64]
    values: NDArray[np.float64]


def curve(record: Record, name: str) -> Curve:
    """A figure at `POINTS` steps: of `EPISODIC`, the mean of the episodes of the `LATE` share before; else as watched.

    It is NaN where nothing is known yet, or no more, as the agent has diverged.
    """
    steps, stopped = record.settings["training"]["steps"], record.outcome.diverged
    grid = np.linspace(steps / POINTS, steps, POINTS)
    watched = record.outcome.curves
    if name in EPISODIC:
        values = _windowed(record.outcome.episodes, name, grid, LATE * steps)
    elif watched.get(name):
        values = np.interp(grid, watched["step"], watched[name], left=np.nan)
    else:
        values = np.full(POINTS, np.nan)
    return Curve(grid, values if stopped is None else np.where(grid <= stopped, values, np.nan))


def cells_csv(summaries: Sequence[Summary]) -> str:
    """A row for each cell."""
    rows = [[_text(value) for value in summary] for summary in summaries]
    return _csv([[name.rstrip("_") for name in Summary._fields], *rows])


def curves_csv(found: Sequence[Record]) -> str:
    """A row for each point of each curve of each cell, those that are NaN left out."""
    rows = [
        [*record.cell, name, f"{step:.0f}", _text(float(value))]
        for record in found
        for name in (*EPISODIC, *TUNED)
        for step, value in zip(*curve(record, name), strict=True)
        if np.isfinite(value)
    ]
    return _csv([["task", "algorithm", "seed", "figure", "step", "value"], *rows])


def _since(episodes: Columns, step: float) -> Columns:
    """The episodes that ended after `step`; the last one if none did."""
    first = min(int(np.searchsorted(episodes["end"], step, side="right")), max(0, len(episodes["end"]) - 1))
    return {name: values[first:] for name, values in episodes.items()}


def _windowed(episodes: Columns, name: str, grid: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Means of the episodes that ended in the `width` before each step of `grid`, or of the last one before it."""
    sums = np.cumsum([0.0, *episodes[name]])
    stops = np.searchsorted(episodes["end"], grid, side="right")
    starts = np.minimum(np.searchsorted(episodes["end"], grid - width, side="right"), np.maximum(stops - 1, 0))
    counts = stops - starts
    return np.divide(sums[stops] - sums[starts], counts, out=np.full(len(grid), np.nan), where=counts > 0)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else math.nan


def _last(curves: Columns, name: str) -> float:
    return (curves.get(name) or [math.nan])[-1]


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
