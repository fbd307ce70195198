"""What the algorithms share: the policies and critics of P agents in one batch, and the steps that Alg. 1 is made of.

Every tensor has a leading agent axis; agent i of P equals agent i alone. Gradients are in closed form
(docs/algorithm.md).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import ClassVar

import torch
from torch import Tensor

from msaclag_learner.actor import Actor, Drawn
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.critics import Critics
from msaclag_learner.hyperparameters import Hyperparameter
from msaclag_learner.mlp import Mlp
from msaclag_learner.normalisation import StateNormaliser
from msaclag_learner.samples import NEXT, Batch, Samples

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

    constrained: ClassVar[bool] = False
    """Whether there are safety critics."""

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
            averaging=self.config.policy_averaging,
            dtype=dtype,
            device=self.device,
        )
        self.critics = Critics(
            Mlp((state_size + action_size, *self.config.hidden, 1)),
            self.generators,
            constrained=self.constrained,
            rate=self.config.critic_rate,
            polyak=self.config.polyak,
            scale=self.config.value_scale,
            dtype=dtype,
            device=self.device,
        )
        self._temperature = Hyperparameter(
            self.each(lambda config: config.initial_temperature),
            rate=self.each(lambda config: config.temperature_rate),
            low=self.each(lambda config: config.temperature_floor),
            high=self.each(lambda config: 1.0),
            form=self.config.temperature_form,
            optimiser=self.config.temperature_optimiser,
        )
        self._cost_discount = self.each(lambda config: config.cost_discount).unsqueeze(-1)
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
        figures = self.step(samples)
        self.updates += 1
        return figures

    def step(self, samples: Samples) -> dict[str, Tensor]:
        """All of an update but its number: what depends on tensors alone, and can be captured (see `captured`)."""
        figures = self._learn(self._normalised(samples))
        self.critics.track()
        self.actor.average(self.critics.updates)
        tuned = {"multiplier": self.multiplier, "threshold": self.threshold, "temperature": self.temperature}
        return figures | tuned

    @abstractmethod
    def _learn(self, samples: Samples) -> dict[str, Tensor]:
        """All of an update but the targets' averaging."""

    def finite(self) -> Tensor:
        """Whether all that an agent's next update depends on is, [P]; a sum is only if its terms are, and soon made."""
        state, agents = self.state(), len(self.configs)
        del state["normaliser.bound"]  # infinite while states are not normalised
        sums = [value.view(agents, -1).sum(1) if value.dim() else value.expand(agents) for value in state.values()]
        return torch.stack(sums).isfinite().all(0)

    def state(self) -> dict[str, Tensor]:
        """Every tensor that the next update depends on, by name: live views, to save or to load into."""
        return {f"{part}.{name}": value for part, values in self._parts().items() for name, value in values.items()}

    def _parts(self) -> dict[str, dict[str, Tensor]]:
        return {
            "normaliser": self.normaliser.state(),
            "actor": self.actor.state(),
            "critics": self.critics.state(),
            "temperature": self._temperature.state(),
        }

    def each(self, setting: Callable[[AlgorithmConfig], float]) -> Tensor:
        """A setting of every agent, [P]."""
        return torch.tensor([setting(config) for config in self.configs], dtype=self.dtype, device=self.device)

    def learn_critics(self, samples: Samples, penalty: Tensor | None = None) -> dict[str, Tensor]:
        """All critics in one pass, for none sees another's step; returns their losses [P].

        The reward critics by Eq. 4 towards Eq. 5, r + γ_r (min Q̄_r(s′, a′) − α log π(a′|s′)), with r less a `penalty`
        [P, B]; the safety critics by cross-entropy towards Eq. 2, c + γ_c (1 − c) max Q̄_c(s′, a′), without entropy
        and, as nothing can be violated any more, with nothing beyond a terminal.
        """
        batches = [samples.inner, samples.safety][: self.critics.pairs]
        states, actions, following = (
            torch.stack([getattr(batch, field) for batch in batches], dim=1)
            for field in ("states", "actions", "next_states")
        )
        noise = samples.noise[:, NEXT][:, : len(batches)]
        drawn = self.actor.draw(following.flatten(1, 2), noise.flatten(1, 2))
        future = self.critics.target_values(following, drawn.actions.unflatten(1, (len(batches), -1)))
        rewards, terminals = self._behind_violations(samples.inner)
        if penalty is not None:
            rewards = rewards - penalty
        log_probabilities = drawn.log_probabilities[:, : rewards.shape[1]]
        soft = future[:, 0] - self.temperature.unsqueeze(-1) * log_probabilities
        targets = [rewards + self._reward_discount * (1 - terminals) * soft]
        if self.constrained:
            safety = samples.safety
            beyond = self._cost_discount * (1 - safety.costs) * (1 - safety.terminals)
            targets.append(safety.costs + beyond * future[:, 1])
        losses = self.critics.learn(states, actions, torch.stack(targets, dim=1))
        return dict(zip(("reward_critic_loss", "safety_critic_loss"), losses.unbind(1), strict=False))

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

    def ascend_values(self, drawn: Drawn, values: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, ...]:
        """φ′ = φ + β_φ ∇_φ E[Σ_i k_i V_i − α log π], differentiably.

        Args:
            drawn: actions on ℬ.
            values: for each V_i its gradient by the drawn actions [P, B, A], and its coefficient k_i [P].

        Returns:
            dφ′/dα, then each dφ′/dk_i, all [P, size].
        """
        by_outputs = [drawn.log_probability_by_output(), *(drawn.by_output(by_action) for by_action, _ in values)]
        mean = torch.stack(by_outputs, dim=1) / drawn.actions.shape[1]
        gradients = self.actor.gradients(drawn, mean)
        coefficients = torch.stack([-self.temperature, *(coefficient for _, coefficient in values)], dim=1)
        jacobian = self.actor.optimiser.ascend((coefficients.unsqueeze(-1) * gradients).sum(1))
        by_entropy, *by_coefficients = (jacobian.unsqueeze(1) * gradients).unbind(1)
        return -by_entropy, *by_coefficients

    def ascend_entropy_target(self, drawn: Drawn) -> None:
        """SACv2's temperature: α rises while the entropy is below H = −dim(A) (the paper prints the other sign)."""
        self._temperature.ascend(drawn.log_probabilities.mean(-1) - self.action_size)

    def _normalised(self, samples: Samples) -> Samples:
        """All states in one pass."""
        safety, inner = samples.safety, samples.inner
        raw = (
            safety.states,
            safety.next_states,
            inner.states,
            inner.next_states,
            samples.outer_states,
            samples.initial_states,
        )
        of_safety, after_safety, of_inner, after_inner, outer, initial = self.normaliser(torch.cat(raw, 1)).chunk(6, 1)
        return Samples(
            safety._replace(states=of_safety, next_states=after_safety),
            inner._replace(states=of_inner, next_states=after_inner),
            outer,
            initial,
            samples.noise,
        )


def _shared(configs: Sequence[AlgorithmConfig]) -> AlgorithmConfig:
    first = asdict(configs[0])
    for config in configs[1:]:
        differing = {name for name, value in asdict(config).items() if value != first[name]} - OWN_SETTINGS
        if differing:
            raise ValueError(f"agents in one batch must share: {', '.join(sorted(differing))}")
    return configs[0]
