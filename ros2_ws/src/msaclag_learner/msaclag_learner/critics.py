"""The critics of P agents in one ensemble: a pair of reward critics (their min counts) and one of safety critics (max).

A safety critic ends in a sigmoid, since Eq. 2 makes Q_c a probability; it learns by cross-entropy, because squared
error on a sigmoid saturates at 0 while every episode violates.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim.adam import adam

from msaclag_learner.mlp import Mlp, Networks

PAIR = 2


class Valued(NamedTuple):
    """What critics think of actions on R states: the pessimistic values, and their gradients by the actions.

    Where no Q_c is learned, `cost` repeats `reward`.
    """

    reward: Tensor
    """Q_r, [P, R]."""
    reward_by_action: Tensor
    """[P, R, A]."""
    cost: Tensor
    """Q_c, [P, R]."""
    cost_by_action: Tensor
    """[P, R, A]."""


class Critics:
    """K = 1 or 2 pairs for each of P agents: of the reward, then of the cost where there is a constraint.

    Network 2(Kp + k) + j is critic j of pair k of agent p.

    Attributes:
        updates: how many there were, []; Adam counts them where the networks lie.
    """

    def __init__(
        self,
        shape: Mlp,
        generators: list[torch.Generator],
        *,
        constrained: bool,
        rate: float,
        polyak: float,
        scale: float,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        """Fresh critics, those of agent i drawn with generator i.

        Args:
            shape: one input for each state and action, one output.
            generators: one for each agent.
            constrained: whether there are safety critics.
            rate: Adam's step.
            polyak: τ.
            scale: of reward values; a network's output of 1 stands for it, so that large returns are learned as fast.
            dtype: of all tensors.
            device: of all tensors.
        """
        self.pairs, self.polyak = 1 + constrained, polyak
        copies = PAIR * self.pairs
        self.networks = Networks.drawn(shape, [each for each in generators for _ in range(copies)], dtype, device)
        self.targets = Networks(shape, self.networks.parameters.clone())
        self.updates = torch.zeros((), dtype=torch.float32, device=device)
        self._mean, self._square = (torch.zeros_like(self.networks.parameters) for _ in range(2))
        self._rate = rate
        self._scale = torch.tensor([scale, 1.0][: self.pairs], dtype=dtype, device=device).view(-1, 1)
        # The larger of two costs is the smaller of their negatives: one min serves both kinds.
        self._sign = torch.tensor([1.0, -1.0][: self.pairs], dtype=dtype, device=device).view(-1, 1, 1)

    def values(self, states: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        """Q_r and Q_c [P, R] of `actions` [P, R, A] on `states` [P, R, S]; where no Q_c is learned, Q_r twice."""
        values, _ = self._pessimistic(self.outputs(states, actions))
        return values[:, 0], values[:, -1]

    def outputs(self, states: Tensor, actions: Tensor) -> Tensor:
        """What the networks give, [P, K, 2, R]: a reward over `scale`, a logit of a violation."""
        return self._forward(self.networks, self._for_all(states, actions))[0]

    def target_values(self, states: Tensor, actions: Tensor) -> Tensor:
        """What the targets give, [P, K, B], for `states` [P, K, B, S] and `actions` [P, K, B, A] of each kind."""
        outputs, _ = self._forward(self.targets, torch.cat((states, actions), dim=-1))
        return self._pessimistic(outputs)[0]

    def valued(self, states: Tensor, actions: Tensor) -> Valued:
        """The values of `actions` [P, R, A] on `states` [P, R, S], with their gradients.

        Each value is differentiated through the one critic that the min or max selected.
        """
        outputs, fed = self._forward(self.networks, self._for_all(states, actions))
        values, selected = self._pessimistic(outputs)
        slope = self._scale.expand_as(values).clone()
        if self.pairs > 1:
            slope[:, 1] = values[:, 1] * (1 - values[:, 1])
        by_output = torch.zeros_like(outputs).scatter_(2, selected.unsqueeze(2), slope.unsqueeze(2))
        by_input = self.networks.input_gradient(fed, by_output.flatten(0, 2).unsqueeze(-1), first=states.shape[-1])
        by_action = by_input.unflatten(0, (-1, self.pairs, PAIR)).sum(2)
        return Valued(values[:, 0], by_action[:, 0], values[:, -1], by_action[:, -1])

    def learn(self, states: Tensor, actions: Tensor, targets: Tensor) -> Tensor:
        """One Adam step of all critics.

        Args:
            states: [P, K, B, S], of each kind its own.
            actions: [P, K, B, A].
            targets: [P, K, B]; of the cost, in [0, 1].

        Returns:
            The losses before the step, of outputs, [P, K].
        """
        outputs, fed = self._forward(self.networks, torch.cat((states, actions), dim=-1))
        wanted = (targets / self._scale).unsqueeze(2).expand_as(outputs)
        predicted, losses = outputs.clone(), outputs.new_empty(outputs.shape[:2])
        losses[:, 0] = 0.5 * (outputs[:, 0] - wanted[:, 0]).square().mean((1, 2))  # Eq. 4
        if self.pairs > 1:
            loss = F.binary_cross_entropy_with_logits(outputs[:, 1], wanted[:, 1], reduction="none")
            losses[:, 1] = loss.mean((1, 2))
            predicted[:, 1].sigmoid_()
        # Squared error on a value and cross-entropy on a logit have the same gradient: prediction minus target.
        by_output = (predicted - wanted) / states.shape[2]
        gradient = self.networks.parameter_gradients(fed, by_output.view(-1, 1, 1, states.shape[2], 1))
        self._descend(gradient.flatten(1))
        return losses

    def track(self) -> None:
        """Polyak averaging: ω̄ ← τω + (1 − τ)ω̄."""
        self.targets.parameters.lerp_(self.networks.parameters, self.polyak)

    def state(self) -> dict[str, Tensor]:
        """Parameters, targets and the optimiser's memory, by name."""
        return {
            "parameters": self.networks.parameters,
            "targets": self.targets.parameters,
            "optimiser.step": self.updates,
            "optimiser.exp_avg": self._mean,
            "optimiser.exp_avg_sq": self._square,
        }

    def _descend(self, gradient: Tensor) -> None:
        """One Adam step; by its function, since the making of a torch.optim.Adam imports PyTorch's compiler: 2 s."""
        adam(
            [self.networks.parameters],
            [gradient],
            [self._mean],
            [self._square],
            [],
            [self.updates],
            fused=True,
            capturable=gradient.is_cuda,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self._rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )

    def _for_all(self, states: Tensor, actions: Tensor) -> Tensor:
        """The same rows for each kind, [P, K, R, S + A]."""
        return torch.cat((states, actions), dim=-1).unsqueeze(1).expand(-1, self.pairs, -1, -1)

    def _forward(self, networks: Networks, inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Outputs [P, K, 2, R] for `inputs` [P, K, R, S + A], and what the layers were fed."""
        outputs, fed = networks.forward(inputs.unsqueeze(2).expand(-1, -1, PAIR, -1, -1).flatten(0, 2))
        return outputs.view(*inputs.shape[:2], PAIR, -1), fed

    def _pessimistic(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """Values [P, K, R] of `outputs` [P, K, 2, R], and which critic of the pair gave each."""
        lowest, selected = (outputs * self._sign).min(2)
        values = lowest * self._scale
        if self.pairs > 1:
            torch.sigmoid(-lowest[:, 1], out=values[:, 1])
        return values, selected
