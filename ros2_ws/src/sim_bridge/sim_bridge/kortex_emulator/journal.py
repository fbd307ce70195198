"""What the arm was told and how it moved, with the times by its own clock: a driver is measured from here."""

from collections import deque
from math import radians
from typing import Any, NamedTuple

import numpy as np

from kinova_pour_env.arm import ArmState

KEPT = 3000
"""Orders, and periods: 75 s at 40 Hz."""
ORDERS = frozenset({"SendTwistCommand", "Stop", "ApplyEmergencyStop"})


class Order(NamedTuple):
    """A call that replaced what the arm was told before.

    Attributes:
        time: s of CLOCK_MONOTONIC, when it came.
        method: of `ORDERS`.
        speed: m/s of the twist's linear part, 0 for a stop.
        turn: rad/s of its angular part.
    """

    time: float
    method: str
    speed: float
    turn: float


class Period(NamedTuple):
    """How the mug moved at the end of a period.

    Attributes:
        time: s of CLOCK_MONOTONIC, when the period was begun.
        speed: m/s.
        turn: rad/s.
        position: [3] m, of the mug's middle.
        touching: the arm or the mug touches itself or the scene.
    """

    time: float
    speed: float
    turn: float
    position: tuple[float, ...]
    touching: bool


class Journal:
    """The last `KEPT` orders and periods."""

    def __init__(self) -> None:
        """Nothing has happened."""
        self._orders: deque[Order] = deque(maxlen=KEPT)
        self._periods: deque[Period] = deque(maxlen=KEPT)

    def told(self, now: float, method: str, message: Any) -> None:
        """A call was carried out."""
        if method in ORDERS:
            speed, turn = (_length(message, part) for part in ("linear", "angular"))
            self._orders.append(Order(now, method, speed, radians(turn)))

    def moved(self, now: float, state: ArmState) -> None:
        """A period has passed."""
        speed, turn = (float(np.linalg.norm(part)) for part in (state.cup_velocity, state.cup_angular_velocity))
        self._periods.append(Period(now, speed, turn, tuple(state.cup_position.tolist()), bool(state.contacts)))

    def since(self, time: float) -> dict[str, list[Any]]:
        """The "orders" and the "periods" after a time, the oldest first."""
        return {
            "orders": [order for order in self._orders if order.time > time],
            "periods": [period for period in self._periods if period.time > time],
        }


def _length(message: Any, part: str) -> float:
    """Of a part of the message's twist; 0 where it has none."""
    twist = getattr(message, "twist", None)
    return float(np.linalg.norm([getattr(twist, f"{part}_{axis}", 0.0) for axis in "xyz"]))
