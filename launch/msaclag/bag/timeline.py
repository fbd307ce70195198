"""One episode over its time: how the cup moved, what that was paid and cost, and the learner's ε, ν, α."""

from collections.abc import Iterator
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from msaclag.bag.contents import Contents, Episode, Floats, Motion, Standing

GOAL_RADIUS = 0.05
"""m: within it the paper's reward counts the cup as at its goal."""

MARGIN = 0.12
"""Of the episode's length, before and after it, for the resets."""

WORTH_A_NAME = 0.015
"""Of the width, of a phase that has room for its name."""

SUDDEN = 0.1
"""s of a reset that is not worth telling."""

_CLEAR = {"edgecolor": "none", "framealpha": 0.8}
_VIOLATION, _RESET, _LINE = "tab:red", "tab:gray", "tab:blue"


class Span(NamedTuple):
    """A phase of a reset: its name, and s of the arm's time."""

    name: str
    begin: float
    end: float


def timeline(contents: Contents, episode: Episode, motion: Motion) -> Figure:
    """The figure of an episode with at least one reading of the motion."""
    figure = plt.figure(figsize=(13, 10), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.8))
    _paths(left, episode, motion)
    panels = _panels(right)
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


def _paths(figure: SubFigure, episode: Episode, motion: Motion) -> None:
    """From above and from the front, in metres, with equal scales; the base's y points to the left."""
    axes = figure.subplots(2, 1)
    goal = dict(zip("xyz", episode.goal, strict=True))
    angles = np.linspace(0, 2 * np.pi, 60)
    violated = [np.argmin(np.abs(motion.times - violation.time)) for violation in episode.violations]
    for axis, up, title in zip(axes, "xz", ("path from above", "path from the front"), strict=True):
        across, along = motion.columns["y"], motion.columns[up]
        points = axis.scatter(across, along, c=motion.times - episode.begin, cmap="viridis", s=6)
        ring = goal["y"] + GOAL_RADIUS * np.cos(angles), goal[up] + GOAL_RADIUS * np.sin(angles)
        axis.plot(across[0], along[0], "o", color="0.3", markersize=8, markerfacecolor="none", label="begin")
        axis.plot(*ring, color="tab:green", linewidth=1, label="5 cm around the goal")
        if violated:
            axis.plot(across[violated], along[violated], "X", color=_VIOLATION, markersize=9, label="violation")
        axis.set_aspect("equal", "datalim")
        axis.set_ylabel(f"{up}, m")
        axis.set_title(title, fontsize=10, loc="left")
        axis.invert_xaxis()
        axis.grid(alpha=0.3)
    axes[0].legend(frameon=False, fontsize=8, loc="best")
    axes[1].set_xlabel("y, m")
    figure.colorbar(points, ax=axes, location="bottom", label="s since the episode began", aspect=40)


def _panels(figure: SubFigure) -> dict[str, Axes]:
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
    axes = figure.subplots(len(labels), 1, sharex=True, height_ratios=[2] * 6 + [1.1] * 3)
    for axis, label in zip(axes, labels.values(), strict=True):
        axis.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=9)
        axis.grid(alpha=0.3)
        axis.tick_params(labelsize=8)
    return dict(zip(labels, axes, strict=True))


def _motion(panels: dict[str, Axes], seconds: Floats, motion: Motion) -> None:
    for name in ("tilt", "speed", "acceleration", "jerk"):
        panels[name].plot(seconds, motion.columns[name], color=_LINE, linewidth=1)
        panels[name].set_ylim(bottom=0)
    axis, columns = panels["slosh"], motion.columns
    axis.plot(seconds, columns["slosh"], color=_LINE, linewidth=1, label="slosh (1: the rim)")
    axis.axhline(1, color=_VIOLATION, linewidth=0.8, linestyle=":")
    axis.plot(seconds, columns["fill"], color="saddlebrown", linewidth=1, label="fill of the mug")
    axis.set_ylim(0, 1.5)
    axis.legend(fontsize=8, ncols=2, loc="upper left", borderaxespad=0.1, **_CLEAR)


def _steps(axis: Axes, episode: Episode) -> None:
    edges = np.array([episode.begin, *episode.times]) - episode.begin
    axis.stairs(episode.rewards, edges, color=_LINE, baseline=None, label="reward of a step")
    costly = edges[1:][np.array(episode.costs, dtype=bool)]
    axis.plot(costly, np.zeros(len(costly)), "v", color=_VIOLATION, label="cost 1")
    axis.legend(fontsize=8, ncols=2, loc="upper left", borderaxespad=0.1, **_CLEAR)


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
        axis.ticklabel_format(useOffset=False)
        middle, half = (max(values) + min(values)) / 2, max(max(values) - min(values), 0.02 * max(values), 1e-6)
        axis.set_ylim(middle - half, middle + half)


def _events(panels: dict[str, Axes], contents: Contents, episode: Episode, clock: _Clock) -> None:
    """Violations as lines, resets as shades, named in the first panel."""
    first = panels["tilt"]
    low, high = first.get_xlim()
    for violation in episode.violations:
        time = violation.time - episode.begin
        for axis in panels.values():
            axis.axvline(time, color=_VIOLATION, linewidth=1, linestyle="--", alpha=0.7)
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
        if span.end - span.begin > WORTH_A_NAME * (high - low):
            place = (span.begin + span.end) / 2, 0.5
            across = first.get_xaxis_transform()
            first.text(
                *place, span.name, transform=across, rotation=90, ha="center", va="center", fontsize=8, color="0.3"
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
    lines = [
        f"{contents.name}: episode {episode.number} ({kind}), {len(episode.times)} steps, "
        f"return {sum(episode.rewards):.1f}"
    ]
    if reset := _reset_before(contents, clock):
        lines.append("reset before it: " + ", ".join(f"{span.name} {span.end - span.begin:.1f} s" for span in reset))
    lines += [violation.message or violation.kind for violation in episode.violations]
    return "\n".join(lines)


def _reset_before(contents: Contents, clock: _Clock) -> list[Span]:
    """Its phases, which follow each other without a gap; none of a reset that takes no time, as on the twin."""
    reset: list[Span] = []
    for span in _phases(contents.phases, clock):
        if span.begin > 0:
            break
        reset = [*reset, span] if reset and reset[-1].end == span.begin else [span]
    return reset if sum(span.end - span.begin for span in reset) > SUDDEN else []
