"""Table II with the paper's figures beside ours, what the tasks say together, and how long it took; in Markdown."""

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

from msaclag_benchmarks.table2.paper import ALGORITHMS, TABLE_II, TASKS
from msaclag_benchmarks.table2.statistics import (
    Estimate,
    interquartile_mean,
    mean,
    probability_of_improvement,
)
from msaclag_benchmarks.table2.summary import LATE, Summary

OURS = "meta_sac_lag"
"""Which is compared with each other algorithm."""
NOTE_OF_TASKS = (
    "Means over the seeds with the 95 % interval of the mean (Student's t, cut off where the figure cannot be; seeds "
    "that agree exactly have one of no width); the best of a task is bold. Return and violations: of the episodes that "
    f"ended in the last {LATE:.0%} of the training, with the exploring policy, as the paper's, so many of an agent; "
    "violations in all: of the whole training, of an agent; deterministic: episodes with the deterministic policy "
    "after it."
)
NOTE_OF_ALL = (
    "Interquartile means over all tasks and seeds with 95 % stratified bootstrap intervals (Agarwal et al. 2021), "
    "which few seeds make too narrow. Normalised return: of late, 0 is that of random actions, 1 that of the script "
    "that solves the task. P: how probable it is that a seed of Meta SAC-Lag does better than one of the other, in the "
    "mean over the tasks; an interval that holds ½ tells nothing."
)


class _Column(NamedTuple):
    """A figure of Table II."""

    heading: str
    of: Callable[[Summary], float]
    decimals: int
    sign: int
    """Of what is better: more or less; 0 where neither is."""
    within: tuple[float, float] = (0.0, math.inf)
    """What it can be."""
    printed: int | None = None
    """Which of the paper's figures stands beside it."""


ANY, SHARE = (-math.inf, math.inf), (0.0, 1.0)
_COLUMNS = (
    _Column("return", lambda each: each.return_, 2, 1, ANY, 0),
    _Column("violations", lambda each: each.violation_rate, 2, -1, SHARE, 1),
    _Column("of episodes", lambda each: each.episodes, 0, 0),
    _Column("violations in all", lambda each: each.violations, 0, -1),
    _Column("return, deterministic", lambda each: each.evaluation_return, 2, 1, ANY),
    _Column("violations, deterministic", lambda each: each.evaluation_violation_rate, 2, -1, SHARE),
    _Column("success, deterministic", lambda each: each.evaluation_success_rate, 2, 1, SHARE),
)


def markdown(summaries: Sequence[Summary], *, one_code: bool = True) -> str:
    """All tables of the cells; what they say together only if they are of one code."""
    parts = [table2(summaries), NOTE_OF_TASKS, *([together(summaries)] if one_code else []), effort(summaries)]
    return "\n\n".join(parts) + "\n"


def table2(summaries: Sequence[Summary]) -> str:
    """A row for each algorithm on each task."""
    heading, rows = ["task", "algorithm", "seeds"], list[list[str]]()
    for column in _COLUMNS:
        heading += [column.heading] if column.printed is None else [column.heading, "paper's"]
    for task in _tasks(summaries):
        cells = [each for each in summaries if each.task == task]
        seeds = {name: [each for each in cells if each.algorithm == name] for name in _algorithms(cells)}
        shown: dict[str, list[str]] = {name: [] for name in seeds}
        for column in _COLUMNS:
            estimates = {
                name: mean([column.of(each) for each in those], column.within) for name, those in seeds.items()
            }
            known = [each.value for each in estimates.values() if not math.isnan(each.value)]
            best = max(known, key=lambda value: column.sign * value, default=math.nan) if column.sign else math.nan
            for name, estimate in estimates.items():
                shown[name].append(_shown(estimate, column.decimals, best))
                if column.printed is not None:
                    printed = TABLE_II.get((task, name))
                    shown[name].append(f"{printed[column.printed]:g}" if printed else "–")
        rows += [[TASKS[task].title, ALGORITHMS[name], str(len(seeds[name])), *cells] for name, cells in shown.items()]
    return _table(heading, rows, words=2)


