"""The curves: of the learning, over episodes and transitions, and of the mug's motion, over the last seconds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import viser
from numpy.typing import NDArray
from viser import uplot

from msaclag.web.heard import WINDOW, Heard

HEIGHT, HEIGHT_WITH_LEGEND = 122, 142
"""Pixels."""

_COLOURS = ("#4dabf7", "#ffa94d", "#69db7c")
_RED = "#ff6b6b"
_FROM_0: dict[str, Any] = {"at_least": (0.0, 0.1)}
_FAINT = "rgba(150, 165, 185, 0.6)"

Columns = tuple[NDArray[np.float64], ...]


class Plots:
    """All curves; `show` brings what is new."""

    def __init__(self, gui: viser.GuiApi) -> None:
        """Nothing is drawn yet."""
        self._gui = gui

    def add_learning(self) -> None:
        """Into the container that is open."""
        self._returns = self._add(
            "return, over episodes", ("of one", f"mean of {WINDOW}"), (_FAINT, _COLOURS[0]), across="episode"
        )
        self._rates = self._add(
            f"share of the last {WINDOW} episodes",
            ("success", "violation"),
            (_COLOURS[2], _RED),
            across="episode",
            at_least=(0.0, 1.0),
        )
        self._threshold = self._add("ε, threshold of the cost, over transitions", ("ε",), _COLOURS[:1])
        self._multiplier = self._add("ν, multiplier of the constraint", ("ν",), _COLOURS[1:2])
        self._temperature = self._add("α, temperature", ("α",), _COLOURS[2:])

    def add_motion(self) -> None:
        """Into the container that is open."""
        self._slosh = self._add("slosh over the last seconds; 1 reaches the rim", ("slosh",), _COLOURS[:1], **_FROM_0)
        self._speed = self._add("speed of the mug, m/s", ("speed",), _COLOURS[1:2], **_FROM_0)
        self._acceleration = self._add("acceleration, m/s²", ("acceleration",), _COLOURS[2:], **_FROM_0)
        self._jerk = self._add("jerk, m/s³", ("jerk",), _COLOURS[:1], **_FROM_0)

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
        *,
        across: str = "",
        at_least: tuple[float, float] | None = None,
    ) -> viser.GuiUplotHandle:
        """Curves by these names over `across`; the axis shows `at_least` this range, if it is given."""
        nothing = np.array([0.0, 1.0])
        curves = [
            uplot.Series(label=name, stroke=colour, width=1.5, points={"show": False})
            for name, colour in zip(names, colours, strict=True)
        ]
        scales: dict[str, uplot.Scale] = {"x": {"time": False}}
        if at_least is not None:
            low, high = ({"pad": 0.05, "soft": soft, "mode": 1} for soft in at_least)
            scales["y"] = {"range": {"min": low, "max": high}}
        return self._gui.add_uplot(
            (nothing, *[np.full(2, np.nan)] * len(names)),
            (uplot.Series(label=across), *curves),
            title=title,
            scales=scales,
            legend=uplot.Legend(show=len(names) > 1),
            height=HEIGHT if len(names) == 1 else HEIGHT_WITH_LEGEND,
            padding=(10, 20, 0, 0),
        )


def _put(handle: viser.GuiUplotHandle, columns: Columns) -> None:
    if len(columns[0]) > 1 and not _same(handle.data, columns):
        handle.data = columns


def _same(before: Columns, after: Columns) -> bool:
    return len(before[0]) == len(after[0]) and before[0][-1] == after[0][-1] and before[0][0] == after[0][0]
