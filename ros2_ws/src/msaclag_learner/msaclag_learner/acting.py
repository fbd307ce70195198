"""The policy that acts: a copy of the weights in numpy, swapped whole, so that acting never waits for an update."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from msaclag_learner.actor import LOG_STD_RANGE, Actor
from msaclag_learner.mlp import Mlp
from msaclag_learner.normalisation import StateNormaliser

Array = NDArray[np.float32]


class _Weights(NamedTuple):
    """All that an action depends on; explorative ones come of the policy, deterministic ones of its average."""

    mean: Array
    spread: Array
    bound: Array
    layers: list[tuple[Array, Array]]
    averaged_layers: list[tuple[Array, Array]]
    version: int


class ActingPolicy:
    """One agent's policy, for one observation at a time."""

    def __init__(self, network: Mlp, normaliser: StateNormaliser, action_size: int, seed: int) -> None:
        """A policy that needs `take_over` before it can act."""
        self.network, self.normaliser, self.action_size = network, normaliser, action_size
        self.random = np.random.default_rng(seed)

    @property
    def version(self) -> int:
        """Updates behind the weights in use."""
        return self._weights.version

    def take_over(self, actor: Actor, version: int) -> None:
        """Act from now on as `actor`'s only agent; one assignment, so that no action mixes two policies."""
        mean, spread, bound = (
            figure[0].to("cpu", torch.float32).numpy().copy() for figure in self.normaliser.state().values()
        )
        self._weights = _Weights(
            mean, spread, bound, self._layers(actor.parameters), self._layers(actor.averaged), version
        )

    def act(self, observation: Array, *, deterministic: bool) -> Array:
        """An action [A] in (−1, 1) for `observation` [S]."""
        weights = self._weights
        value = np.clip((observation - weights.mean) / weights.spread, -weights.bound, weights.bound)
        *hidden, (last_weight, last_bias) = weights.averaged_layers if deterministic else weights.layers
        for weight, bias in hidden:
            value = np.maximum(value @ weight + bias, 0)
        mean, log_std = np.split(value @ last_weight + last_bias, 2)
        if deterministic:
            return np.tanh(mean)
        noise = self.random.standard_normal(self.action_size, dtype=np.float32)
        return np.tanh(mean + np.exp(np.clip(log_std, *LOG_STD_RANGE)) * noise)

    def _layers(self, parameters: Tensor) -> list[tuple[Array, Array]]:
        """Weights and biases of a copy of `parameters` [1, size]."""
        copy = parameters.detach().to("cpu", torch.float32, copy=True)
        return [(weight[0].numpy(), bias[0, 0].numpy()) for weight, bias in self.network.layers(copy)]

    def explore(self) -> Array:
        """An action [A] drawn uniformly from [−1, 1], for the warm-up."""
        return self.random.uniform(-1, 1, self.action_size).astype(np.float32)
