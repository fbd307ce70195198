"""What an agent leaves: its episodes, its curves and its evaluation."""

from collections.abc import Callable
from typing import NamedTuple

Columns = dict[str, list[float]]
Tell = Callable[[int], None]
"""Called after each step with the steps done, of training and evaluation."""
POINTS = 200
"""Of a curve, at most."""


class Outcome(NamedTuple):
    """Of one agent."""

    episodes: Columns
    """Of training, see `recording.FIGURES`."""
    curves: Columns
    """`step`, and what else is worth watching over the updates, such as α, ε and ν."""
    evaluation: Columns
    """Episodes with the deterministic policy, as `episodes`."""
    diverged: int | None = None
    """Step at which its actions were no longer finite and it was stopped; it has no evaluation then."""


def curve_period(steps: int) -> int:
    """Steps between two points of a curve."""
    return max(1, -(-steps // POINTS))
