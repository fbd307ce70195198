"""Meta SAC-Lag: Algorithm 1 of the paper, with Eq. 14 or Eq. 16 as the threshold's objective.

The meta-gradients need first order only, because ∇_φ L = g_r − α g_h − ν′ g_c is affine in α and ν′ and the policy's
step has a diagonal Jacobian (docs/algorithm.md).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.constrained import ConstrainedAlgorithm
from msaclag_learner.critics import Valued
from msaclag_learner.samples import INNER, OUTER, Samples


class InnerStep(NamedTuple):
    """What ν′ and φ′ depend on, and what is known from making them."""

    multiplier_by_threshold: Tensor
    """dν′/dε, [P]."""
    policy_by_multiplier: Tensor
    """dφ′/dν′, [P, size]."""
    policy_by_temperature: Tensor
    """dφ′/dα, [P, size]."""
    expected_cost: Tensor
    """J_c of the policy before, [P]."""
    entropy: Tensor
    """Of the policy before, [P]."""


class MetaGradients(NamedTuple):
    """dJ_ε/dε and dJ_α/dα, both [P]."""

    by_threshold: Tensor
    by_temperature: Tensor


class MetaSacLag(ConstrainedAlgorithm):
    """ε and α tune themselves by the gradients of what the updated policy is worth."""

    def __init__(self, configs: Sequence[AlgorithmConfig], *sizes_and_seeds: Any, **options: Any) -> None:
        """As Algorithm; agents by Eq. 14 and by Eq. 16 may share a batch."""
        super().__init__(configs, *sizes_and_seeds, **options)
        self._nonlinear = self.each(lambda config: config.name == "meta_sac_lag_nl").view(-1, 1, 1) > 0
        self._any_nonlinear = any(config.name == "meta_sac_lag_nl" for config in configs)

    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        losses = self.learn_critics(samples)  # lines 12 and 14, Eq. 2, 4, 5
        inner = self.ascend_inner(samples)  # lines 15 and 16, Eq. 12
        meta = self.meta_gradients(samples, inner)
        self._threshold.ascend(meta.by_threshold)  # line 18, Eq. 14 or 16
        self._temperature.ascend(meta.by_temperature, self.config.temperature_gradient_limit)  # line 19, Eq. 15
        return losses | {
            "expected_cost": inner.expected_cost,
            "entropy": inner.entropy,
            "threshold_gradient": meta.by_threshold,
            "temperature_gradient": meta.by_temperature,
        }

    def ascend_inner(self, samples: Samples) -> InnerStep:
        """ν′ = ν − β_ν (ε − J_c) and, with it, φ′ = φ + β_φ (g_r − α g_h − ν′ g_c), by RMSProp."""
        drawn = self.actor.draw(samples.inner.states, samples.noise[:, INNER])
        valued = self.critics.valued(samples.inner.states, drawn.actions)
        expected_cost = valued.cost.mean(-1)
        multiplier_by_threshold = self.ascend_multiplier(expected_cost)
        by_temperature, _, by_cost = self.ascend_values(
            drawn,
            [
                (valued.reward_by_action, torch.ones_like(expected_cost)),
                (valued.cost_by_action, -self.multiplier),
            ],
        )
        entropy = -drawn.log_probabilities.mean(-1)
        return InnerStep(multiplier_by_threshold, -by_cost, by_temperature, expected_cost, entropy)

    def meta_gradients(self, samples: Samples, inner: InnerStep) -> MetaGradients:
        """dJ_ε/dε on ℬ′ and dJ_α/dα on D₀, through the policy φ′, in one pass over both.

        dJ_ε/dε = ⟨∇_φ′ J_ε, dφ′/dν′⟩ dν′/dε and dJ_α/dα = ⟨∇_φ′ J_α, dφ′/dα⟩. Eq. 15 is taken at the deterministic
        action, whose noise is 0; its ν′ε′ does not depend on φ′, so that ε′ need not be known before.
        """
        states = torch.cat((samples.outer_states, samples.initial_states), dim=1)
        noise = samples.noise[:, OUTER]
        drawn = self.actor.draw(states, torch.cat((noise, torch.zeros_like(noise)), dim=1))
        valued = self.critics.valued(states, drawn.actions)
        lagrangian = valued.reward_by_action - self.multiplier.view(-1, 1, 1) * valued.cost_by_action  # of Q_r − ν′ Q_c
        of_threshold, of_temperature = -lagrangian[:, : noise.shape[1]], lagrangian[:, noise.shape[1] :]
        if self._any_nonlinear:
            of_threshold = torch.where(self._nonlinear, nonlinear_by_action(valued)[:, : noise.shape[1]], of_threshold)
        by_output = drawn.by_output(torch.cat((of_threshold, of_temperature), dim=1)).unflatten(1, (2, -1))
        threshold, temperature = self.actor.gradients_of_groups(drawn, by_output / noise.shape[1]).unbind(1)
        return MetaGradients(
            torch.linalg.vecdot(threshold, inner.policy_by_multiplier) * inner.multiplier_by_threshold,
            torch.linalg.vecdot(temperature, inner.policy_by_temperature),
        )


def nonlinear_by_action(valued: Valued) -> Tensor:
    """Gradient by the actions of Eq. 16's objective: Q_r Q_c where Q_r < 0, else Q_r (1 − Q_c)."""
    negative = valued.reward < 0
    by_reward = torch.where(negative, valued.cost, 1 - valued.cost).unsqueeze(-1)
    by_cost = torch.where(negative, valued.reward, -valued.reward).unsqueeze(-1)
    return by_reward * valued.reward_by_action + by_cost * valued.cost_by_action
