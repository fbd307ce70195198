"""States as the networks see them: shifted and scaled, by figures taken once, when learning begins."""

import torch
from torch import Tensor

SMALLEST = 1e-3
"""A coordinate that spreads less counts as constant and is not scaled up: it would only amplify its rounding."""
LARGEST = 10.0
"""Bound of a normalised coordinate, for states far from all that was seen when the figures were taken."""


class StateNormaliser:
    """(s − mean) / spread for each of P agents, the identity until `fit`."""

    def __init__(self, agents: int, state_size: int, dtype: torch.dtype, device: torch.device) -> None:
        """The identity."""
        self.mean = torch.zeros(agents, state_size, dtype=dtype, device=device)
        self.spread = torch.ones(agents, state_size, dtype=dtype, device=device)
        self.bound = torch.full((agents, 1), torch.inf, dtype=dtype, device=device)

    def fit(self, states: Tensor) -> None:
        """Take mean and standard deviation from `states` [P, N, S]; in place, as checkpoints hold them."""
        self.mean.copy_(states.mean(1))
        spread = states.std(1)
        self.spread.copy_(torch.where(spread < SMALLEST, torch.ones_like(spread), spread))
        self.bound.fill_(LARGEST)

    def __call__(self, states: Tensor) -> Tensor:
        """`states` [P, B, S], normalised."""
        shifted = states - self.mean.unsqueeze(1)
        bound = self.bound.unsqueeze(1)
        return shifted.div_(self.spread.unsqueeze(1)).clamp_(-bound, bound)

    def state(self) -> dict[str, Tensor]:
        """The figures, by name."""
        return {"mean": self.mean, "spread": self.spread, "bound": self.bound}
