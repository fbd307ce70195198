"""One update of Meta SAC-Lag: Algorithm 1 of the paper, for P independent agents at once.

Every tensor has a leading agent axis; agent i of P equals agent i alone. Gradients are in closed form: the
meta-gradients need first order only, because ∇_φ L = g_r − α g_h − ν′ g_c is affine in α and ν′ and RMSProp's step
has a diagonal Jacobian (docs/algorithm.md).
"""

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from msaclag_learner import policy
from msaclag_learner.buffers import Batch
from msaclag_learner.configuration import MetaSacLagConfig
from msaclag_learner.critics import CriticPair
from msaclag_learner.mlp import Mlp
from msaclag_learner.normalisation import StateNormaliser
from msaclag_learner.optimisers import Adam, RmsProp


class Samples(NamedTuple):
    """What one update draws from the buffers."""

    safety: Batch
    """From D ∪ D_s, for the safety critics."""
    inner: Batch
    """ℬ ⊂ D, for the reward critics, ν and φ."""
    outer_states: Tensor
    """States of ℬ′ ⊂ D, for ε: [P, B, S]."""
    initial_states: Tensor
    """States of D₀, for α: [P, B, S]."""


class PolicyStep(NamedTuple):
    """How φ′ answers to the hyperparameters: dφ′/dα and dφ′/dν′, both [P, size]."""

    by_temperature: Tensor
    by_multiplier: Tensor


