"""The tanh-Gaussian policies of P agents: a = tanh(μ(s) + σ(s) ξ), and gradients of what depends on their actions."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from msaclag_learner.acting import LOG_STD_RANGE
from msaclag_learner.configuration import OptimiserName
from msaclag_learner.mlp import Mlp, Networks
from msaclag_learner.optimisers import OPTIMISERS


class Drawn(NamedTuple):
    """Actions on R states, and what gradients through them need."""

    actions: Tensor
    """[P, R, A] in (−1, 1)."""
    log_probabilities: Tensor
    """log π(a|s), [P, R]."""
    fed: list[Tensor]
    slope: Tensor
    """da/dμ = 1 − a², [P, R, A]."""
    spread: Tensor
    """σξ, [P, R, A]: dμ-equivalent of log σ; 0 where log σ is at a bound."""
    unbounded: Tensor
    """[P, R, A], 1 where log σ is not at a bound."""

    def by_output(self, by_action: Tensor) -> Tensor:
        """From the gradient by the actions [P, R, A] to that by the network's outputs [P, R, 2A]."""
        by_mean = by_action * self.slope
        return torch.cat((by_mean, by_mean * self.spread), dim=-1)

    def log_probability_by_output(self) -> Tensor:
        """Gradient of Σ log π(a|s) by the outputs [P, R, 2A]: d log π/dμ = 2a, d log π/d log σ = 2aσξ − 1."""
        by_mean = 2 * self.actions
        return torch.cat((by_mean, by_mean * self.spread - self.unbounded), dim=-1)


class Actor:
    """P policies, `parameters` [P, size], and their averages over the updates of late, `averaged` [P, size]."""

    def __init__(
        self,
        shape: Mlp,
        generators: list[torch.Generator],
        *,
        rate: Tensor,
        optimiser: OptimiserName,
        averaging: float,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        """Fresh policies, that of agent i drawn with generator i.

        Args:
            shape: one input for each state, two outputs for each action.
            generators: one for each agent.
            rate: [P], the optimiser's step.
            optimiser: its name.
            averaging: the share by which an average moves towards its policy.
            dtype: of all tensors.
            device: of all tensors.
        """
        self.networks = Networks.drawn(shape, generators, dtype, device)
        self.parameters = self.networks.parameters
        self.averaged, self._averaging = self.parameters.clone(), averaging
        self.optimiser = OPTIMISERS[optimiser](self.parameters, rate.unsqueeze(-1))

    def draw(self, states: Tensor, noise: Tensor) -> Drawn:
        """Actions on `states` [P, R, S] by standard normal `noise` [P, R, A]; where it is 0, deterministic ones."""
        outputs, fed = self.networks.forward(states)
        mean, raw_log_std = outputs.chunk(2, dim=-1)
        log_std = raw_log_std.clamp(*LOG_STD_RANGE)
        unbounded = (log_std == raw_log_std).to(mean.dtype)
        spread = log_std.exp() * noise
        before_tanh = mean + spread
        actions = before_tanh.tanh()
        # log(1 − tanh² u) = 2 (log 2 − u − softplus(−2u)), without cancellation.
        squash = 2 * (math.log(2) - before_tanh - F.softplus(-2 * before_tanh))
        log_normal = -0.5 * noise.square() - log_std - 0.5 * math.log(2 * math.pi)
        log_probabilities = (log_normal - squash).sum(-1)
        return Drawn(actions, log_probabilities, fed, 1 - actions.square(), spread * unbounded, unbounded)

    def gradients(self, drawn: Drawn, by_outputs: Tensor) -> Tensor:
        """∇_φ of K scalars by their gradients by the outputs, [P, K, R, 2A]: [P, K, size]."""
        return self.networks.parameter_gradients(drawn.fed, by_outputs.unsqueeze(1)).squeeze(1)

    def gradients_of_groups(self, drawn: Drawn, by_outputs: Tensor) -> Tensor:
        """∇_φ of G scalars, each of which depends on its own B of the R = G·B rows, [P, G, B, 2A]: [P, G, size]."""
        return self.networks.parameter_gradients(drawn.fed, by_outputs.unsqueeze(2)).squeeze(2)

    def average(self, updates: Tensor) -> None:
        """Take the policies of now into their averages: the mean of all `updates` [] so far until they are many."""
        share = updates.to(self.parameters.dtype).reciprocal().clamp_(min=self._averaging)
        self.averaged.lerp_(self.parameters, share)

    def state(self) -> dict[str, Tensor]:
        """Parameters, averages and the optimiser's memory, by name."""
        optimiser = {f"optimiser.{name}": value for name, value in self.optimiser.state().items()}
        return {"parameters": self.parameters, "averaged": self.averaged, **optimiser}
