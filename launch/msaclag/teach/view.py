"""What a teaching person sees: how to steer, what is going on, how the episode stands."""

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from msaclag.teach.teacher import CONNECT, DRIVE, JUDGE, RESET, STAND, Teacher

DIRECTIONS = (("away", "back"), ("left", "right"), ("up", "down"))
"""Along the base's axes and against them, as the devices' guides call them."""
WAITS_FOR_A_PERSON = {
    "refill": "fill the mug, see that nobody is near the arm, then go on",
    "acknowledge": "the arm is in fault: look why, make it safe, then go on",
}
"""What the phases of a reset ask for that wait for somebody, where the arm is attended."""


class View:
    """The lower lines of the terminal, or lines in turn where there is none."""

    def __init__(self, console: Console, guide: str) -> None:
        """Print to the console."""
        self.console = console
        self._guide = Text(guide, style="cyan")
        self._last = ""
        self._live = Live(self._guide, console=console, refresh_per_second=10, transient=True)
        if not console.is_terminal:
            console.print(self._guide)

    def __enter__(self) -> "View":
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.stop()

    def show(self, teacher: Teacher, kept: int, wanted: int) -> None:
        """The state as it is now."""
        state = f"{kept} of {wanted} episodes kept   {describe(teacher)}"
        figures = figures_of(teacher)
        if self.console.is_terminal:
            self._live.update(Group(self._guide, Text(state, style="bold"), Text(figures, style="dim")))
        elif state != self._last:
            self.console.print(f"{state}   {figures}", soft_wrap=True)
        self._last = state


def describe(teacher: Teacher) -> str:
    """What is going on, and what the person has to do."""
    told = teacher.told
    if teacher.state == JUDGE and not teacher.complete:
        told = "a part of the episode was lost on the way: discard it"
    return {
        CONNECT: "waiting for the environment",
        RESET: WAITS_FOR_A_PERSON.get(told, f"the arm goes to a first state: {told}"),
        DRIVE: "drive: over the cup, down, pour",
        JUDGE: f"the episode is over{': ' if told else ''}{told}   keep or discard it?",
        STAND: f"no episode: {told}   go on?",
    }[teacher.state]


def figures_of(teacher: Teacher) -> str:
    """Where to go from here, and the last step in numbers; empty before the first."""
    info = teacher.info
    if not info:
        return ""
    return (
        f"step {len(teacher.episode)}   to the goal: {way_of(teacher.observation)}   "
        f"poured {info['poured']:.0%}   spilled {info['spilled']:.0%}{'   SUCCESS' if info['success'] else ''}"
    )


def way_of(observation: NDArray[np.float32]) -> str:
    """What is left to the goal in an observation [15], in words.

    They don't tell of less than half a centimetre, or a twentieth of a radian.
    """
    position, roll, goal, goal_roll = observation[:3], observation[5], observation[9:12], observation[14]
    left = [
        f"{abs(100 * away):.0f} cm {forth if away > 0 else back}"
        for away, (forth, back) in zip((goal - position).tolist(), DIRECTIONS, strict=True)
        if abs(away) >= 0.005
    ]
    if abs(turn := float(goal_roll - roll)) >= 0.05:
        left.append(f"{'pour' if turn > 0 else 'upright'} {abs(turn):.2f} rad")
    return ", ".join(left) or "there"
