"""The cup's jerk and acceleration over the training, as in the paper's Figure 4 (a) and (b), from bags alone."""

from collections.abc import Sequence

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from msaclag.bag.contents import Contents
from msaclag.figures import WINDOW, running_mean

PANELS = {"jerk": "(a) mean |jerk| of the cup, m/s³", "acceleration": "(b) mean |acceleration| of the cup, m/s²"}


def effort(runs: Sequence[Contents]) -> Figure:
    """Each finished training episode as a dot, hollow where it was violated in, and the mean of `WINDOW` of them."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    for axis, (name, title) in zip(axes, PANELS.items(), strict=True):
        for number, run in enumerate(runs):
            _draw(axis, run, name, f"C{number}")
        axis.set_title(title, fontsize=10, loc="left")
        axis.set_xlabel("transitions")
        axis.set_ylim(0, 1.05 * axis.get_ylim()[1])
        axis.grid(alpha=0.3)
    handles = [Line2D([], [], color=f"C{number}", label=run.name) for number, run in enumerate(runs)]
    handles += [
        Line2D([], [], color="0.4", marker="o", linestyle="", markersize=4, label="episode"),
        Line2D([], [], color="0.4", marker="x", linestyle="", markersize=5, label="episode with a violation"),
        Line2D([], [], color="0.4", linewidth=2, label=f"mean of {WINDOW}"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    return figure


def _draw(axis: Axes, run: Contents, name: str, colour: str) -> None:
    shown = [episode for episode in run.episodes if name in episode.figures and not episode.evaluation]
    steps = np.array([episode.step for episode in shown])
    values = np.array([episode.figures[name] for episode in shown])
    violated = np.array([episode.figures["violation"] > 0 for episode in shown], dtype=bool)
    axis.plot(steps[~violated], values[~violated], "o", color=colour, alpha=0.5, markersize=3.5, markeredgewidth=0)
    axis.plot(steps[violated], values[violated], "x", color=colour, alpha=0.6, markersize=4, markeredgewidth=0.8)
    axis.plot(steps, running_mean(values), color=colour, linewidth=2)
