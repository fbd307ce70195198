"""Figure 3: return, exploration and safety of the algorithms over the training, a row for each task."""

from collections.abc import Sequence
from io import BytesIO

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from msaclag_benchmarks.table2.paper import ALGORITHMS, TASKS
from msaclag_benchmarks.table2.record import Record
from msaclag_benchmarks.table2.summary import LATE, curve

COLOURS = {name: f"C{number}" for number, name in enumerate(ALGORITHMS)}
PANELS = {"return": "return", "temperature": "exploration α", "violation": "violation rate, ε dashed"}


def draw(found: Sequence[Record]) -> bytes:
    """The cells, as PNG."""
    figure, image = _drawn(found), BytesIO()
    figure.savefig(image, dpi=110, format="png")
    plt.close(figure)
    return image.getvalue()


def _drawn(found: Sequence[Record]) -> Figure:
    tasks = [task for task in TASKS if any(record.cell.task == task for record in found)]
    names = [name for name in ALGORITHMS if any(record.cell.algorithm == name for record in found)]
    figure, axes = plt.subplots(
        len(tasks), 3, figsize=(13, 0.9 + 3.2 * len(tasks)), squeeze=False, layout="constrained"
    )
    for row, task in zip(axes, tasks, strict=True):
        for axis, (figure_name, title) in zip(row, PANELS.items(), strict=True):
            for name in names:
                seeds = [record for record in found if (record.cell.task, record.cell.algorithm) == (task, name)]
                if seeds:
                    _curve(axis, seeds, figure_name, COLOURS[name])
            axis.set_title(f"{TASKS[task].title}: {title}", fontsize=10)
            axis.grid(alpha=0.3)
        if any(line.get_ydata().size for line in row[1].lines):  # nothing cannot be drawn on a log scale
            row[1].set_yscale("log")
        row[2].set_ylim(-0.03, 1.03)
    for axis in axes[-1]:
        axis.set_xlabel("transitions")
    handles = [axes[0, 0].plot([], [], color=COLOURS[name], label=ALGORITHMS[name])[0] for name in names]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    window = f"episodes of the {LATE:.0%} of the training before"
    figure.suptitle(f"mean over seeds, bands: standard deviation; return and violations: {window}", fontsize=11)
    return figure


def _curve(axis: Axes, seeds: Sequence[Record], name: str, colour: str) -> None:
    """The mean of `seeds` in its band; beside a violation rate the threshold."""
    steps, mean, deviation = _over_seeds(seeds, name)
    axis.plot(steps, mean, color=colour, linewidth=1.3)
    axis.fill_between(steps, mean - deviation, mean + deviation, color=colour, alpha=0.12, linewidth=0)
    if name == "violation":
        steps, mean, _ = _over_seeds(seeds, "threshold")
        axis.plot(steps, mean, color=colour, linewidth=1, linestyle="--")


def _over_seeds(seeds: Sequence[Record], name: str) -> tuple[NDArray[np.float64], ...]:
    """Steps, and mean and standard deviation over the seeds, where all of them know it."""
    curves = [curve(record, name) for record in seeds]
    values = np.stack([each.values for each in curves])
    known = np.isfinite(values).all(axis=0)
    return curves[0].steps[known], values.mean(axis=0)[known], values.std(axis=0)[known]
