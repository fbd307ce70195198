"""All that chance decides about one update, in one block of memory: a single transfer brings it to a GPU."""

import torch

NOISES = 4
"""Draws from the policy in one update (see `Samples.noise`)."""


class Draws:
    """Which rows an update of P agents sees, and its noise; all are views of one block.

    Attributes:
        block: of int64.
        transitions: indices [P, 3 B] for the safety critics, ℬ and ℬ′.
        first_states: indices [P, B].
        noise: standard normal, [P, 4, B, A], in float32.
    """

    def __init__(
        self, agents: int, batch: int, action_size: int, device: torch.device | str = "cpu", *, pinned: bool = False
    ) -> None:
        """Room for them; whatever lay in the memory.

        Args:
            agents: P.
            batch: B.
            action_size: A.
            device: of the block.
            pinned: whether a GPU may read the block while the CPU goes on.
        """
        rows = agents * batch
        sizes = (3 * rows, rows, NOISES // 2 * rows * action_size)  # two numbers of the noise in one of the block
        self.block = torch.empty(sum(sizes), dtype=torch.int64, device=device, pin_memory=pinned)
        transitions, first_states, noise = self.block.split(sizes)
        self.transitions = transitions.view(agents, 3 * batch)
        self.first_states = first_states.view(agents, batch)
        self.noise = noise.view(torch.float32).view(agents, NOISES, batch, action_size)

    def take(self, other: "Draws") -> None:
        """Become the same as `other`; on a GPU, once what it was asked for before is done."""
        self.block.copy_(other.block, non_blocking=True)
