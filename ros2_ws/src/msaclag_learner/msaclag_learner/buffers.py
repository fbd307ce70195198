"""Where experience is kept: the replay buffer D, the safety buffer D_s and the initial-state buffer D₀."""

from typing import NamedTuple

import torch
from torch import Tensor


class Batch(NamedTuple):
    """Transitions sampled for P agents."""

    states: Tensor
    """[P, B, S]."""
    actions: Tensor
    """[P, B, A]."""
    rewards: Tensor
    """[P, B]."""
    costs: Tensor
    """[P, B], 0 or 1."""
    terminals: Tensor
    """[P, B], 1 where no reward can follow."""
    next_states: Tensor
    """[P, B, S]."""


class RowBuffer:
    """A ring of rows for each of P agents, oldest overwritten first; sampling is one gather."""

    def __init__(self, agents: int, capacity: int, width: int, dtype: torch.dtype = torch.float32) -> None:
        """Room for `capacity` rows of `width` numbers for each agent; memory is touched as it fills."""
        self.rows = torch.empty(agents, capacity, width, dtype=dtype)
        self.added = torch.zeros(agents, dtype=torch.int64)

    @property
    def capacity(self) -> int:
        """Rows that fit for each agent."""
        return self.rows.shape[1]

    def size(self, agent: int) -> int:
        """Rows held for `agent`."""
        return min(int(self.added[agent]), self.capacity)

    def add(self, agent: int, row: Tensor) -> None:
        """Append `row` [width] for `agent`."""
        self.rows[agent, int(self.added[agent]) % self.capacity] = row
        self.added[agent] += 1

    def sample(self, agent: int, count: int, generator: torch.Generator) -> Tensor:
        """[count, width] rows of `agent`, drawn uniformly with replacement; none may be asked of an empty buffer."""
        indices = torch.randint(self.size(agent), (count,), generator=generator)
        return self.rows[agent].index_select(0, indices)


class TransitionLayout(NamedTuple):
    """How a transition lies in a row: state, action, reward, cost, terminal, next state."""

    state_size: int
    action_size: int

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return 2 * self.state_size + self.action_size + 3

    def split(self, rows: Tensor) -> Batch:
        """Views into `rows` [P, B, width]."""
        state, action, reward, cost, terminal, following = rows.split(
            (self.state_size, self.action_size, 1, 1, 1, self.state_size), dim=-1
        )
        return Batch(state, action, reward.squeeze(-1), cost.squeeze(-1), terminal.squeeze(-1), following)
