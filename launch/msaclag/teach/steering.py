"""What a person tells by the hand: where the mug shall go now, and what shall become of the episode."""

from enum import Enum
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.safety_filter import ACTIONS

Action = NDArray[np.float32]


class Order(Enum):
    """What is said once, by a key or a button."""

    END = "end the episode"
    KEEP = "keep it"
    DISCARD = "discard it"
    GO_ON = "go on"
    EMERGENCY_STOP = "emergency stop"


class Steering(NamedTuple):
    """The hand at one moment.

    Attributes:
        action: [4] in +-1: velocity of the mug along the base's axes, and rate of its roll, over their limits.
        orders: said since the moment before.
    """

    action: Action
    orders: tuple[Order, ...]


def standing() -> Action:
    """The action of a hand that asks for nothing."""
    return np.zeros(ACTIONS, np.float32)


class Device(Protocol):
    """A keyboard or a gamepad; a context manager."""

    guide: str
    """How it is used, for a person."""

    def __enter__(self) -> "Device":
        """Take hold of it."""

    def __exit__(self, *error: object) -> None:
        """Leave it as it was."""

    def read(self, now: float) -> Steering:
        """The hand at `now`, s of `time.monotonic`; does not wait."""
