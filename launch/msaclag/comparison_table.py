"""Tables that compare groups of runs, as Markdown for people and as CSV for everything else."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from msaclag.comparison import label
from msaclag.intervals import ANY, LENGTH, SHARE, over_seeds
from msaclag.recorded_run import Group, RecordedRun

Groups = Mapping[Group, Sequence[RecordedRun]]


class Figure(NamedTuple):
    """A figure of a run.

    Attributes:
        name: in CSV.
        heading: in Markdown, with the unit.
        of: what it is in a run; None where it was not measured.
        within: what it can be.
        decimals: shown.
    """

    name: str
    heading: str
    of: Callable[[RecordedRun], float | None]
    within: tuple[float, float] = LENGTH
    decimals: int = 2


def _mean(tag: str) -> Callable[[RecordedRun], float | None]:
    """The mean over a run's episodes."""
    return lambda run: float(np.mean(run.metrics[tag][1])) if tag in run.metrics else None


OUTCOME = (
    Figure("success_rate", "success", _mean("evaluation/success"), SHARE),
    Figure("poured", "poured share", _mean("evaluation/poured"), SHARE),
    Figure("violation_rate", "violations at evaluation", _mean("evaluation/violation"), SHARE),
    Figure("training_violation_rate", "violations in training", _mean("episode/violation"), SHARE),
    Figure("return", "return", _mean("evaluation/return"), ANY, decimals=0),
    Figure("minutes", "training, min", lambda run: run.seconds / 60, decimals=1),
)
EFFORT = (
    Figure("acceleration", "mean acceleration, m/s²", _mean("evaluation/acceleration"), decimals=3),
    Figure("peak_acceleration", "peak acceleration, m/s²", _mean("evaluation/peak_acceleration")),
    Figure("transit_acceleration", "… in transit, m/s²", _mean("evaluation/transit_acceleration"), decimals=3),
    Figure("jerk", "mean jerk, m/s³", _mean("evaluation/jerk")),
    Figure("peak_jerk", "peak jerk, m/s³", _mean("evaluation/peak_jerk"), decimals=1),
    Figure("transit_jerk", "… in transit, m/s³", _mean("evaluation/transit_jerk")),
)
NOTE = (
    "Means over the seeds with the 95 % interval of the mean (Student's t, cut off where the figure cannot be; seeds "
    "that agree exactly have an interval of no width, which says nothing of the next seed). Evaluation: {episodes} "
    "episodes of each run with the deterministic policy. Violations: share of the episodes that ended by one; in "
    "training, of all episodes from the first on. Effort: lengths over the steps of an episode, at evaluation; in "
    "transit: over those steps that end outside the goal's ball."
)


def markdown(groups: Groups) -> str:
    """Two tables, a row for each group: what was reached, and with how much effort."""
    episodes = sorted({len(run.metrics["evaluation/return"][1]) for runs in groups.values() for run in runs})
    note = NOTE.format(episodes=" or ".join(map(str, episodes)))
    return "\n\n".join([_table(groups, OUTCOME), _table(groups, EFFORT), note]) + "\n"


def as_csv(groups: Groups) -> str:
    """A row for each figure of each group, with the mean, its interval, the median and the value of each seed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*Group._fields, "figure", "seeds", "mean", "low", "high", "median", "values"])
    for group, runs in groups.items():
        for figure in (*OUTCOME, *EFFORT):
            if values := _values(figure, runs):
                interval = over_seeds(values, figure.within)
                numbers = [*map(float, interval), float(np.median(values))]
                cells = ["" if np.isnan(number) else f"{number:.6g}" for number in numbers]
                writer.writerow(
                    [*group, figure.name, len(values), *cells, " ".join(f"{value:.6g}" for value in values)]
                )
    return text.getvalue()


def _table(groups: Groups, figures: Sequence[Figure]) -> str:
    told = [name for name in Group._fields if len({getattr(group, name) for group in groups}) > 1] or ["algorithm"]
    rows = [[*told, "seeds", *(figure.heading for figure in figures)]]
    for group, runs in groups.items():
        names = [label(group, name).removeprefix("setting ") for name in told]
        rows.append([*names, str(len(runs)), *(_cell(figure, runs) for figure in figures)])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(told) + "---:|" * (1 + len(figures)), *lines[1:]])


def _cell(figure: Figure, runs: Sequence[RecordedRun]) -> str:
    values = _values(figure, runs)
    if not values:
        return "–"
    mean, low, high = (f"{bound:.{figure.decimals}f}" for bound in over_seeds(values, figure.within))
    return mean if len(values) < 2 else f"{mean} [{low}, {high}]"


def _values(figure: Figure, runs: Sequence[RecordedRun]) -> list[float]:
    return [value for run in runs if (value := figure.of(run)) is not None]
