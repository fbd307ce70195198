"""The policy that acts: its weights in numpy, exchanged whole, so that acting waits for no update.

Without PyTorch, which takes seconds to load: a learner that was started again acts the sooner.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Layers = list[tuple[Array, Array]]
LOG_STD_RANGE = (-20.0, 2.0)
"""As in Haarnoja et al. (2018)."""


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