def together(summaries: Sequence[Summary]) -> str:
    """A row for each algorithm, over the tasks that all of them have."""
    names, there = _algorithms(summaries), {(each.task, each.algorithm) for each in summaries}
    shared = [task for task in TASKS if all((task, name) in there for name in names)]
    if not shared:
        return "No task has cells of all these algorithms: nothing can be told over the tasks."
    found = [each for each in summaries if each.task in shared]
    safety, returns = _scores(found, lambda each: -each.violation_rate), _scores(found, _normalised_return)
    rows = []
    for name in names:
        harm = {task: [-value for value in values] for task, values in safety[name].items()}
        compared = [
            _shown(probability_of_improvement(each[OURS], each[name]), 2) if name != OURS and OURS in each else "–"
            for each in (returns, safety)
        ]
        estimates = [_shown(interquartile_mean(each), 2) for each in (returns[name], harm)]
        rows.append([ALGORITHMS[name], *estimates, *compared])
    better = [f"P({ALGORITHMS[OURS]} {word})" for word in ("returns more", "violates less")]
    table = _table(["algorithm", "normalised return", "violations", *better], rows, words=1)
    return f"Over {', '.join(TASKS[task].title for task in shared)}:\n\n{table}\n\n{NOTE_OF_ALL}"


def effort(summaries: Sequence[Summary]) -> str:
    """A row for each task and device: how fast its cells were trained."""
    rows = []
    devices = sorted({each.device for each in summaries})
    for task, device in product(_tasks(summaries), devices):
        cells = [each for each in summaries if (each.task, each.device) == (task, device)]
        if not cells:
            continue
        hours = sum(each.seconds / each.together for each in cells) / 3600
        rates = sorted(each.steps_per_s for each in cells)
        spread = f"{rates[len(rates) // 2]:.0f} ({rates[0]:.0f} to {rates[-1]:.0f})"
        figures = (len(cells), cells[0].steps, spread, f"{hours:.2f}", f"{len(cells) / hours:.3g}")
        rows.append([TASKS[task].title, device, *map(str, figures)])
    heading = [
        "task",
        "device",
        "cells",
        "steps of each",
        "steps/s of a worker",
        "hours of a worker",
        "cells/hour of a worker",
    ]
    return _table(heading, rows, words=2)


def _tasks(summaries: Sequence[Summary]) -> list[str]:
    """Of the cells, in the table's order."""
    there = {each.task for each in summaries}
    return [name for name in TASKS if name in there]


def _algorithms(summaries: Sequence[Summary]) -> list[str]:
    """Of the cells, in the table's order."""
    there = {each.algorithm for each in summaries}
    return [name for name in ALGORITHMS if name in there]


def _scores(summaries: Sequence[Summary], figure: Callable[[Summary], float]) -> dict[str, dict[str, list[float]]]:
    """By algorithm and task."""
    scores: dict[str, dict[str, list[float]]] = {}
    for each in summaries:
        scores.setdefault(each.algorithm, {}).setdefault(each.task, []).append(figure(each))
    return scores


def _normalised_return(summary: Summary) -> float:
    random, solving = TASKS[summary.task].returns
    return (summary.return_ - random) / (solving - random)


def _shown(estimate: Estimate, decimals: int, best: float = math.nan) -> str:
    """An estimate with its interval; bold if it is the `best`."""
    if math.isnan(estimate.value):
        return "–"
    value, low, high = (f"{round(each, decimals) + 0.0:.{decimals}f}" for each in estimate)  # no -0.00
    marked = f"**{value}**" if estimate.value == best else value
    return marked if math.isnan(estimate.low) else f"{marked} [{low}, {high}]"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> str:
    """Markdown; all but the first `words` columns are numbers."""
    rule = "|" + "---|" * words + "---:|" * (len(heading) - words)
    lines = [f"| {' | '.join(cells)} |" for cells in (heading, *rows)]
    return "\n".join([lines[0], rule, *lines[1:]])
