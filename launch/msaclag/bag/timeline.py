"""One episode over its time: how the cup moved, what that was paid and cost, and the learner's ε, ν, α."""

from collections.abc import Iterator
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from msaclag.bag.contents import Contents, Episode, Floats, Motion, Standing

GOAL_RADIUS = 0.05
"""m: within it the paper's reward counts the cup as at its goal."""

MARGIN = 0.12
"""Of the episode's length, before and after it, for the resets."""

_VIOLATION, _RESET, _LINE = "tab:red", "tab:gray", "tab:blue"


class Span(NamedTuple):
    """A phase of a reset: its name, and s of the arm's time."""

    name: str
    begin: float
    end: float


def timeline(contents: Contents, episode: Episode, motion: Motion) -> Figure:
    """The figure of an episode with at least one reading of the motion."""
    figure = plt.figure(figsize=(13, 11), layout="constrained")
    grid = GridSpec(9, 2, figure, width_ratios=(1, 1.9), height_ratios=(2, 2, 2, 2, 2, 2, 1.1, 1.1, 1.1))
    _paths(figure, grid, episode, motion)
    panels = _panels(figure, grid)
    seconds = motion.times - episode.begin
    _motion(panels, seconds, motion)
    _steps(panels["reward"], episode)
    clock = _Clock(motion, episode.begin)
    _learner(panels, contents, clock, seconds)
    low, high = min(0.0, seconds[0]), seconds[-1]
    margin = MARGIN * (high - low)
    panels["tilt"].set_xlim(low - margin, high + margin)
    _events(panels, contents, episode, clock)
    panels["temperature"].set_xlabel("s since the episode began")
    figure.suptitle(_title(contents, episode, clock), fontsize=11)
    return figure


class _Clock:
    """The arm's time in the episode at which a message was received."""

    def __init__(self, motion: Motion, begin: float) -> None:
        self._received, self._seconds = motion.received, motion.times - begin

    def __call__(self, received: float) -> float:
        """Before and after the motion both times are taken to pass alike."""
        outside = min(0.0, received - self._received[0]) + max(0.0, received - self._received[-1])
        return float(np.interp(received, self._received, self._seconds)) + outside


def _paths(figure: Figure, grid: GridSpec, episode: Episode, motion: Motion) -> None:
    """From above and from the front, in metres, equal scales."""
    for rows, (across, up), title in (
        (slice(0, 3), ("y", "x"), "path from above"),
        (slice(3, 6), ("y", "z"), "path from the front"),
    ):
        axis = figure.add_subplot(grid[rows, 0])
        horizontal, vertical = motion.columns[across], motion.columns[up]
        points = axis.scatter(horizontal, vertical, c=motion.times - episode.begin, cmap="viridis", s=6)
        axis.plot(horizontal[0], vertical[0], "o", color="0.3", markersize=8, markerfacecolor="none", label="begin")
        goal = dict(zip("xyz", episode.goal, strict=True))
        circle = plt.Circle((goal[across], goal[up]), GOAL_RADIUS, fill=False, color="tab:green", label="goal, 5 cm")
        axis.add_patch(circle)
        for number, violation in enumerate(episode.violations):
            at = np.argmin(np.abs(motion.times - violation.time))
            label = "violation" if not number else None
            axis.plot(horizontal[at], vertical[at], "X", color=_VIOLATION, markersize=10, label=label)
        axis.set_aspect("equal", "datalim")
        axis.invert_xaxis()  # the base's y points to the left
        axis.set_xlabel(f"{across}, m")
        axis.set_ylabel(f"{up}, m")
        axis.set_title(title, fontsize=10, loc="left")
        axis.grid(alpha=0.3)
        axis.legend(frameon=False, fontsize=8, loc="best")
    figure.colorbar(points, ax=axis, orientation="horizontal", label="s since the episode began", aspect=40, pad=0.02)


def _panels(figure: Figure, grid: GridSpec) -> dict[str, Axes]:
    panels: dict[str, Axes] = {}
    labels = {
        "tilt": "tilt\nrad",
        "slosh": "coffee\nshare",
        "speed": "speed\nm/s",
        "acceleration": "|acc.|\nm/s²",
        "jerk": "|jerk|\nm/s³",
        "reward": "reward,\ncost",
        "threshold": "ε",
        "multiplier": "ν",
        "temperature": "α",
    }
    for row, (name, label) in enumerate(labels.items()):
        axis = figure.add_subplot(grid[row, 1], sharex=panels.get("tilt"))
        axis.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=9)
        axis.grid(alpha=0.3)
        axis.tick_params(labelbottom=name == "temperature", labelsize=8)
        panels[name] = axis
    return panels


