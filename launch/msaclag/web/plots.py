"""The curves: of the learning, over episodes and transitions, and of the mug's motion, over the last seconds."""

from collections.abc import Sequence

import numpy as np
import viser
from numpy.typing import NDArray
from viser import uplot

from msaclag.web.heard import Heard

HEIGHT = 132
"""Pixels."""

_COLOURS = ("#4dabf7", "#ffa94d", "#69db7c")
_FAINT = "rgba(120, 140, 165, 0.45)"

Columns = tuple[NDArray[np.float64], ...]


class Plots:
    """All curves; `show` brings what is new."""

    def __init__(self, gui: viser.GuiApi) -> None:
        """Nothing is drawn yet."""
        self._gui = gui

    def add_learning(self) -> None:
        """Into the container that is open."""
        self._returns = self._add("return of an episode, and mean of 20", ("return", "mean"), (_FAINT, _COLOURS[0]))
        self._rates = self._add(
            "of the last 20 episodes", ("success", "violation"), (_COLOURS[2], "#ff6b6b"), bounds=(-0.02, 1.02)
        )
        self._threshold = self._add("ε, threshold of the cost", ("ε",), _COLOURS[:1])
        self._multiplier = self._add("ν, multiplier of the constraint", ("ν",), _COLOURS[1:2])
        self._temperature = self._add("α, temperature", ("α",), _COLOURS[2:])

    def add_motion(self) -> None:
        """Into the container that is open."""
        self._slosh = self._add("slosh: 1 reaches the rim", ("slosh",), _COLOURS[:1])
        self._speed = self._add("speed of the mug, m/s", ("speed",), _COLOURS[1:2])
        self._acceleration = self._add("acceleration, m/s²", ("acceleration",), _COLOURS[2:])
        self._jerk = self._add("jerk, m/s³", ("jerk",), _COLOURS[:1])

    def show_learning(self, heard: Heard) -> None:
        """What the curves have become."""
        episode, of_one, mean, success, violation = heard.results.columns()
        _put(self._returns, (episode, of_one, mean))
        _put(self._rates, (episode, success, violation))
        step, threshold, multiplier, temperature = heard.tuning.columns()
        _put(self._threshold, (step, threshold))
        _put(self._multiplier, (step, multiplier))
        _put(self._temperature, (step, temperature))

    def show_motion(self, heard: Heard, now: float) -> None:
        """The last seconds."""
        rows = np.array([*heard.motion]) if heard.motion else np.array([[now, *[np.nan] * 4]])
        ago = rows[:, 0] - now
        for number, handle in enumerate((self._slosh, self._speed, self._acceleration, self._jerk), 1):
            _put(handle, (ago, rows[:, number]))

    def _add(
        self,
        title: str,
        names: Sequence[str],
        colours: Sequence[str],
        bounds: tuple[float, float] | None = None,
    ) -> viser.GuiUplotHandle:
        nothing = np.array([0.0, 1.0])
        series = (uplot.Series(), *(uplot.Series(label=name, stroke=colour, width=1.5)
                                    for name, colour in zip(names, colours, strict=True)))  # fmt: skip
        scales = {"x": uplot.Scale(time=False)}
        if bounds is not None:
            scales["y"] = uplot.Scale(range=bounds)
        return self._gui.add_uplot(
            (nothing, *[np.full(2, np.nan)] * len(names)),
            series,
            title=title,
            scales=scales,
            legend=uplot.Legend(show=len(names) > 1),
            height=HEIGHT,
        )


def _put(handle: viser.GuiUplotHandle, columns: Columns) -> None:
    if len(columns[0]) > 1:
        handle.data = columns
