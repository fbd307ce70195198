"""What the algorithms with a constraint share: the multiplier ν and the threshold ε."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from msaclag_learner.algorithm import Algorithm
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.hyperparameters import Hyperparameter


class ConstrainedAlgorithm(Algorithm):
    """P agents that keep J_c = E[Q_c] below ε by a penalty of ν."""

    constrained = True

    def __init__(self, configs: Sequence[AlgorithmConfig], *sizes_and_seeds: Any, **options: Any) -> None:
        """As Algorithm."""
        super().__init__(configs, *sizes_and_seeds, **options)
        zero, one = self.each(lambda config: 0.0), self.each(lambda config: 1.0)
        self._multiplier = Hyperparameter(
            self.each(lambda config: config.initial_multiplier),
            rate=self.each(lambda config: config.multiplier_rate),
            low=zero,
            high=one * torch.inf,
            form=self.config.multiplier_form,
            optimiser=self.config.multiplier_optimiser,
        )
        self._threshold = Hyperparameter(
            self.each(lambda config: config.initial_threshold),
            rate=self.each(lambda config: config.threshold_rate),
            low=zero,
            high=one,
            form=self.config.threshold_form,
            optimiser=self.config.threshold_optimiser,
        )

    @property
    def multiplier(self) -> Tensor:
        """ν, [P]."""
        return self._multiplier.value

    @property
    def threshold(self) -> Tensor:
        """ε, [P]."""
        return self._threshold.value

    def ascend_multiplier(self, expected_cost: Tensor) -> Tensor:
        """ν′ = ν − β_ν ∇_ν L with ∇_ν L = ε − J_c (Eq. 11, 12), kept at 0 or above; returns dν′/dε [P]."""
        return -self._multiplier.ascend(expected_cost - self.threshold)

    def _parts(self) -> dict[str, dict[str, Tensor]]:
        return super()._parts() | {
            "multiplier": self._multiplier.state(),
            "threshold": self._threshold.state(),
        }
