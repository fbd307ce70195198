"""Reward-constrained policy optimisation (Tessler et al., 2018) on SAC: one critic Q̂ learns the penalised reward.

The paper's Q̂ = Q_r − ν Q_c, with the reward critics in the part of Q̂; the safety critics serve ν alone.
"""

from abc import abstractmethod

import torch
from torch import Tensor

from msaclag_learner.actor import Drawn
from msaclag_learner.constrained import ConstrainedAlgorithm
from msaclag_learner.samples import INNER, Batch, Samples


class Rcpo(ConstrainedAlgorithm):
    """The penalised critics and the multiplier; a subclass tunes the temperature."""

    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        losses = self.learn_critics(samples, self.penalty(samples.inner))
        drawn = self.actor.draw(samples.inner.states, samples.noise[:, INNER])
        penalised = self.critics.valued(samples.inner.states, drawn.actions)
        expected_cost = penalised.cost.mean(-1)
        self.ascend_multiplier(expected_cost)
        self.ascend_policy_and_temperature(samples, drawn, penalised.reward_by_action)
        return losses | {"expected_cost": expected_cost, "entropy": -drawn.log_probabilities.mean(-1)}

    def penalty(self, batch: Batch) -> Tensor:
        """What the reward loses, [P, B]: ν c, or ν Q_c(s, a)."""
        by_cost = self.config.penalty == "cost"
        cost = batch.costs if by_cost else self.critics.values(batch.states, batch.actions)[1]
        return self.multiplier.unsqueeze(-1) * cost

    @abstractmethod
    def ascend_policy_and_temperature(self, samples: Samples, drawn: Drawn, by_action: Tensor) -> None:
        """φ′, then α′; `by_action` [P, B, A] is the gradient of Q̂ by the drawn actions."""


class RcpoSac(Rcpo):
    """RCPO-SACv2: SACv2's temperature."""

    def ascend_policy_and_temperature(self, samples: Samples, drawn: Drawn, by_action: Tensor) -> None:
        """See Rcpo."""
        self.ascend_value(drawn, by_action)
        self.ascend_entropy_target(drawn)


class RcpoMetaSac(Rcpo):
    """RCPO-MetaSAC: the temperature by Meta-SAC's meta-gradient (Wang and Ni, 2020)."""

    def ascend_policy_and_temperature(self, samples: Samples, drawn: Drawn, by_action: Tensor) -> None:
        """See Rcpo."""
        by_temperature, _ = self.ascend_values(drawn, [(by_action, torch.ones_like(self.temperature))])
        gradient = self.temperature_gradient(samples.initial_states, by_temperature)
        self._temperature.ascend(gradient, self.config.temperature_gradient_limit)

    def temperature_gradient(self, initial_states: Tensor, policy_by_temperature: Tensor) -> Tensor:
        """dJ_α/dα [P] of J_α = E_{s₀}[Q̂] at the deterministic action of φ′, from dφ′/dα [P, size]."""
        drawn = self.actor.draw(initial_states, initial_states.new_zeros(*initial_states.shape[:2], self.action_size))
        by_action = self.critics.valued(initial_states, drawn.actions).reward_by_action / initial_states.shape[1]
        by_policy = self.actor.gradients(drawn, drawn.by_output(by_action).unsqueeze(1)).squeeze(1)
        return torch.linalg.vecdot(by_policy, policy_by_temperature)
