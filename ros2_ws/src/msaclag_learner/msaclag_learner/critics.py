"""Pairs of critics with polyak-averaged targets: reward critics (min of the two) and safety critics (max of the two).

A safety critic ends in a sigmoid, since Eq. 2 makes Q_c a probability; it learns by cross-entropy, because squared
error on a sigmoid saturates at 0 while every episode violates.
"""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from msaclag_learner.mlp import Mlp
from msaclag_learner.optimisers import Adam

PAIR = 2


class CriticPair:
    """Two critics and their targets for each of P agents; network 2p + k is critic k of agent p."""

    def __init__(
        self,
        kind: Literal["reward", "safety"],
        network: Mlp,
        generators: list[torch.Generator],
        *,
        rate: float,
        polyak: float,
        scale: float = 1.0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        """Fresh critics, those of agent i drawn with generator i.

        Args:
            kind: reward critics give any value, safety critics a probability.
            network: one input for each state and action, one output.
            generators: one for each agent.
            rate: Adam's step.
            polyak: τ.
            scale: of reward values; a network's output of 1 stands for it, so that large returns are learned as fast.
            dtype: of all tensors.
        """
        self.kind, self.network, self.polyak, self.scale = kind, network, polyak, scale
        self.parameters = torch.empty(PAIR * len(generators), network.size, dtype=dtype)
        network.initialise(self.parameters, [generator for generator in generators for _ in range(PAIR)])
        self.targets = self.parameters.clone()
        self.optimiser = Adam(self.parameters, rate)

    def values(self, states: Tensor, actions: Tensor) -> Tensor:
        """The pessimistic value [P, B] of `actions` [P, B, A] in `states` [P, B, S]."""
        outputs, _ = self._forward(self.parameters, states, actions)
        return self._pessimistic(self._activate(outputs)).values

    def target_values(self, states: Tensor, actions: Tensor) -> Tensor:
        """The pessimistic value [P, B] that the target networks give."""
        outputs, _ = self._forward(self.targets, states, actions)
        return self._pessimistic(self._activate(outputs)).values

    def mean_value_gradient(self, states: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        """The batch mean [P] of the pessimistic value, and its gradient by the actions [P, B, A].

        Each sample is differentiated through the critic that the min or max selected.
        """
        outputs, fed = self._forward(self.parameters, states, actions)
        chosen = self._pessimistic(self._activate(outputs))
        slope = torch.full_like(chosen.values, self.scale / states.shape[1])
        if self.kind == "safety":
            slope = slope * chosen.values * (1 - chosen.values)
        by_output = torch.zeros_like(outputs).scatter_(1, chosen.indices.unsqueeze(1), slope.unsqueeze(1))
        by_input = self.network.input_gradient(self.parameters, fed, by_output.flatten(0, 1).unsqueeze(-1))
        by_action = by_input[..., states.shape[-1] :].unflatten(0, (-1, PAIR)).sum(1)
        return chosen.values.mean(-1), by_action

    def learn(self, states: Tensor, actions: Tensor, targets: Tensor) -> Tensor:
        """One Adam step of both critics towards `targets` [P, B]; returns the loss [P] before it, of outputs."""
        outputs, fed = self._forward(self.parameters, states, actions)
        wanted = (targets / self.scale).unsqueeze(1).expand_as(outputs)
        if self.kind == "reward":  # Eq. 4
            loss = 0.5 * (outputs - wanted).square()
        else:
            loss = F.binary_cross_entropy_with_logits(outputs, wanted, reduction="none")
        # Squared error on a value and cross-entropy on a logit have the same gradient: prediction minus target.
        predicted = outputs.sigmoid() if self.kind == "safety" else outputs
        by_output = (predicted - wanted) / states.shape[1]
        gradient = self.network.parameter_gradient(self.parameters, fed, by_output.flatten(0, 1).unsqueeze(-1))
        self.optimiser.descend(gradient)
        return loss.mean((1, 2))

    def track(self) -> None:
        """Polyak averaging: ω̄ ← τω + (1 − τ)ω̄."""
        self.targets.lerp_(self.parameters, self.polyak)

    def state(self) -> dict[str, Tensor]:
        """Parameters, targets and the optimiser's memory, by name."""
        optimiser = {f"optimiser.{name}": value for name, value in self.optimiser.state().items()}
        return {"parameters": self.parameters, "targets": self.targets, **optimiser}

    def _forward(self, parameters: Tensor, states: Tensor, actions: Tensor) -> tuple[Tensor, list[Tensor]]:
        inputs = torch.cat((states, actions), dim=-1).repeat_interleave(PAIR, dim=0)
        outputs, fed = self.network.forward(parameters, inputs)
        return outputs.squeeze(-1).unflatten(0, (-1, PAIR)), fed

    def _activate(self, outputs: Tensor) -> Tensor:
        return outputs.sigmoid() if self.kind == "safety" else outputs * self.scale

    def _pessimistic(self, values: Tensor) -> torch.return_types.max | torch.return_types.min:
        return values.max(1) if self.kind == "safety" else values.min(1)