def _motion(panels: dict[str, Axes], seconds: Floats, motion: Motion) -> None:
    for name in ("tilt", "speed", "acceleration", "jerk"):
        panels[name].plot(seconds, motion.columns[name], color=_LINE, linewidth=1)
        panels[name].set_ylim(bottom=0)
    axis, columns = panels["slosh"], motion.columns
    axis.plot(seconds, columns["slosh"], color=_LINE, linewidth=1, label="slosh (1: the rim)")
    axis.axhline(1, color=_VIOLATION, linewidth=0.8, linestyle=":")
    axis.plot(seconds, columns["fill"], color="saddlebrown", linewidth=1, label="fill of the mug")
    axis.set_ylim(0, 1.5)
    axis.legend(frameon=False, fontsize=8, ncols=2, loc="upper left", borderaxespad=0.1)


def _steps(axis: Axes, episode: Episode) -> None:
    edges = np.array([episode.begin, *episode.times]) - episode.begin
    axis.stairs(episode.rewards, edges, color=_LINE, baseline=None, label="reward of a step")
    costly = edges[1:][np.array(episode.costs, dtype=bool)]
    axis.plot(costly, np.zeros(len(costly)), "v", color=_VIOLATION, label="cost 1")
    axis.legend(frameon=False, fontsize=8, ncols=2, loc="upper left", borderaxespad=0.1)


def _learner(panels: dict[str, Axes], contents: Contents, clock: _Clock, seconds: Floats) -> None:
    """What the learner told last before the episode, and in it."""
    ends = seconds[0], seconds[-1]
    told = [(clock(each.received), each.value) for each in contents.learner]
    before = [value for time, value in told if time <= ends[0]][-1:]
    within = [(time, value) for time, value in told if ends[0] < time <= ends[1]]
    steps = [(ends[0], value) for value in before] + within
    for index, name in enumerate(("threshold", "multiplier", "temperature")):
        axis = panels[name]
        if not steps:
            axis.text(0.5, 0.5, "not told", transform=axis.transAxes, ha="center", va="center", fontsize=8)
            continue
        times, values = [time for time, _ in steps], [value[index] for _, value in steps]
        axis.step([*times, ends[1]], [*values, values[-1]], where="post", color=_LINE, linewidth=1)
        axis.text(1.005, 0.5, f"{values[-1]:.3g}", transform=axis.transAxes, va="center", fontsize=8)
        axis.margins(y=0.3)


def _events(panels: dict[str, Axes], contents: Contents, episode: Episode, clock: _Clock) -> None:
    """Violations as lines, resets as shades, named in the first panel."""
    first = panels["tilt"]
    low, high = first.get_xlim()
    for violation in episode.violations:
        time = violation.time - episode.begin
        for axis in panels.values():
            axis.axvline(time, color=_VIOLATION, linewidth=1, linestyle="--")
        first.annotate(
            violation.kind.replace("_", " "),
            (time, 1.02),
            xycoords=first.get_xaxis_transform(),
            color=_VIOLATION,
            fontsize=8,
            ha="center",
        )
    for span in _resets(contents, clock, (low, high)):
        for axis in panels.values():
            axis.axvspan(span.begin, span.end, color=_RESET, alpha=0.15, linewidth=0)
        first.text(
            (span.begin + span.end) / 2,
            0.5,
            span.name,
            transform=first.get_xaxis_transform(),
            rotation=90,
            ha="center",
            va="center",
            fontsize=8,
            color="0.3",
        )


def _resets(contents: Contents, clock: _Clock, shown: tuple[float, float]) -> Iterator[Span]:
    """The phases that are seen, as far as they are."""
    for span in _phases(contents.phases, clock):
        begin, end = max(span.begin, shown[0]), min(span.end, shown[1])
        if begin < end:
            yield Span(span.name, begin, end)


def _phases(told: list[Standing], clock: _Clock) -> Iterator[Span]:
    ends = [each.received for each in told[1:]] + [float("inf")]
    for phase, end in zip(told, ends, strict=True):
        if phase.value:
            yield Span(phase.value, clock(phase.received), clock(end))


def _title(contents: Contents, episode: Episode, clock: _Clock) -> str:
    kind = "evaluation" if episode.evaluation else "training"
    lines = [f"{contents.name}: episode {episode.number} ({kind}), {len(episode.times)} steps"]
    lines[0] += f", return {sum(episode.rewards):.1f}"
    before = [span for span in _phases(contents.phases, clock) if span.end <= MARGIN][-12:]
    told = []
    for span in reversed(before):
        if told and span.end < before[before.index(span) + 1].begin - 1.0:
            break
        told.insert(0, f"{span.name} {span.end - span.begin:.1f} s")
    if told:
        lines.append(f"reset before it: {', '.join(told)}")
    lines += [violation.message or violation.kind for violation in episode.violations]
    return "\n".join(lines)
