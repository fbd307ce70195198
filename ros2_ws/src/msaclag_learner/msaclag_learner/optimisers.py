"""Gradient ascent in place on tensors with a leading agent axis; each step tells how it depends on its gradient.

Each floor stands inside the root, so that the step is differentiable everywhere. With it outside, a gradient of exactly
0 (one dead ReLU unit) makes the derivative of the step 0/0.
"""

from typing import Protocol

import torch
from torch import Tensor

from msaclag_learner.configuration import OptimiserName


class Optimiser(Protocol):
    """Moves one tensor."""

    def ascend(self, gradient: Tensor) -> Tensor:
        """One step θ → θ′ along `gradient`; returns the diagonal of dθ′/dg, which is all of it."""
        ...

    def state(self) -> dict[str, Tensor]:
        """All that the next step depends on besides the parameters."""
        ...


class Sgd:
    """θ′ = θ + βg."""

    def __init__(self, parameters: Tensor, rate: Tensor) -> None:
        """Optimise `parameters` in place with step size `rate` (β), which broadcasts to them."""
        self.parameters, self.rate = parameters, rate

    def ascend(self, gradient: Tensor) -> Tensor:
        """One step; see Optimiser."""
        self.parameters.addcmul_(gradient, self.rate)
        return self.rate.expand_as(gradient)

    def state(self) -> dict[str, Tensor]:
        """None."""
        return {}


class RmsProp:
    """v′ = ρv + (1−ρ)g², θ′ = θ + βg/√(v′+δ)."""

    decay, floor = 0.99, 1e-12
    """ρ and δ, as in Meta-SAC (Wang and Ni, 2020)."""

    def __init__(self, parameters: Tensor, rate: Tensor) -> None:
        """Optimise `parameters` in place with step size `rate` (β), which broadcasts to them."""
        self.parameters, self.rate = parameters, rate
        self.square = torch.zeros_like(parameters)

    def ascend(self, gradient: Tensor) -> Tensor:
        """One step; the diagonal is β(ρv+δ)/(v′+δ)^{3/2}, positive and finite."""
        decayed = self.square.mul_(self.decay) + self.floor
        self.square.addcmul_(gradient, gradient, value=1 - self.decay)
        inverse_root = (self.square + self.floor).rsqrt_()
        scaled = inverse_root * self.rate
        self.parameters.addcmul_(gradient, scaled)
        return decayed.mul_(inverse_root.square_()).mul_(scaled)

    def state(self) -> dict[str, Tensor]:
        """The running mean square v."""
        return {"square": self.square}


class Adam:
    """m′ = β₁m + (1−β₁)g, v′ = β₂v + (1−β₂)g², θ′ = θ + βm̂/√(v̂+δ) (Kingma and Ba, 2015, but for the floor's place)."""

    mean_decay, square_decay, floor = 0.9, 0.999, 1e-16

    def __init__(self, parameters: Tensor, rate: Tensor) -> None:
        """Optimise `parameters` in place with step size `rate` (β), which broadcasts to them."""
        self.parameters, self.rate = parameters, rate
        self.mean, self.square = torch.zeros_like(parameters), torch.zeros_like(parameters)
        self.steps = torch.zeros((), dtype=parameters.dtype, device=parameters.device)

    def ascend(self, gradient: Tensor) -> Tensor:
        """One step; the diagonal is β[(1−β₁)′ − m̂ g (1−β₂)′/(v̂+δ)]/√(v̂+δ), ′ meaning over its bias correction."""
        self.steps += 1
        mean_share = (1 - self.mean_decay) / (1 - self.mean_decay**self.steps)
        square_share = (1 - self.square_decay) / (1 - self.square_decay**self.steps)
        self.mean.lerp_(gradient, 1 - self.mean_decay)
        self.square.mul_(self.square_decay).addcmul_(gradient, gradient, value=1 - self.square_decay)
        mean = self.mean * (mean_share / (1 - self.mean_decay))
        square = (self.square * (square_share / (1 - self.square_decay))).add_(self.floor)
        scaled = square.rsqrt() * self.rate
        self.parameters.addcmul_(mean, scaled)
        return (mean_share - mean.mul_(gradient).mul_(square_share).div_(square)).mul_(scaled)

    def state(self) -> dict[str, Tensor]:
        """The running means m and v, and the number of steps."""
        return {"mean": self.mean, "square": self.square, "steps": self.steps}


OPTIMISERS: dict[OptimiserName, type[Sgd] | type[RmsProp] | type[Adam]] = {
    "rmsprop": RmsProp,
    "adam": Adam,
    "sgd": Sgd,
}
