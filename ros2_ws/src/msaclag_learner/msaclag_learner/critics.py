"""Pairs of critics with polyak-averaged targets: reward critics (min of the two) and safety critics (max of the two).

A safety critic ends in a sigmoid, since Eq. 2 makes Q_c a probability; it learns by cross-entropy, because squared
error on a sigmoid saturates at 0 while every episode violates.
"""

from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from msaclag_learner.mlp import Mlp, Networks

PAIR = 2


class Valued(NamedTuple):
    """What a pair of critics thinks of actions on R states."""

    values: Tensor
    """The pessimistic values, [P, R]."""
    by_action: Tensor
    """Gradient of each value by its action, [P, R, A]."""


class CriticPair:
    """Two critics and their targets for each of P agents; network 2p + k is critic k of agent p."""

    def __init__(
        self,
        kind: Literal["reward", "safety"],
        shape: Mlp,
        generators: list[torch.Generator],
        *,
        rate: float,
        polyak: float,
        scale: float,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        """Fresh critics, those of agent i drawn with generator i.

        Args:
            kind: reward critics give any value, safety critics a probability.
            shape: one input for each state and action, one output.
            generators: one for each agent.
            rate: Adam's step.
            polyak: τ.
            scale: of reward values; a network's output of 1 stands for it, so that large returns are learned as fast.
            dtype: of all tensors.
            device: of all tensors.
        """
        self.kind, self.polyak, self.scale = kind, polyak, scale
        self.networks = Networks.drawn(shape, [each for each in generators for _ in range(PAIR)], dtype, device)
        self.parameters = self.networks.parameters
        self.targets = Networks(shape, self.parameters.clone())
        self.optimiser = torch.optim.Adam([self.parameters], lr=rate, fused=True)
        self._ready_optimiser()

    def values(self, states: Tensor, actions: Tensor) -> Tensor:
        """The pessimistic values [P, R] of `actions` [P, R, A] on `states` [P, R, S]."""
        outputs, _ = self._forward(self.networks, states, actions)
        return self._pessimistic(outputs)[0]

    def valued(self, states: Tensor, actions: Tensor) -> Valued:
        """The pessimistic values, and their gradients by the actions.

        Each value is differentiated through the one critic that the min or max selected.
        """
        outputs, fed = self._forward(self.networks, states, actions)
        values, selected = self._pessimistic(outputs)
        slope = values * (1 - values) if self.kind == "safety" else torch.full_like(values, self.scale)
        by_output = torch.zeros_like(outputs).scatter_(1, selected.unsqueeze(1), slope.unsqueeze(1))
        by_input = self.networks.input_gradient(fed, by_output.flatten(0, 1).unsqueeze(-1), first=states.shape[-1])
        return Valued(values, by_input.unflatten(0, (-1, PAIR)).sum(1))

    def target_values(self, states: Tensor, actions: Tensor) -> Tensor:
        """The pessimistic values [P, R] that the target networks give."""
        outputs, _ = self._forward(self.targets, states, actions)
        return self._pessimistic(outputs)[0]

    def learn(self, states: Tensor, actions: Tensor, targets: Tensor) -> Tensor:
        """One Adam step of both critics towards `targets` [P, B]; returns the loss [P] before it, of outputs."""
        outputs, fed = self._forward(self.networks, states, actions)
        wanted = (targets / self.scale).unsqueeze(1).expand_as(outputs)
        if self.kind == "reward":
            predicted, loss = outputs, 0.5 * (outputs - wanted).square()  # Eq. 4
        else:
            predicted = outputs.sigmoid()
            loss = F.binary_cross_entropy_with_logits(outputs, wanted, reduction="none")
        # Squared error on a value and cross-entropy on a logit have the same gradient: prediction minus target.
        by_output = (predicted - wanted) / states.shape[1]
        gradient = self.networks.parameter_gradients(fed, by_output.view(-1, 1, 1, states.shape[1], 1))
        self.parameters.grad = gradient.flatten(1)
        self.optimiser.step()
        return loss.mean((1, 2))

    def track(self) -> None:
        """Polyak averaging: ω̄ ← τω + (1 − τ)ω̄."""
        self.targets.parameters.lerp_(self.parameters, self.polyak)

    def state(self) -> dict[str, Tensor]:
        """Parameters, targets and the optimiser's memory, by name."""
        optimiser = {f"optimiser.{name}": value for name, value in self.optimiser.state[self.parameters].items()}
        return {"parameters": self.parameters, "targets": self.targets.parameters, **optimiser}

    def _ready_optimiser(self) -> None:
        """Make Adam's memory now instead of at its first step, so that `state` is complete from the start."""
        step = torch.zeros((), dtype=torch.float32, device=self.parameters.device)
        zeros = torch.zeros_like(self.parameters)
        self.optimiser.state[self.parameters] = {"step": step, "exp_avg": zeros, "exp_avg_sq": zeros.clone()}

    def _forward(self, networks: Networks, states: Tensor, actions: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Outputs [P, 2, R], and what the layers were fed."""
        inputs = torch.cat((states, actions), dim=-1).repeat_interleave(PAIR, dim=0)
        outputs, fed = networks.forward(inputs)
        return outputs.view(-1, PAIR, states.shape[1]), fed

    def _pessimistic(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """Values [P, R] of `outputs` [P, 2, R], and which critic of the pair gave each."""
        if self.kind == "safety":
            logits, selected = outputs.max(1)
            return logits.sigmoid(), selected
        lowest, selected = outputs.min(1)
        return lowest * self.scale, selected
