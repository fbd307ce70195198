"""How near bodies are to each other: what a mirrored twin tells the safety layer."""

from collections.abc import Callable
from typing import NamedTuple

from kinova_pour_env.kinematics import Vector


class Nearness(NamedTuple):
    """Of each two bodies that may touch.

    Attributes:
        distances: the least of each pair, [N] m.
        gradients: how they grow as the joints turn, [N, 7] m/rad.
    """

    distances: Vector
    gradients: Vector


NearestDistance = Callable[[Vector], Nearness]
"""From joint positions [7] rad."""
