"""Meta SAC-Lag's update as one would first write it down: autograd for everything, one module for each network.

It computes what `meta_sac_lag.py` computes from the same samples, for one agent and without the closed form: the
meta-gradients come from differentiating through the unrolled RMSProp steps of ν and φ (`create_graph=True`). The tests
take it as their oracle, `msaclag bench learner` as its yardstick.
"""

import math
from collections.abc import Iterable
from copy import deepcopy
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributions import Normal
from torch.func import functional_call

from msaclag_learner.acting import LOG_STD_RANGE
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.samples import Batch, Samples

if TYPE_CHECKING:
    from msaclag_learner.algorithm import Algorithm

FIXED: dict[str, Any] = {
    "policy_optimiser": "rmsprop",
    "multiplier_optimiser": "rmsprop",
    "multiplier_form": "clamped",
    "threshold_optimiser": "rmsprop",
    "threshold_form": "clamped",
    "temperature_optimiser": "adam",
    "temperature_form": "log",
}
"""Settings without another value in the textbook."""


def mlp(*sizes: int) -> nn.Sequential:
    """Linear layers of these sizes with ReLU between them."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def draw(policy_outputs: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Actions tanh(μ + σξ) [B, A] and their log-probabilities [B], for outputs [B, 2A] and standard normal ξ [B, A]."""
    mean, log_std = policy_outputs.chunk(2, dim=-1)
    std = log_std.clamp(*LOG_STD_RANGE).exp()
    before_tanh = mean + std * noise
    log_slope = 2 * (math.log(2) - before_tanh - F.softplus(-2 * before_tanh))  # log(1 − tanh²), without cancellation
    return before_tanh.tanh(), (Normal(mean, std).log_prob(before_tanh) - log_slope).sum(-1)


def both(critics: nn.ModuleList, states: Tensor, actions: Tensor) -> list[Tensor]:
    """The output [B] of each critic."""
    return [critic(torch.cat((states, actions), dim=-1)).squeeze(-1) for critic in critics]


def adam(parameters: Iterable[Tensor], rate: float, floor: float = 1e-8) -> torch.optim.Adam:
    """Adam with its memory in place, which torch otherwise makes at the first step."""
    optimiser = torch.optim.Adam(parameters, rate, eps=floor)
    for parameter in optimiser.param_groups[0]["params"]:
        zeros = torch.zeros_like(parameter)
        optimiser.state[parameter] = {"step": torch.zeros(()), "exp_avg": zeros, "exp_avg_sq": zeros.clone()}
    return optimiser


def descend(optimiser: torch.optim.Adam, losses: Iterable[Tensor]) -> None:
    """One step against the gradient of the sum of `losses`."""
    optimiser.zero_grad()
    torch.stack(list(losses)).sum().backward()
    optimiser.step()


class DifferentiableRmsProp:
    """RMSProp whose step stays in the graph: v′ = ρv + (1−ρ)g², θ′ = θ + βg/√(v′+δ)."""

    def __init__(self, parameters: Iterable[Tensor], rate: float, decay: float = 0.99, floor: float = 1e-12) -> None:
        """A step for tensors shaped as `parameters`."""
        self.rate, self.decay, self.floor = rate, decay, floor
        self.squares = [torch.zeros_like(parameter) for parameter in parameters]

    def ascend(self, parameters: Iterable[Tensor], gradients: Iterable[Tensor]) -> list[Tensor]:
        """The parameters after one step along `gradients`, differentiable by all that these depend on."""
        stepped = []
        for parameter, gradient, square in zip(parameters, gradients, self.squares, strict=True):
            new_square = self.decay * square + (1 - self.decay) * gradient.square()
            stepped.append(parameter + self.rate * gradient / (new_square + self.floor).sqrt())
            square.copy_(new_square.detach())
        return stepped


