"""Rings of rows: what the replay buffer D, the safety buffer D_s and the initial-state buffer D₀ are made of."""

from typing import NamedTuple

import torch
from torch import Tensor

from msaclag_learner.samples import Batch


class RowRings:
    """Rings of rows, the oldest overwritten first, in one tensor, so that one gather draws from several of them."""

    def __init__(self, rings: int, capacity: int, width: int, device: torch.device | str = "cpu") -> None:
        """Room for `capacity` rows of `width` numbers in each ring; on the CPU memory is touched as it fills."""
        self._rows = torch.empty(rings, capacity, width, device=device)
        self._flat = self._rows.view(-1, width)
        self.added = [0] * rings
        """Rows ever added to each ring."""

    @property
    def capacity(self) -> int:
        """Rows that fit in a ring."""
        return self._rows.shape[1]

    def size(self, ring: int) -> int:
        """Rows held in `ring`."""
        return min(self.added[ring], self.capacity)

    def rows(self, ring: int) -> Tensor:
        """What `ring` holds, as it lies there: a view [size, width]."""
        return self._rows[ring, : self.size(ring)]

    def add(self, ring: int, rows: Tensor) -> None:
        """Append `rows` [N, width]; the same as one after the other."""
        kept = rows[-self.capacity :]
        start = (self.added[ring] + len(rows) - len(kept)) % self.capacity
        before_wrap = min(len(kept), self.capacity - start)
        self._rows[ring, start : start + before_wrap] = kept[:before_wrap]
        if before_wrap < len(kept):
            self._rows[ring, : len(kept) - before_wrap] = kept[before_wrap:]
        self.added[ring] += len(rows)

    def draw(self, ring: int, count: int, generator: torch.Generator) -> Tensor:
        """[count] indices of rows of `ring`, which must hold one: uniform, with replacement, on the CPU."""
        first = ring * self.capacity
        return torch.randint(first, first + self.size(ring), (count,), generator=generator)

    def gather(self, indices: Tensor) -> Tensor:
        """[P, N, width] rows for drawn `indices` [P, N]."""
        drawn = self._flat.index_select(0, indices.view(-1).to(self._flat.device))
        return drawn.view(*indices.shape, -1)


class TransitionLayout(NamedTuple):
    """How a transition lies in a row: state, action, reward, cost, terminal, next state."""

    state_size: int
    action_size: int

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return 2 * self.state_size + self.action_size + 3

    @property
    def cost(self) -> int:
        """Column of the cost."""
        return self.state_size + self.action_size + 1

    def split(self, rows: Tensor) -> Batch:
        """Views into `rows` [..., width]."""
        state, action, reward, cost, terminal, following = rows.split(
            (self.state_size, self.action_size, 1, 1, 1, self.state_size), dim=-1
        )
        return Batch(state, action, reward.squeeze(-1), cost.squeeze(-1), terminal.squeeze(-1), following)
