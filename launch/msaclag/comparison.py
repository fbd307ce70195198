"""Figures that compare groups of runs: learning as in the paper's Figure 3, the cup's effort as in its Figure 4."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from msaclag.figures import WINDOW, running_mean, save
from msaclag.intervals import ANY, LENGTH, SHARE, over_seeds
from msaclag.recorded_run import Group, RecordedRun

POINTS = 200
"""Of a curve."""

Groups = Mapping[Group, Sequence[RecordedRun]]

ALGORITHMS = {
    "meta_sac_lag": "Meta SAC-Lag",
    "meta_sac_lag_nl": "Meta SAC-Lag, Eq. 16",
    "sacv2_lag": "SACv2-Lag",
    "rcpo_sacv2": "RCPO-SACv2",
    "rcpo_meta_sac": "RCPO-MetaSAC",
    "sac": "SAC",
}


def draw(groups: Groups, folder: Path) -> list[Path]:
    """Two figures for each of setting, algorithm and variant by which the groups differ; returns the files.

    Where they differ by several, each figure shows those that differ by one from the group that most others so do.
    """
    files = []
    for subject in _subjects(groups):
        shown = _differing_by(subject, groups)
        labels = {label(group, subject): runs for group, runs in shown.items()}
        title = _rest(next(iter(shown)), subject)
        files.append(save(_learning(labels, title), folder / f"learning_by_{subject}.png"))
        files.append(save(_effort(labels, title), folder / f"effort_by_{subject}.png"))
    return files


def label(group: Group, subject: str) -> str:
    """What the group is called where `subject`, a field of it, tells groups apart."""
    if subject == "setting":
        return f"setting #{group.setting}" if group.setting.isdigit() else f"setting {group.setting or '?'}"
    if subject == "algorithm":
        return ALGORITHMS.get(group.algorithm, group.algorithm)
    return group.variant or "default"


def _subjects(groups: Groups) -> list[str]:
    """The fields by which groups differ; the algorithm where there is but one."""
    return [name for name in Group._fields if len(_differing_by(name, groups)) > 1] or ["algorithm"]


def _differing_by(subject: str, groups: Groups) -> dict[Group, Sequence[RecordedRun]]:
    """The most groups that are alike but for `subject`."""
    alike: dict[tuple[str, ...], dict[Group, Sequence[RecordedRun]]] = {}
    for group, runs in groups.items():
        rest = tuple(group._replace(**{subject: ""}))
        alike.setdefault(rest, {})[group] = runs
    return max(alike.values(), key=len)


def _rest(group: Group, subject: str) -> str:
    """What the groups of a figure have in common."""
    names = [name for name in Group._fields if name != subject and getattr(group, name)]
    return ", ".join(label(group, name) for name in names)


def _learning(groups: Mapping[str, Sequence[RecordedRun]], title: str) -> Figure:
    figure, axes = plt.subplots(2, 3, figsize=(13, 7), sharex=True, layout="constrained")
    for axis, (name, words) in zip(
        axes[0],
        {"return": "return of an episode", "success": "success rate", "violation": "violation rate"}.items(),
        strict=True,
    ):
        _curves(axis, groups, f"episode/{name}", f"{words} (mean of {WINDOW})", ANY if name == "return" else SHARE)
    axes[1, 2].set_yscale("log")
    for axis, (name, words) in zip(
        axes[1],
        {"threshold": "threshold ε", "multiplier": "multiplier ν", "temperature": "temperature α"}.items(),
        strict=True,
    ):
        _curves(axis, groups, f"learner/{name}", words)
        axis.set_xlabel("transitions")
    _finish(figure, axes[0, 0], groups, title)
    return figure


def _effort(groups: Mapping[str, Sequence[RecordedRun]], title: str) -> Figure:
    figure, axes = plt.subplots(2, 3, figsize=(13, 7), layout="constrained")
    for axis, (name, words) in zip(
        axes[:, :2].flat,
        {
            "jerk": "mean |jerk| of the cup, m/s³",
            "acceleration": "mean |acceleration| of the cup, m/s²",
            "transit_jerk": "… in transit, outside the goal's ball, m/s³",
            "transit_acceleration": "… in transit, outside the goal's ball, m/s²",
        }.items(),
        strict=True,
    ):
        _curves(axis, groups, f"episode/{name}", words)
        axis.set_xlabel("transitions")
    _bars(axes[0, 2], groups, "evaluation/success", "success rate at the end")
    _bars(axes[1, 2], groups, "evaluation/violation", "violation rate at the end")
    _finish(figure, axes[0, 0], groups, title)
    return figure


def _curves(
    axis: Axes,
    groups: Mapping[str, Sequence[RecordedRun]],
    tag: str,
    title: str,
    within: tuple[float, float] = LENGTH,
) -> None:
    """The mean over the seeds of each group, in its band; the axis has room for every seed, not for every band."""
    axis.set_title(title, fontsize=10)
    axis.grid(alpha=0.3)
    seen = []
    for number, runs in enumerate(groups.values()):
        series = [run.metrics[tag] for run in runs if tag in run.metrics]
        if not series:
            continue
        grid = np.linspace(max(steps[0] for steps, _ in series), min(steps[-1] for steps, _ in series), POINTS)
        values = np.stack([np.interp(grid, steps, _smooth(tag, values)) for steps, values in series])
        mean, low, high = over_seeds(values, within)
        axis.plot(grid, mean, color=f"C{number}", linewidth=1.5)
        axis.fill_between(grid, low, high, color=f"C{number}", alpha=0.7 / (3 + len(groups)), linewidth=0)
        seen += [values.min(), values.max()]
    if within == SHARE:
        axis.set_ylim(-0.03, 1.03)
    elif seen and max(seen) > min(seen):
        scale = axis.yaxis.get_transform()
        low, high = scale.transform((min(seen), max(seen)))
        margin = 0.05 * (high - low)
        axis.set_ylim(*scale.inverted().transform((low - margin, high + margin)))


def _smooth(tag: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return running_mean(values) if tag.startswith("episode/") else values


def _bars(axis: Axes, groups: Mapping[str, Sequence[RecordedRun]], tag: str, title: str) -> None:
    """The mean over the seeds of each group with its interval, and a dot for each seed."""
    axis.set_title(title, fontsize=10)
    for number, runs in enumerate(groups.values()):
        rates = np.array([run.metrics[tag][1].mean() for run in runs])
        mean, low, high = over_seeds(rates, SHARE)
        axis.bar(number, mean, color=f"C{number}", alpha=0.5)
        if len(rates) > 1:
            axis.errorbar(number, mean, [[mean - low], [high - mean]], color="0.25", capsize=6)
        spread = np.linspace(-0.15, 0.15, len(rates)) if len(rates) > 1 else [0.0]
        axis.plot(number + np.array(spread), rates, "o", color=f"C{number}", markersize=5, markeredgecolor="white")
    axis.set_xticks(range(len(groups)), list(groups), fontsize=8, rotation=20, ha="right", rotation_mode="anchor")
    axis.set_ylim(-0.03, 1.05)
    axis.grid(alpha=0.3, axis="y")


def _finish(figure: Figure, first: Axes, groups: Mapping[str, Sequence[RecordedRun]], title: str) -> None:
    """One legend for all panels, and what the bands are."""
    handles = [
        first.plot([], [], color=f"C{number}", label=f"{name} ({len(runs)} seed{'s' if len(runs) > 1 else ''})")[0]
        for number, (name, runs) in enumerate(groups.items())
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(handles)), frameon=False)
    bands = "mean over seeds, bands: 95 % interval of the mean (Student's t)"
    figure.suptitle(f"{title}: {bands}" if title else bands, fontsize=11)
