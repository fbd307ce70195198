"""What one update is computed from: transitions and first states drawn from the buffers, and noise."""

from typing import NamedTuple

from torch import Tensor


class Batch(NamedTuple):
    """Transitions for P agents, as they happened."""

    states: Tensor
    """[P, B, S]."""
    actions: Tensor
    """[P, B, A]."""
    rewards: Tensor
    """[P, B]."""
    costs: Tensor
    """[P, B], 0 or 1."""
    terminals: Tensor
    """[P, B], 1 where the episode was over but for a time limit."""
    next_states: Tensor
    """[P, B, S]."""


NEXT, INNER, OUTER = slice(0, 2), 2, 3
"""The parts of `Samples.noise` for actions on next states (of ℬ, then of the safety critics' batch), on ℬ and on ℬ′."""


class Samples(NamedTuple):
    """All that an update depends on besides the agents' own tensors."""

    safety: Batch
    """From D ∪ D_s, for the safety critics."""
    inner: Batch
    """ℬ ⊂ D, for the reward critics, ν and φ."""
    outer_states: Tensor
    """States of ℬ′ ⊂ D, for ε: [P, B, S]."""
    initial_states: Tensor
    """States of D₀, for α: [P, B, S]."""
    noise: Tensor
    """Standard normal, [P, 4, B, A]; see NEXT, INNER and OUTER."""
