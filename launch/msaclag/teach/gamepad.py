"""A gamepad as a steering device, by SDL's mapping of all common pads to one layout."""

import os
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from msaclag.teach.steering import Action, Order, Steering, standing
from msaclag_ros.settings import SettingError

MISSING = "a gamepad is read by pygame-ce, which is not installed: .venv/bin/pip install pygame-ce"
NONE_FOUND = (
    "no gamepad is found: plug it in or pair it, and see that this user may read /dev/input/event* "
    "(group input; in a container, hand /dev/input on)"
)

DEAD_ZONE = 0.12
"""Deflection of a stick that counts as none: they do not come back to their middle."""
FULL = 32768
"""SDL's number for a full deflection."""

GUIDE = """\
hold the right shoulder button (RB, R1), else nothing moves      seen from the arm's base:
left stick  away, back, left, right      right stick  up, down      right trigger pours, left trigger upright
Back ends the episode, then  A keeps it  B discards it      Start goes on      X EMERGENCY STOP      Ctrl-C finishes"""


class Sticks(NamedTuple):
    """Deflections as SDL tells them: sticks in +-1, right and down positive; triggers in 0 to 1."""

    left_x: float
    left_y: float
    right_y: float
    left_trigger: float
    right_trigger: float


def action_of(sticks: Sticks, *, enabled: bool) -> Action:
    """The action [4] that the sticks ask for.

    Args:
        sticks: deflections.
        enabled: the enabling button is held.
    """
    if not enabled:
        return standing()
    pour = _beyond_dead_zone(sticks.right_trigger) - _beyond_dead_zone(sticks.left_trigger)
    directions = [_beyond_dead_zone(value) for value in (-sticks.left_y, -sticks.left_x, -sticks.right_y)]
    return np.array([*directions, pour], np.float32)


def _beyond_dead_zone(deflection: float) -> float:
    """In +-1, from 0 at the dead zone's edge on, and finer near it: the square."""
    beyond = min(1.0, max(0.0, (abs(deflection) - DEAD_ZONE) / (1 - DEAD_ZONE)))
    return float(np.copysign(beyond**2, deflection))


class Gamepad:
    """The first gamepad that is found; obeys `Device`."""

    def __init__(self) -> None:
        """Find it.

        Raises:
            SettingError: the library or the gamepad is missing.
        """
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # SDL hands events out to programs with a screen alone
        os.environ.setdefault("SDL_JOYSTICK_ALLOW_BACKGROUND_EVENTS", "1")
        os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
        os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")  # Ctrl-C stays ours
        try:
            self._pygame: Any = import_module("pygame")
            self._controllers: Any = import_module("pygame._sdl2.controller")
        except ModuleNotFoundError as error:
            raise SettingError(MISSING) from error
        self._pygame.display.init()
        self._controllers.init()
        found = [index for index in range(self._controllers.get_count()) if self._controllers.is_controller(index)]
        if not found:
            raise SettingError(NONE_FOUND)
        self._pad: Any = self._controllers.Controller(found[0])
        self.guide = GUIDE
        self._orders = {
            self._pygame.CONTROLLER_BUTTON_BACK: Order.END,
            self._pygame.CONTROLLER_BUTTON_A: Order.KEEP,
            self._pygame.CONTROLLER_BUTTON_B: Order.DISCARD,
            self._pygame.CONTROLLER_BUTTON_START: Order.GO_ON,
            self._pygame.CONTROLLER_BUTTON_X: Order.EMERGENCY_STOP,
        }
        self._pressed: set[Order] = set()

    def __enter__(self) -> "Gamepad":
        """It is held already."""
        return self

    def __exit__(self, *error: object) -> None:
        """Let go of it."""
        self._controllers.quit()
        self._pygame.display.quit()

    def read(self, now: float) -> Steering:
        """The sticks, and the buttons that were pressed since the last time.

        Raises:
            SettingError: the gamepad is gone.
        """
        self._pygame.event.pump()
        if not self._pad.attached():
            raise SettingError("the gamepad is gone: charge it or plug it in, and start again")
        pressed = {order for button, order in self._orders.items() if self._pad.get_button(button)}
        new, self._pressed = pressed - self._pressed, pressed
        enabled = bool(self._pad.get_button(self._pygame.CONTROLLER_BUTTON_RIGHTSHOULDER))
        return Steering(action_of(self._sticks(), enabled=enabled), tuple(new))

    def _sticks(self) -> Sticks:
        names = ("LEFTX", "LEFTY", "RIGHTY", "TRIGGERLEFT", "TRIGGERRIGHT")
        axes = (getattr(self._pygame, f"CONTROLLER_AXIS_{name}") for name in names)
        return Sticks(*(self._pad.get_axis(axis) / FULL for axis in axes))
