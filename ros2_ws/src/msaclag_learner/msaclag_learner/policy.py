"""The tanh-Gaussian policy: a = tanh(μ(s) + σ(s) ξ), with the gradients of its actions and of its entropy."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from msaclag_learner.mlp import Mlp

LOG_STD_RANGE = (-20.0, 2.0)
"""As in Haarnoja et al. (2018)."""


class PolicySample(NamedTuple):
    """Actions drawn on a batch of states, and what their gradients need."""

    actions: Tensor
    """[P, B, A] in (−1, 1)."""
    log_probabilities: Tensor
    """[P, B]."""
    fed: list[Tensor]
    spread: Tensor
    """σξ, [P, B, A]: da/dlogσ before the tanh; 0 where log σ is at a bound."""
    unbounded: Tensor
    """[P, B, A], 1 where log σ is not at a bound."""


def sample(network: Mlp, parameters: Tensor, states: Tensor, noise: Tensor) -> PolicySample:
    """Reparametrised actions on `states` [P, B, S] for standard normal `noise` [P, B, A]."""
    outputs, fed = network.forward(parameters, states)
    mean, raw_log_std = outputs.chunk(2, dim=-1)
    log_std = raw_log_std.clamp(*LOG_STD_RANGE)
    unbounded = (log_std == raw_log_std).to(mean.dtype)
    spread = log_std.exp() * noise
    before_tanh = mean + spread
    # log(1 − tanh² u) = 2 (log 2 − u − softplus(−2u)), without cancellation.
    squash = 2 * (math.log(2) - before_tanh - F.softplus(-2 * before_tanh))
    log_normal = -0.5 * noise.square() - log_std - 0.5 * math.log(2 * math.pi)
    log_probabilities = (log_normal - squash).sum(-1)
    return PolicySample(before_tanh.tanh(), log_probabilities, fed, spread * unbounded, unbounded)


def mean_action(network: Mlp, parameters: Tensor, states: Tensor) -> tuple[Tensor, list[Tensor]]:
    """The deterministic actions tanh μ(s) [P, B, A] on `states`, and what the network's layers were fed."""
    outputs, fed = network.forward(parameters, states)
    return outputs.chunk(2, dim=-1)[0].tanh(), fed


def action_gradient(network: Mlp, parameters: Tensor, drawn: PolicySample, by_action: Tensor) -> Tensor:
    """∇_φ of a scalar whose gradient by the drawn actions is `by_action` [P, B, A]: [P, size]."""
    before_tanh = by_action * (1 - drawn.actions.square())
    outputs = torch.cat((before_tanh, before_tanh * drawn.spread), dim=-1)
    return network.parameter_gradient(parameters, drawn.fed, outputs)


def entropy_gradient(network: Mlp, parameters: Tensor, drawn: PolicySample) -> Tensor:
    """∇_φ E[log π(a|s)] over the batch: [P, size]. d log π/dμ = 2a, d log π/d log σ = −1 + 2aσξ."""
    batch = drawn.actions.shape[1]
    by_mean = 2 * drawn.actions
    outputs = torch.cat((by_mean, by_mean * drawn.spread - drawn.unbounded), dim=-1).div_(batch)
    return network.parameter_gradient(parameters, drawn.fed, outputs)


def mean_action_gradient(
    network: Mlp, parameters: Tensor, actions: Tensor, fed: list[Tensor], by_action: Tensor
) -> Tensor:
    """∇_φ of a scalar whose gradient by the deterministic `actions` is `by_action` [P, B, A]: [P, size]."""
    by_mean = by_action * (1 - actions.square())
    outputs = torch.cat((by_mean, torch.zeros_like(by_mean)), dim=-1)
    return network.parameter_gradient(parameters, fed, outputs)
