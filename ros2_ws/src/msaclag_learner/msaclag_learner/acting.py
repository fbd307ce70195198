"""The policy that acts: a copy of the weights in numpy, swapped whole, so that acting never waits for an update."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from msaclag_learner.mlp import Mlp
from msaclag_learner.policy import LOG_STD_RANGE

Array = NDArray[np.float32]


class ActingPolicy:
    """One agent's policy, for one observation at a time."""

    def __init__(self, network: Mlp, action_size: int, seed: int) -> None:
        """A policy that needs `take_over` before it can act."""
        self.network, self.action_size = network, action_size
        self.random = np.random.default_rng(seed)
        self._layers: tuple[list[tuple[Array, Array]], int] = ([], 0)

    @property
    def version(self) -> int:
        """Updates behind the weights in use."""
        return self._layers[1]

    def take_over(self, parameters: Tensor, version: int) -> None:
        """Act from now on by a copy of `parameters` [size]; one assignment, so that no action mixes two policies."""
        copy = parameters.detach().to("cpu", torch.float32, copy=True).unsqueeze(0)
        layers = [(weight[0].numpy(), bias[0, 0].numpy()) for weight, bias in self.network.layers(copy)]
        self._layers = (layers, version)

    def act(self, observation: Array, *, deterministic: bool) -> Array:
        """An action [A] in (−1, 1) for `observation` [S]."""
        value = observation
        *hidden, (last_weight, last_bias) = self._layers[0]
        for weight, bias in hidden:
            value = np.maximum(value @ weight + bias, 0)
        mean, log_std = np.split(value @ last_weight + last_bias, 2)
        if deterministic:
            return np.tanh(mean)
        noise = self.random.standard_normal(self.action_size, dtype=np.float32)
        return np.tanh(mean + np.exp(np.clip(log_std, *LOG_STD_RANGE)) * noise)

    def explore(self) -> Array:
        """An action [A] drawn uniformly from [−1, 1], for the warm-up."""
        return self.random.uniform(-1, 1, self.action_size).astype(np.float32)
