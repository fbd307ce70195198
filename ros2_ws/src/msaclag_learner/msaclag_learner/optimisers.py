"""Optimisers over one tensor, in place; RMSProp also tells how its step depends on the gradient."""

import torch
from torch import Tensor


class Adam:
    """Adam (Kingma and Ba, 2015) on `parameters`, of any shape."""

    def __init__(self, parameters: Tensor, rate: float, *, floor: float = 1e-8) -> None:
        """Optimise `parameters` in place with step size `rate`."""
        self.parameters, self.rate, self.floor = parameters, rate, floor
        self.mean = torch.zeros_like(parameters)
        self.square = torch.zeros_like(parameters)
        self.steps = torch.zeros((), dtype=torch.int64)

    def descend(self, gradient: Tensor) -> None:
        """One step against `gradient`."""
        self.steps += 1
        steps = int(self.steps)
        self.mean.lerp_(gradient, 1 - 0.9)
        self.square.mul_(0.999).addcmul_(gradient, gradient, value=1 - 0.999)
        root = (self.square / (1 - 0.999**steps)).sqrt_().add_(self.floor)
        self.parameters.addcdiv_(self.mean, root, value=-self.rate / (1 - 0.9**steps))

    def state(self) -> dict[str, Tensor]:
        """All that the next step depends on besides the parameters."""
        return {"mean": self.mean, "square": self.square, "steps": self.steps}


class RmsProp:
    """RMSProp with its floor inside the root, so that its step is differentiable everywhere.

    v′ = ρv + (1−ρ)g², θ′ = θ + βg/√(v′+δ). With the floor outside, a gradient of exactly 0 (one dead ReLU unit) makes
    the derivative of the step 0/0.
    """

    def __init__(self, parameters: Tensor, rate: float, *, decay: float = 0.99, floor: float = 1e-12) -> None:
        """Optimise `parameters` in place with step size `rate` (β), `decay` (ρ) and `floor` (δ)."""
        self.parameters, self.rate, self.decay, self.floor = parameters, rate, decay, floor
        self.square = torch.zeros_like(parameters)

    def ascend(self, gradient: Tensor) -> Tensor:
        """One step along `gradient`.

        Returns:
            The diagonal of dθ′/dg: β(ρv+δ)/(v′+δ)^{3/2}, positive and finite, of the shape of the parameters.
        """
        decayed = self.square.mul_(self.decay) + self.floor
        self.square.addcmul_(gradient, gradient, value=1 - self.decay)
        inverse_root = (self.square + self.floor).rsqrt_()
        self.parameters.addcmul_(gradient, inverse_root, value=self.rate)
        return decayed.mul_(inverse_root.pow(3)).mul_(self.rate)

    def state(self) -> dict[str, Tensor]:
        """All that the next step depends on besides the parameters."""
        return {"square": self.square}
