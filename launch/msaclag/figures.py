"""Figures of a run, drawn from its metrics: how it learned, and with how much effort the cup was moved."""

import os
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from msaclag.recorded_run import MetricsError, Series, read_metrics

WINDOW = 20
"""Episodes of a running mean."""


def draw(run: Path) -> list[Path]:
    """Draw the figures of `run` into its folder `figures`; returns the files.

    Raises:
        MetricsError: the run has no metrics, or no episode was finished.
    """
    metrics = read_metrics(run)
    if "episode/return" not in metrics:
        raise MetricsError(f"no episode of {run} was finished, so there is nothing to draw")
    folder = run / "figures"
    folder.mkdir(exist_ok=True)
    return [
        save(figure, folder / f"{name}.png")
        for name, figure in (("training", _training(metrics)), ("effort", _effort(metrics)))
    ]


def save(figure: Figure, file: Path) -> Path:
    """Write and close the figure; what lay at `file` stays until this one is whole."""
    aside = file.with_suffix(".partial")
    figure.savefig(aside, dpi=120, format="png")
    os.replace(aside, file)
    plt.close(figure)
    return file


def running_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each value and those before it, `WINDOW` at most."""
    sums = np.cumsum(np.insert(values, 0, 0.0))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - WINDOW)
    means: NDArray[np.float64] = (sums[ends] - sums[starts]) / (ends - starts)
    return means


def _training(metrics: dict[str, Series]) -> Figure:
    figure, axes = plt.subplots(2, 3, figsize=(12, 6), sharex=True, layout="constrained")
    _episodes(axes[0, 0], metrics, "return", "return of an episode")
    _rate(axes[0, 1], metrics, "success", "success rate", "tab:green")
    _rate(axes[0, 2], metrics, "violation", "violation rate", "tab:red")
    for axis, (tag, label) in zip(
        axes[1],
        (("threshold", "threshold ε"), ("multiplier", "multiplier ν"), ("temperature", "temperature α")),
        strict=True,
    ):
        _line(axis, metrics, f"learner/{tag}", label)
    if "learner/expected_cost" in metrics:
        axes[1, 0].plot(*metrics["learner/expected_cost"], color="tab:red", linewidth=0.8, label="expected cost J_c")
        axes[1, 0].legend(frameon=False)
        axes[1, 0].set_ylim(-0.02, 1.05)
    if "learner/temperature" in metrics:
        axes[1, 2].set_yscale("log")
    for axis in axes[1]:
        axis.set_xlabel("transitions")
    return figure


def _effort(metrics: dict[str, Series]) -> Figure:
    figure, axes = plt.subplots(2, 2, figsize=(10, 6), sharex=True, layout="constrained")
    _episodes(axes[0, 0], metrics, "acceleration", "mean |acceleration| of the cup, m/s²")
    _episodes(axes[0, 1], metrics, "jerk", "mean |jerk| of the cup, m/s³")
    _episodes(axes[1, 0], metrics, "peak_acceleration", "peak |acceleration|, m/s²")
    _episodes(axes[1, 1], metrics, "peak_jerk", "peak |jerk|, m/s³")
    for axis in axes[1]:
        axis.set_xlabel("transitions")
    return figure


def _episodes(axis: Axes, metrics: dict[str, Series], name: str, label: str) -> None:
    """Each episode as a dot, with the running mean."""
    axis.set_title(label, fontsize=10)
    if f"episode/{name}" not in metrics:
        axis.text(0.5, 0.5, "not measured", transform=axis.transAxes, ha="center")
        return
    steps, values = metrics[f"episode/{name}"]
    axis.plot(steps, values, ".", color="tab:gray", alpha=0.4, markersize=3, label="episode")
    axis.plot(steps, running_mean(values), color="tab:blue", label=f"mean of {WINDOW}")
    axis.legend(frameon=False, fontsize=8)
    axis.grid(alpha=0.3)


def _rate(axis: Axes, metrics: dict[str, Series], name: str, label: str, color: str) -> None:
    axis.set_title(f"{label} (mean of {WINDOW} episodes)", fontsize=10)
    steps, values = metrics[f"episode/{name}"]
    axis.plot(steps, running_mean(values), color=color)
    axis.set_ylim(-0.03, 1.03)
    axis.grid(alpha=0.3)


def _line(axis: Axes, metrics: dict[str, Series], tag: str, label: str) -> None:
    axis.set_title(label, fontsize=10)
    axis.grid(alpha=0.3)
    if tag in metrics:
        axis.plot(*metrics[tag], color="tab:blue", label=label)
    else:
        axis.text(0.5, 0.5, "no updates yet", transform=axis.transAxes, ha="center")