class Textbook:
    """One agent of Meta SAC-Lag, with J_ε of Eq. 14 or, if it is named meta_sac_lag_nl, of Eq. 16."""

    def __init__(
        self, config: AlgorithmConfig, state_size: int, action_size: int, dtype: torch.dtype = torch.float32
    ) -> None:
        """A fresh agent.

        Raises:
            ValueError: `config` is of another algorithm or has other optimisers or forms.
        """
        if config.name not in ("meta_sac_lag", "meta_sac_lag_nl"):
            raise ValueError(f"the textbook has meta_sac_lag and meta_sac_lag_nl, not {config.name}")
        for setting, value in FIXED.items():
            if getattr(config, setting) != value:
                raise ValueError(f"the textbook has {setting} {value}, not {getattr(config, setting)}")
        self.config = config
        self.state_mean, self.state_spread = torch.zeros(state_size, dtype=dtype), torch.ones(state_size, dtype=dtype)
        self.state_bound = torch.full((1,), torch.inf, dtype=dtype)
        self.policy = mlp(state_size, *config.hidden, 2 * action_size).to(dtype)
        critics = [mlp(state_size + action_size, *config.hidden, 1).to(dtype) for _ in range(4)]
        self.reward_critics, self.safety_critics = nn.ModuleList(critics[:2]), nn.ModuleList(critics[2:])
        self.reward_targets, self.safety_targets = deepcopy(self.reward_critics), deepcopy(self.safety_critics)
        self.multiplier = torch.tensor(config.initial_multiplier, dtype=dtype)
        self.threshold = torch.tensor(config.initial_threshold, dtype=dtype, requires_grad=True)
        self.log_temperature = torch.tensor(config.initial_temperature, dtype=dtype).log().requires_grad_()
        self.reward_optimiser = adam(self.reward_critics.parameters(), config.critic_rate)
        self.safety_optimiser = adam(self.safety_critics.parameters(), config.critic_rate)
        self.policy_optimiser = DifferentiableRmsProp(self.policy.parameters(), config.policy_rate)
        self.multiplier_optimiser = DifferentiableRmsProp([self.multiplier], config.multiplier_rate)
        self.threshold_optimiser = DifferentiableRmsProp([self.threshold], config.threshold_rate)
        self.temperature_optimiser = adam([self.log_temperature], config.temperature_rate, floor=1e-16)

    def update(self, samples: Samples) -> tuple[Tensor, Tensor]:
        """Lines 12 to 20 of Algorithm 1, on the samples of the first agent; returns dJ_ε/dε and dJ_α/dα."""
        safety, inner = self.prepare(samples.safety), self.prepare(samples.inner)
        outer, initial = self.normalise(samples.outer_states[0]), self.normalise(samples.initial_states[0])
        next_noise, safety_noise, inner_noise, outer_noise = samples.noise[0]
        self.update_safety_critics(safety, safety_noise)
        self.update_reward_critics(inner, next_noise)

        # ν′, then φ′ with it, both in the graph of ε and α (Eq. 12).
        temperature = self.log_temperature.exp()
        actions, log_probabilities = draw(self.policy(inner.states), inner_noise)
        expected_reward = self.reward_values(inner.states, actions).mean()
        expected_cost = self.cost_values(inner.states, actions).mean()
        [multiplier] = self.multiplier_optimiser.ascend([self.multiplier], [expected_cost.detach() - self.threshold])
        multiplier = multiplier.clamp(min=0)
        lagrangian = expected_reward - temperature * log_probabilities.mean() - multiplier * expected_cost  # Eq. 11
        names, parameters = zip(*self.policy.named_parameters(), strict=True)
        gradients = torch.autograd.grad(lagrangian, parameters, create_graph=True)
        stepped = self.policy_optimiser.ascend(parameters, gradients)
        new_policy = dict(zip(names, stepped, strict=True))

        # ε′ on ℬ′ (Eq. 14 or 16).
        actions, _ = draw(functional_call(self.policy, new_policy, outer), outer_noise)
        reward, cost = self.reward_values(outer, actions), self.cost_values(outer, actions)
        if self.config.name == "meta_sac_lag_nl":
            objective = torch.where(reward < 0, reward * cost, reward * (1 - cost)).mean()
        else:
            objective = (multiplier.detach() * cost - reward).mean()
        [by_threshold] = torch.autograd.grad(objective, [self.threshold], retain_graph=True)
        [threshold] = self.threshold_optimiser.ascend([self.threshold.detach()], [by_threshold])
        threshold = threshold.clamp(0, 1)

        # α′ on D₀, at the deterministic action (Eq. 15).
        actions = functional_call(self.policy, new_policy, initial).chunk(2, dim=-1)[0].tanh()
        reward, cost = self.reward_values(initial, actions), self.cost_values(initial, actions)
        objective = (reward - multiplier * (cost - threshold)).mean()
        [gradient] = torch.autograd.grad(objective, [self.log_temperature])
        limit = self.config.temperature_gradient_limit
        self.log_temperature.grad = -gradient.clamp(-limit, limit)
        self.temperature_optimiser.step()

        with torch.no_grad():
            self.log_temperature.clamp_(math.log(self.config.temperature_floor), 0)
            self.multiplier.copy_(multiplier)
            self.threshold.copy_(threshold)
            for parameter, value in zip(parameters, stepped, strict=True):
                parameter.copy_(value)
            for critics, targets in (
                (self.reward_critics, self.reward_targets),
                (self.safety_critics, self.safety_targets),
            ):
                for parameter, target in zip(critics.parameters(), targets.parameters(), strict=True):
                    target.lerp_(parameter, self.config.polyak)
        return by_threshold, gradient / temperature.detach()

    def update_safety_critics(self, batch: Batch, noise: Tensor) -> None:
        """Towards c + γ_c (1 − c) max Q̄_c(s′, a′) (Eq. 2), nothing beyond a terminal, by cross-entropy."""
        with torch.no_grad():
            actions, _ = draw(self.policy(batch.next_states), noise)
            future = torch.max(*both(self.safety_targets, batch.next_states, actions)).sigmoid()
            beyond = (1 - batch.costs) * (1 - batch.terminals)
            targets = batch.costs + self.config.cost_discount * beyond * future
        logits = both(self.safety_critics, batch.states, batch.actions)
        descend(self.safety_optimiser, (F.binary_cross_entropy_with_logits(each, targets) for each in logits))

    def update_reward_critics(self, batch: Batch, noise: Tensor) -> None:
        """Towards r + γ_r (min Q̄_r(s′, a′) − α log π(a′|s′)) (Eq. 4, 5), in units of `value_scale`."""
        scale = self.config.value_scale
        with torch.no_grad():
            actions, log_probabilities = draw(self.policy(batch.next_states), noise)
            future = scale * torch.min(*both(self.reward_targets, batch.next_states, actions))
            future = future - self.log_temperature.exp() * log_probabilities
            targets = batch.rewards + self.config.reward_discount * (1 - batch.terminals) * future
        outputs = both(self.reward_critics, batch.states, batch.actions)
        descend(self.reward_optimiser, (0.5 * F.mse_loss(each, targets / scale) for each in outputs))

    def reward_values(self, states: Tensor, actions: Tensor) -> Tensor:
        """The smaller of both Q_r, [B]."""
        return self.config.value_scale * torch.min(*both(self.reward_critics, states, actions))

    def cost_values(self, states: Tensor, actions: Tensor) -> Tensor:
        """The larger of both Q_c, [B]."""
        return torch.max(*both(self.safety_critics, states, actions)).sigmoid()

    def prepare(self, batch: Batch) -> Batch:
        """The first agent's part of `batch`: states normalised, and what `after_violation` puts behind a violation."""
        states, actions, rewards, costs, terminals, next_states = (part[0] for part in batch)
        if self.config.after_violation == "absorbed":
            endless = rewards / (1 - self.config.reward_discount)
            rewards = torch.where((costs > 0) & (rewards < 0), endless, rewards)
        bootstrapped = self.config.after_violation == "bootstrapped"
        terminals = terminals * (1 - costs) if bootstrapped else torch.max(terminals, costs)
        return Batch(self.normalise(states), actions, rewards, costs, terminals, self.normalise(next_states))

    def normalise(self, states: Tensor) -> Tensor:
        """`states` [B, S] as the networks see them."""
        return ((states - self.state_mean) / self.state_spread).clamp(-self.state_bound, self.state_bound)

    def tensors(self) -> dict[str, list[Tensor]]:
        """Live views of what one update leaves to the next, by name in `Algorithm.state()`, ordered as its rows."""
        named: dict[str, Iterable[Tensor]] = {
            "normaliser.mean": [self.state_mean],
            "normaliser.bound": [self.state_bound],
            "normaliser.spread": [self.state_spread],
            "actor.parameters": self.policy.parameters(),
            "actor.optimiser.square": self.policy_optimiser.squares,
            "critics.parameters": [*self.reward_critics.parameters(), *self.safety_critics.parameters()],
            "critics.targets": [*self.reward_targets.parameters(), *self.safety_targets.parameters()],
            "multiplier.raw": [self.multiplier],
            "multiplier.optimiser.square": self.multiplier_optimiser.squares,
            "threshold.raw": [self.threshold],
            "threshold.optimiser.square": self.threshold_optimiser.squares,
            "temperature.raw": [self.log_temperature],
            "temperature.optimiser.square": [self.temperature_optimiser.state[self.log_temperature]["exp_avg_sq"]],
        }
        memories = [*self.reward_optimiser.state.values(), *self.safety_optimiser.state.values()]
        for name in ("exp_avg", "exp_avg_sq"):
            named[f"critics.optimiser.{name}"] = [memory[name] for memory in memories]
        return {name: [part.detach().t() for part in parts] for name, parts in named.items()}

    @classmethod
    def from_agent(cls, algorithm: "Algorithm", config: AlgorithmConfig, agent: int = 0) -> "Textbook":
        """A copy of one agent of `algorithm`, whose settings are `config`."""
        copy = cls(config, algorithm.state_size, algorithm.action_size, algorithm.dtype)
        state, agents = algorithm.state(), len(algorithm.configs)
        for name, parts in copy.tensors().items():
            row = state[name].view(agents, -1)[agent]
            for part, values in zip(parts, row.split([part.numel() for part in parts]), strict=True):
                part.copy_(values.view_as(part))
        mean = copy.temperature_optimiser.state[copy.log_temperature]["exp_avg"]
        mean.copy_(-state["temperature.optimiser.mean"][agent])  # of the gradient up; torch's is of the gradient down
        for optimiser in (copy.reward_optimiser, copy.safety_optimiser, copy.temperature_optimiser):
            for memory in optimiser.state.values():
                memory["step"].fill_(algorithm.updates)
        return copy
