"""The keyboard of a terminal as a steering device.

A terminal tells when a key comes, not when it is let go: a held key comes again and again, after a first delay. So a
key moves the mug as long as it is held, and for a moment longer: `FIRST` after it came alone, `NEXT` while it repeats.
A hand that leaves the keyboard, or a line that breaks, is a mug that comes to rest.
"""

import os
import select
import sys
import termios
import tty
from typing import Any

import numpy as np

from msaclag.teach.steering import Action, Order, Steering, standing
from msaclag_ros.settings import SettingError

FIRST = 0.6
"""s that a key moves the mug when it comes alone: until the terminal would repeat it (X11 waits 0.5 s, some 0.6)."""
NEXT = 0.15
"""s that a repeated key does: some periods of the repetition, or a hiccup of a remote line."""
REPEATING = 0.12
"""s between two bytes of a key that is held."""

AXES = {"w": (0, 1), "s": (0, -1), "a": (1, 1), "d": (1, -1), "r": (2, 1), "f": (2, -1), "e": (3, 1), "q": (3, -1)}
"""By key: the component of the action, and its sign."""
SPEEDS = {"1": 0.2, "2": 0.4, "3": 0.6, "4": 0.8, "5": 1.0}
"""By key: the share of full speed that the others ask for."""
ORDERS = {
    "\n": Order.END,
    "\r": Order.END,
    "k": Order.KEEP,
    "x": Order.DISCARD,
    "g": Order.GO_ON,
    " ": Order.EMERGENCY_STOP,
}

GUIDE = """\
hold   w away  s back   a left  d right   r up  f down   e pour  q upright     (seen from the arm's base)
speed  1 slow … 5 full      Enter ends the episode, then  k keeps it  x discards it
g goes on (mug refilled, arm looked at)      Space EMERGENCY STOP      Ctrl-C finishes"""


class Keys:
    """What the bytes of a terminal amount to."""

    def __init__(self) -> None:
        """No key was pressed, and the speed is gentle."""
        self._speed = SPEEDS["2"]
        self._held: dict[int, tuple[int, float]] = {}
        self._came: dict[str, float] = {}

    def press(self, key: str, now: float) -> Order | None:
        """A key came; gives what it orders, if it is of that kind.

        Args:
            key: one character, small or capital.
            now: s.
        """
        key = key.lower()
        if key in AXES:
            axis, sign = AXES[key]
            repeats = now - self._came.get(key, -np.inf) < REPEATING
            self._came[key] = now
            self._held[axis] = sign, now + (NEXT if repeats else FIRST)
        self._speed = SPEEDS.get(key, self._speed)
        order = ORDERS.get(key)
        if order is not None:
            self._held.clear()
        return order

    def action(self, now: float) -> Action:
        """What the keys that are held ask for, [4]."""
        action = standing()
        for axis, (sign, until) in self._held.items():
            if now < until:
                action[axis] = sign * self._speed
        return action


class Keyboard:
    """Standard input, byte by byte and without echo while it is held; obeys `Device`."""

    def __init__(self) -> None:
        """Find the terminal.

        Raises:
            SettingError: standard input is none.
        """
        if not sys.stdin.isatty():
            raise SettingError("the keyboard needs a terminal, and standard input is none: start it in one")
        self.guide = GUIDE
        self._keys = Keys()
        self._terminal = sys.stdin.fileno()
        self._before: list[Any] = []

    def __enter__(self) -> "Keyboard":
        """Take the terminal's lines apart; Ctrl-C goes on to interrupt."""
        self._before = termios.tcgetattr(self._terminal)
        tty.setcbreak(self._terminal)
        return self

    def __exit__(self, *error: object) -> None:
        """Give the terminal back as it was, without the keys that nobody has read."""
        termios.tcsetattr(self._terminal, termios.TCSAFLUSH, self._before)

    def read(self, now: float) -> Steering:
        """The keys that came, and those that are held."""
        orders = []
        while select.select([self._terminal], [], [], 0)[0]:
            pressed = os.read(self._terminal, 64)
            if not pressed:
                raise SettingError("the terminal is gone")
            for key in pressed.decode("utf8", "replace"):
                if (order := self._keys.press(key, now)) is not None:
                    orders.append(order)
        return Steering(self._keys.action(now), tuple(orders))
