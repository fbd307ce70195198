"""The policy that acts: its weights in numpy, exchanged whole, so that acting never waits for an update."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from msaclag_learner.actor import LOG_STD_RANGE, Actor
from msaclag_learner.mlp import Mlp
from msaclag_learner.normalisation import StateNormaliser

Array = NDArray[np.float32]
Layers = list[tuple[Array, Array]]


class Weights(NamedTuple):
    """All that an action depends on; explorative ones come of the policy, deterministic ones of its average."""

    mean: Array
    spread: Array
    bound: Array
    layers: Layers
    averaged_layers: Layers
    version: int
    """Updates behind them."""

    @property
    def action_size(self) -> int:
        """Numbers of an action."""
        _, bias = self.layers[-1]
        return len(bias) // 2


def weights_of(actor: Actor, normaliser: StateNormaliser, version: int) -> Weights:
    """A copy of what `actor`'s only agent acts by after `version` updates; one transfer where they lie on a GPU."""
    parts = [*normaliser.state().values(), actor.parameters, actor.averaged]
    copy = torch.cat(parts, dim=1).to("cpu", torch.float32)
    mean, spread, bound, parameters, averaged = copy.split([part.shape[1] for part in parts], dim=1)
    shape = actor.networks.shape
    return Weights(
        mean[0].numpy(),
        spread[0].numpy(),
        bound[0].numpy(),
        _layers(shape, parameters),
        _layers(shape, averaged),
        version,
    )


def _layers(shape: Mlp, parameters: Tensor) -> Layers:
    """Weights and biases of `parameters` [1, size]."""
    return [(weight[0].numpy(), bias[0, 0].numpy()) for weight, bias in shape.layers(parameters)]


class ActingPolicy:
    """One agent's policy, for one observation at a time.

    Attributes:
        weights: in use; assigned as one, so that no action mixes two policies.
        random: the noise of explorative actions.
    """

    def __init__(self, weights: Weights, seed: int | tuple[int, ...]) -> None:
        """Act by `weights`, and explore by `seed`."""
        self.weights = weights
        self.random = np.random.default_rng(seed)

    def act(self, observation: Array, *, deterministic: bool) -> Array:
        """An action [A] in (−1, 1) for `observation` [S]."""
        weights = self.weights
        value = np.clip((observation - weights.mean) / weights.spread, -weights.bound, weights.bound)
        *hidden, (last_weight, last_bias) = weights.averaged_layers if deterministic else weights.layers
        for weight, bias in hidden:
            value = np.maximum(value @ weight + bias, 0)
        mean, log_std = np.split(value @ last_weight + last_bias, 2)
        if deterministic:
            return np.tanh(mean)
        noise = self.random.standard_normal(weights.action_size, dtype=np.float32)
        return np.tanh(mean + np.exp(np.clip(log_std, *LOG_STD_RANGE)) * noise)

    def explore(self) -> Array:
        """An action [A] drawn uniformly from [−1, 1], for the warm-up."""
        return self.random.uniform(-1, 1, self.weights.action_size).astype(np.float32)
