"""Reward-constrained policy optimisation (Tessler et al., 2018) on SAC: one critic Q̂ learns the penalised reward.

The paper's Q̂ = Q_r − ν Q_c, with the reward critics in the part of Q̂; the safety critics serve ν alone.
"""

import torch
from torch import Tensor

from msaclag_learner.actor import Drawn
from msaclag_learner.constrained import ConstrainedAlgorithm
from msaclag_learner.critics import Valued
from msaclag_learner.samples import Batch, Samples


class RcpoSac(ConstrainedAlgorithm):
    """RCPO-SACv2: a fixed threshold ε and SACv2's temperature."""

    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        inner, noise = samples.inner, samples.noise.unbind(1)
        safety_loss = self.learn_safety_critics(samples.safety, noise[0])
        reward_loss = self.learn_reward_critics(inner, noise[1], self.penalty(inner))
        drawn = self.actor.draw(inner.states, noise[2])
        expected_cost = self.safety_critics.values(inner.states, drawn.actions).mean(-1)
        self.ascend_multiplier(expected_cost)
        penalised = self.reward_critics.valued(inner.states, drawn.actions)
        self.ascend_value(drawn, penalised.by_action)
        self.ascend_entropy_target(drawn)
        return {
            "safety_critic_loss": safety_loss,
            "reward_critic_loss": reward_loss,
            "expected_cost": expected_cost,
            "entropy": -drawn.log_probabilities.mean(-1),
        }

    def penalty(self, batch: Batch) -> Tensor:
        """What the reward loses, [P, B]: ν c, or ν Q_c(s, a)."""
        by_cost = self.config.penalty == "cost"
        cost = batch.costs if by_cost else self.safety_critics.values(batch.states, batch.actions)
        return self.multiplier.unsqueeze(-1) * cost


class RcpoMetaSac(RcpoSac):
    """RCPO-MetaSAC: the temperature by Meta-SAC's meta-gradient (Wang and Ni, 2020) instead."""

    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        inner, noise = samples.inner, samples.noise.unbind(1)
        safety_loss = self.learn_safety_critics(samples.safety, noise[0])
        reward_loss = self.learn_reward_critics(inner, noise[1], self.penalty(inner))
        drawn = self.actor.draw(inner.states, noise[2])
        expected_cost = self.safety_critics.values(inner.states, drawn.actions).mean(-1)
        self.ascend_multiplier(expected_cost)
        penalised = self.reward_critics.valued(inner.states, drawn.actions)
        policy_by_temperature = self.ascend_soft_value(drawn, penalised)
        gradient = self.temperature_gradient(samples.initial_states, policy_by_temperature)
        self._temperature.ascend(gradient, self.config.temperature_gradient_limit)
        return {
            "safety_critic_loss": safety_loss,
            "reward_critic_loss": reward_loss,
            "expected_cost": expected_cost,
            "entropy": -drawn.log_probabilities.mean(-1),
            "temperature_gradient": gradient,
        }

    def ascend_soft_value(self, drawn: Drawn, penalised: Valued) -> Tensor:
        """φ′ = φ + β_φ (g_q − α g_h); returns dφ′/dα [P, size]."""
        by_outputs = (drawn.by_output(penalised.by_action), drawn.log_probability_by_output())
        mean = torch.stack(by_outputs, dim=1) / drawn.actions.shape[1]
        value_gradient, entropy_gradient = self.actor.gradients(drawn, mean).unbind(1)
        jacobian = self.actor.optimiser.ascend(value_gradient - self.temperature.unsqueeze(-1) * entropy_gradient)
        return -jacobian * entropy_gradient

    def temperature_gradient(self, initial_states: Tensor, policy_by_temperature: Tensor) -> Tensor:
        """dJ_α/dα of J_α = E_{s₀}[Q̂] at the deterministic action of the new policy, [P]."""
        silence = initial_states.new_zeros(*initial_states.shape[:2], self.action_size)
        drawn = self.actor.draw(initial_states, silence)
        by_action = self.reward_critics.valued(initial_states, drawn.actions).by_action / initial_states.shape[1]
        by_policy = self.actor.gradients(drawn, drawn.by_output(by_action).unsqueeze(1)).squeeze(1)
        return (by_policy * policy_by_temperature).sum(-1)