class MetaSacLag:
    """The networks and the self-tuning parameters of P agents."""

    def __init__(
        self,
        config: MetaSacLagConfig,
        state_size: int,
        action_size: int,
        seeds: list[int],
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Fresh agents, one for each seed."""
        self.config, self.dtype = config, dtype
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.state_size, self.action_size = state_size, action_size
        agents = len(seeds)
        self.normaliser = StateNormaliser(agents, state_size, dtype)
        self.network = Mlp((state_size, *config.hidden, 2 * action_size))
        critic = Mlp((state_size + action_size, *config.hidden, 1))
        self.policy = torch.empty(agents, self.network.size, dtype=dtype)
        self.network.initialise(self.policy, self.generators)
        self.policy_optimiser = RmsProp(self.policy, config.policy_rate)
        pair = partial(
            CriticPair,
            network=critic,
            generators=self.generators,
            rate=config.critic_rate,
            polyak=config.polyak,
            dtype=dtype,
        )
        self.reward_critics = pair("reward", scale=config.value_scale)
        self.safety_critics = pair("safety")
        self.multiplier = torch.full((agents,), config.initial_multiplier, dtype=dtype)
        self.multiplier_optimiser = RmsProp(self.multiplier, config.multiplier_rate)
        self.threshold = torch.full((agents,), config.initial_threshold, dtype=dtype)
        self.threshold_optimiser = RmsProp(self.threshold, config.threshold_rate)
        self.log_temperature = torch.full((agents,), config.initial_temperature, dtype=dtype).log_()
        self.temperature_optimiser = Adam(self.log_temperature, config.temperature_rate)
        self.updates = 0

    @property
    def temperature(self) -> Tensor:
        """α, [P]."""
        return self.log_temperature.exp()

    def update(self, samples: Samples) -> dict[str, Tensor]:
        """Lines 12 to 20 of Algorithm 1; returns figures [P] to watch."""
        samples = self._normalised(samples)
        inner = samples.inner
        safety_loss = self.update_safety_critics(samples.safety)  # Eq. 2
        reward_loss = self.update_reward_critics(inner)  # Eq. 4, 5
        drawn = policy.sample(self.network, self.policy, inner.states, self.noise(inner.states))
        expected_cost, cost_by_action = self.safety_critics.mean_value_gradient(inner.states, drawn.actions)
        multiplier_by_threshold = self.update_multiplier(expected_cost)  # ν′, Eq. 12
        step = self.update_policy(inner.states, drawn, cost_by_action)  # φ′ with ν′, Eq. 12
        self.update_threshold(samples.outer_states, step, multiplier_by_threshold)  # ε′ on ℬ′, Eq. 14
        self.update_temperature(samples.initial_states, step)  # α′ on D₀, Eq. 15
        self.reward_critics.track()
        self.safety_critics.track()
        self.updates += 1
        return {
            "safety_critic_loss": safety_loss,
            "reward_critic_loss": reward_loss,
            "expected_cost": expected_cost,
            "entropy": -drawn.log_probabilities.mean(-1),
            "threshold": self.threshold.clone(),
            "multiplier": self.multiplier.clone(),
            "temperature": self.temperature,
        }

    def update_safety_critics(self, batch: Batch) -> Tensor:
        """Eq. 2 as a target: c + γ_c (1 − c) max Q̄_c(s′, a′), without entropy."""
        following = policy.sample(self.network, self.policy, batch.next_states, self.noise(batch.next_states))
        future = self.safety_critics.target_values(batch.next_states, following.actions)
        targets = batch.costs + self.config.cost_discount * (1 - batch.costs) * future
        return self.safety_critics.learn(batch.states, batch.actions, targets)

    def update_reward_critics(self, batch: Batch) -> Tensor:
        """Eq. 5: r + γ_r (min Q̄_r(s′, a′) − α log π(a′|s′)), nothing beyond a terminal."""
        following = policy.sample(self.network, self.policy, batch.next_states, self.noise(batch.next_states))
        entropy = -self.temperature.unsqueeze(-1) * following.log_probabilities
        future = self.reward_critics.target_values(batch.next_states, following.actions) + entropy
        targets = batch.rewards + self.config.reward_discount * (1 - batch.terminals) * future
        return self.reward_critics.learn(batch.states, batch.actions, targets)

    def update_multiplier(self, expected_cost: Tensor) -> Tensor:
        """ν′ = ν − β_ν ∇_ν L with ∇_ν L = ε − J_c, kept at 0 or above; returns dν′/dε [P]."""
        jacobian = self.multiplier_optimiser.ascend(expected_cost - self.threshold)
        free = self.multiplier > 0
        self.multiplier.clamp_(min=0)
        return -jacobian * free

    def update_policy(self, states: Tensor, drawn: policy.PolicySample, cost_by_action: Tensor) -> PolicyStep:
        """φ′ = φ + β_φ (g_r − α g_h − ν′ g_c), Eq. 11 and 12; returns how φ′ answers to α and ν′."""
        _, reward_by_action = self.reward_critics.mean_value_gradient(states, drawn.actions)
        reward_gradient = policy.action_gradient(self.network, self.policy, drawn, reward_by_action)
        cost_gradient = policy.action_gradient(self.network, self.policy, drawn, cost_by_action)
        entropy_gradient = policy.entropy_gradient(self.network, self.policy, drawn)
        lagrangian = (
            reward_gradient
            - self.temperature.unsqueeze(-1) * entropy_gradient
            - self.multiplier.unsqueeze(-1) * cost_gradient
        )
        jacobian = self.policy_optimiser.ascend(lagrangian)
        return PolicyStep(-jacobian * entropy_gradient, -jacobian * cost_gradient)

    def update_threshold(self, states: Tensor, step: PolicyStep, multiplier_by_threshold: Tensor) -> None:
        """ε ascends J_ε = E[ν′ Q_c − Q_r] of the new policy, ν′ detached (Eq. 14)."""
        self.threshold_optimiser.ascend(self.threshold_gradient(states, step, multiplier_by_threshold))
        self.threshold.clamp_(0, 1)

    def threshold_gradient(self, states: Tensor, step: PolicyStep, multiplier_by_threshold: Tensor) -> Tensor:
        """dJ_ε/dε = ⟨∇_φ′ J_ε, dφ′/dν′⟩ dν′/dε, [P]."""
        drawn = policy.sample(self.network, self.policy, states, self.noise(states))
        by_action = self._lagrangian_by_action(states, drawn.actions).neg_()
        by_policy = policy.action_gradient(self.network, self.policy, drawn, by_action)
        return (by_policy * step.by_multiplier).sum(-1) * multiplier_by_threshold

    def update_temperature(self, initial_states: Tensor, step: PolicyStep) -> None:
        """α ascends J_α = E_{s₀}[Q_r − ν′(Q_c − ε′)] at the deterministic action (Eq. 15), as log α, 0 < α ≤ 1."""
        limit = self.config.temperature_gradient_limit
        gradient = self.temperature_gradient(initial_states, step) * self.temperature
        self.temperature_optimiser.descend(-gradient.clamp_(-limit, limit))
        floor = torch.tensor(self.config.temperature_floor, dtype=self.dtype).log()
        self.log_temperature.clamp_(min=floor, max=torch.zeros_like(floor))

    def temperature_gradient(self, initial_states: Tensor, step: PolicyStep) -> Tensor:
        """dJ_α/dα = ⟨∇_φ′ J_α, dφ′/dα⟩, [P]."""
        actions, fed = policy.mean_action(self.network, self.policy, initial_states)
        by_action = self._lagrangian_by_action(initial_states, actions)
        by_policy = policy.mean_action_gradient(self.network, self.policy, actions, fed, by_action)
        return (by_policy * step.by_temperature).sum(-1)

    def _lagrangian_by_action(self, states: Tensor, actions: Tensor) -> Tensor:
        """Gradient by the actions of E[Q_r − ν′ Q_c]."""
        _, reward_by_action = self.reward_critics.mean_value_gradient(states, actions)
        _, cost_by_action = self.safety_critics.mean_value_gradient(states, actions)
        return reward_by_action - self.multiplier.view(-1, 1, 1) * cost_by_action

    def _normalised(self, samples: Samples) -> Samples:
        def batch(raw: Batch) -> Batch:
            return raw._replace(states=self.normaliser(raw.states), next_states=self.normaliser(raw.next_states))

        return Samples(
            batch(samples.safety),
            batch(samples.inner),
            self.normaliser(samples.outer_states),
            self.normaliser(samples.initial_states),
        )

    def noise(self, states: Tensor) -> Tensor:
        """Standard normal [P, B, A] for `states` [P, B, S], agent i from its own generator."""
        shape = (states.shape[1], self.action_size)
        return torch.stack([torch.randn(shape, generator=g, dtype=self.dtype) for g in self.generators])

    def state(self) -> dict[str, Tensor]:
        """Every tensor that the next update depends on, by name: live views, to save or to load into."""
        parts = {
            "normaliser": self.normaliser.state(),
            "policy.optimiser": self.policy_optimiser.state(),
            "reward_critics": self.reward_critics.state(),
            "safety_critics": self.safety_critics.state(),
            "multiplier.optimiser": self.multiplier_optimiser.state(),
            "threshold.optimiser": self.threshold_optimiser.state(),
            "temperature.optimiser": self.temperature_optimiser.state(),
        }
        named = {f"{part}.{name}": value for part, values in parts.items() for name, value in values.items()}
        return named | {
            "policy": self.policy,
            "multiplier": self.multiplier,
            "threshold": self.threshold,
            "log_temperature": self.log_temperature,
        }
