"""What the algorithms share: the policies and critics of P agents in one batch, and the steps that Alg. 1 is made of.

Every tensor has a leading agent axis; agent i of P equals agent i alone. Gradients are in closed form
(docs/algorithm.md).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Literal

import torch
from torch import Tensor

from msaclag_learner.actor import Actor, Drawn
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.critics import CriticPair
from msaclag_learner.hyperparameters import Hyperparameter
from msaclag_learner.mlp import Mlp
from msaclag_learner.normalisation import StateNormaliser
from msaclag_learner.samples import Batch, Samples

OWN_SETTINGS = {
    "name",
    "reward_discount",
    "cost_discount",
    "policy_rate",
    "initial_multiplier",
    "multiplier_rate",
    "initial_threshold",
    "threshold_rate",
    "initial_temperature",
    "temperature_rate",
    "temperature_floor",
}
"""In these the agents of one batch may differ; all else is shared."""


class Algorithm(ABC):
    """P agents that learn alike; a subclass says how."""

    def __init__(
        self,
        configs: Sequence[AlgorithmConfig],
        state_size: int,
        action_size: int,
        seeds: Sequence[int],
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        """Fresh agents, one for each of `configs` and `seeds`.

        Raises:
            ValueError: the configurations differ where agents in one batch must not.
        """
        self.config = _shared(configs)
        self.configs, self.state_size, self.action_size = list(configs), state_size, action_size
        self.dtype, self.device = dtype, torch.device(device)
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.normaliser = StateNormaliser(len(seeds), state_size, dtype, self.device)
        self.actor = Actor(
            Mlp((state_size, *self.config.hidden, 2 * action_size)),
            self.generators,
            rate=self.each(lambda config: config.policy_rate),
            optimiser=self.config.policy_optimiser,
            dtype=dtype,
            device=self.device,
        )
        self.reward_critics = self._critics("reward", scale=self.config.value_scale)
        self._temperature = Hyperparameter(
            self.each(lambda config: config.initial_temperature),
            rate=self.each(lambda config: config.temperature_rate),
            low=self.each(lambda config: config.temperature_floor),
            high=self.each(lambda config: 1.0),
            form=self.config.temperature_form,
            optimiser=self.config.temperature_optimiser,
        )
        self._reward_discount = self.each(lambda config: config.reward_discount).unsqueeze(-1)
        self.updates = 0

    @property
    def temperature(self) -> Tensor:
        """α, [P]."""
        return self._temperature.value

    @property
    def multiplier(self) -> Tensor:
        """ν, [P]; NaN where there is no constraint."""
        return torch.full_like(self.temperature, torch.nan)

    @property
    def threshold(self) -> Tensor:
        """ε, [P]; NaN where there is no constraint."""
        return torch.full_like(self.temperature, torch.nan)

    def update(self, samples: Samples) -> dict[str, Tensor]:
        """One update of every agent; returns figures [P] to watch."""
        figures = self._learn(self._normalised(samples))
        for critics in self._all_critics():
            critics.track()
        self.updates += 1
        tuned = {"multiplier": self.multiplier, "threshold": self.threshold, "temperature": self.temperature}
        return figures | tuned

    @abstractmethod
    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        """All of an update but the targets' averaging."""

    def _all_critics(self) -> list[CriticPair]:
        return [self.reward_critics]

    def state(self) -> dict[str, Tensor]:
        """Every tensor that the next update depends on, by name: live views, to save or to load into."""
        return {f"{part}.{name}": value for part, values in self._parts().items() for name, value in values.items()}

    def _parts(self) -> dict[str, dict[str, Tensor]]:
        return {
            "normaliser": self.normaliser.state(),
            "actor": self.actor.state(),
            "reward_critics": self.reward_critics.state(),
            "temperature": self._temperature.state(),
        }

    def each(self, setting: Callable[[AlgorithmConfig], float]) -> Tensor:
        """A setting of every agent, [P]."""
        return torch.tensor([setting(config) for config in self.configs], dtype=self.dtype, device=self.device)

    def _critics(self, kind: Literal["reward", "safety"], scale: float = 1.0) -> CriticPair:
        return CriticPair(
            kind,
            Mlp((self.state_size + self.action_size, *self.config.hidden, 1)),
            self.generators,
            rate=self.config.critic_rate,
            polyak=self.config.polyak,
            scale=scale,
            dtype=self.dtype,
            device=self.device,
        )

    def learn_reward_critics(self, batch: Batch, noise: Tensor, penalty: Tensor | None = None) -> Tensor:
        """Eq. 4 towards Eq. 5, r + γ_r (min Q̄_r(s′, a′) − α log π(a′|s′)), with r less a `penalty` [P, B]."""
        rewards, terminals = self._behind_violations(batch)
        if penalty is not None:
            rewards = rewards - penalty
        following = self.actor.draw(batch.next_states, noise)
        entropy = -self.temperature.unsqueeze(-1) * following.log_probabilities
        future = self.reward_critics.target_values(batch.next_states, following.actions) + entropy
        targets = rewards + self._reward_discount * (1 - terminals) * future
        return self.reward_critics.learn(batch.states, batch.actions, targets)

    def _behind_violations(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Rewards and terminals [P, B] by what the settings let follow a violation."""
        if self.config.after_violation == "bootstrapped":
            return batch.rewards, batch.terminals * (1 - batch.costs)
        ends = torch.maximum(batch.terminals, batch.costs)
        if self.config.after_violation == "nothing":
            return batch.rewards, ends
        for_ever = batch.rewards / (1 - self._reward_discount)
        return torch.where((batch.costs > 0) & (batch.rewards < 0), for_ever, batch.rewards), ends

    def ascend_value(self, drawn: Drawn, by_action: Tensor) -> None:
        """φ′ = φ + β_φ ∇_φ E[V − α log π], the gradient of V by the drawn actions being `by_action` [P, B, A]."""
        by_output = drawn.by_output(by_action) - self.temperature.view(-1, 1, 1) * drawn.log_probability_by_output()
        mean = by_output.unsqueeze(1) / by_action.shape[1]
        self.actor.optimiser.ascend(self.actor.gradients(drawn, mean).squeeze(1))

    def ascend_entropy_target(self, drawn: Drawn) -> None:
        """SACv2's temperature: α rises while the entropy is below H = −dim(A) (the paper prints the other sign)."""
        self._temperature.ascend(drawn.log_probabilities.mean(-1) - self.action_size)

    def _normalised(self, samples: Samples) -> Samples:
        def batch(raw: Batch) -> Batch:
            return raw._replace(states=self.normaliser(raw.states), next_states=self.normaliser(raw.next_states))

        return samples._replace(
            safety=batch(samples.safety),
            inner=batch(samples.inner),
            outer_states=self.normaliser(samples.outer_states),
            initial_states=self.normaliser(samples.initial_states),
        )


def _shared(configs: Sequence[AlgorithmConfig]) -> AlgorithmConfig:
    first = asdict(configs[0])
    for config in configs[1:]:
        differing = {name for name, value in asdict(config).items() if value != first[name]} - OWN_SETTINGS
        if differing:
            raise ValueError(f"agents in one batch must share: {', '.join(sorted(differing))}")
    return configs[0]
