"""One transition, and what must not be learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
LARGEST = float(np.finfo(np.float32).max)


class ExperienceError(ValueError):
    """What must not be learned from, or is too little to learn from; the message names it."""


@dataclass(frozen=True, slots=True)
class Transition:
    """(s, a, r, c, s′): observation [S], action [A] as chosen, reward, cost 0 or 1, next observation [S], end.

    Not as it was executed: what an arm does in a step is mostly what it did in the one before, and where its filter
    limits jerk a critic of executed actions cannot tell what another choice is worth (docs/algorithm.md).
    """

    observation: Array
    action: Array
    reward: float
    cost: int
    next_observation: Array
    terminated: bool


def checked(name: str, values: Array, size: int) -> Array:
    """A copy of `values` [size] in float32.

    Raises:
        ExperienceError: they are not `size` finite numbers.
    """
    if np.shape(values) != (size,):
        raise ExperienceError(f"the {name} has shape {np.shape(values)}, not ({size},)")
    if not (np.abs(values) <= LARGEST).all():
        raise ExperienceError(f"the {name} holds a number that is not finite: {values}")
    return np.array(values, np.float32)
