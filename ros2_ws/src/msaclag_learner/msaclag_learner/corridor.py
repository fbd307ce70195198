"""A corridor with a forbidden prize: a small constrained problem whose optimum is known in closed form.

A point starts at x₀, uniform in [0, 1], and moves by x′ = max(0, x + d a), a ∈ [−1, 1], with stride d. A step pays x′.
Beyond the wall at x = 1 it pays a prize b besides, which violates the constraint and ends the episode. Any other step
is the last one with probability 1 − q, so that nothing but the position matters.

**The constrained optimum.** Without a violation step t = 1, 2, … pays at most min(1, x₀ + d t), which the action
a = min(1, (1 − x)/d) earns in every step; step t comes with probability q^(t−1). The best safe return is therefore

    1/(1 − q) − Σ_t q^(t−1) max(0, 1 − x₀ − d t),

and what is best at each step is best for any discount γ_r.

**Without the constraint** the prize is worth more than staying, b > 1/(1 − q): the best policy crosses as soon as it
can.

**The critical multiplier.** Where each violation costs ν, crossing from the wall is worth 1 + d + b − ν, and staying
1/(1 − γ_r q): the constrained optimum is that of Eq. 11 where ν > 1 + d + b − 1/(1 − γ_r q), and only there.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

STATE_SIZE = ACTION_SIZE = 1
WALL = 1.0
STRIDE = 0.25
"""d."""
PRIZE = 10.0
"""b."""
SURVIVAL = 0.8
"""q."""


class Step(NamedTuple):
    """What a step led to; each tensor has the shape of the positions."""

    positions: Tensor
    rewards: Tensor
    costs: Tensor
    """0 or 1; 1 ends the episode."""


def step(positions: Tensor, actions: Tensor) -> Step:
    """One step of any number of points, `actions` being of the shape of `positions`."""
    following = (positions + STRIDE * actions.clamp(-1, 1)).clamp(min=0)
    costs = (following > WALL).to(positions.dtype)
    return Step(following, following + PRIZE * costs, costs)


def best_safe_action(positions: Tensor) -> Tensor:
    """Of the constrained optimum."""
    return ((WALL - positions) / STRIDE).clamp(max=1)


def best_safe_return(starts: Tensor) -> Tensor:
    """What the constrained optimum earns from `starts`, in the mean over the ends of episodes."""
    best = torch.full_like(starts, WALL / (1 - SURVIVAL))
    for number in range(1, math.ceil(WALL / STRIDE)):
        best -= SURVIVAL ** (number - 1) * (WALL - starts - number * STRIDE).clamp(min=0)
    return best


def critical_multiplier(reward_discount: float) -> float:
    """The constrained optimum is the best policy above it, and is not below."""
    return WALL + STRIDE + PRIZE - WALL / (1 - reward_discount * SURVIVAL)


class Points:
    """P points, each in episodes of its own; what befalls point i is drawn with generator i."""

    def __init__(self, generators: list[torch.Generator]) -> None:
        """Each at the start of an episode."""
        self._generators = generators
        self.positions = WALL * self._uniform()
        """[P]."""
        self.begins = torch.ones(len(generators), dtype=torch.bool)
        """[P], whether an episode begins there."""

    def random_actions(self) -> Tensor:
        """Uniform in [−1, 1], [P]."""
        return 2 * self._uniform() - 1

    def move(self, actions: Tensor) -> Tensor:
        """One step by `actions` [P]; an episode that ends is followed by the next.

        Returns:
            Rows [P, width] as of `TransitionLayout`.
        """
        after = step(self.positions, actions)
        survived = self._uniform() < SURVIVAL
        self.begins = ~survived | (after.costs > 0)
        columns = (self.positions, actions, after.rewards, after.costs, self.begins.float(), after.positions)
        self.positions = torch.where(self.begins, WALL * self._uniform(), after.positions)
        return torch.stack(columns, dim=-1)

    def _uniform(self) -> Tensor:
        return torch.cat([torch.rand(1, generator=each) for each in self._generators])
