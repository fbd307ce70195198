"""Ensembles of small ReLU networks with their gradients in closed form.

The parameters of N networks are one tensor [N, size]: optimisers, target networks and checkpoints see a single vector
for each network, and every layer is one batched matrix product. No autograd: the gradients that the algorithm needs are
few, first order, and share their forward pass (docs/algorithm.md).
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

_relu_backward = torch.ops.aten.threshold_backward


@dataclass(frozen=True)
class Mlp:
    """The shape of a network: `sizes` counts the units of each layer from input to output."""

    sizes: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of parameters of one network."""
        return sum((inputs + 1) * outputs for inputs, outputs in pairwise(self.sizes))

    def layers(self, parameters: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Views into `parameters` [N, size]: for each layer its weight [N, in, out] and bias [N, 1, out]."""
        views, start = [], 0
        for inputs, outputs in pairwise(self.sizes):
            middle, end = start + inputs * outputs, start + (inputs + 1) * outputs
            weight = parameters[:, start:middle].view(-1, inputs, outputs)
            views.append((weight, parameters[:, middle:end].unsqueeze(1)))
            start = end
        return views

    def initialise(self, parameters: Tensor, generators: list[torch.Generator]) -> None:
        """Draw weights and biases uniformly in ±1/√inputs, network i with generator i."""
        for weight, bias in self.layers(parameters):
            bound = weight.shape[1] ** -0.5
            for index, generator in enumerate(generators):
                weight[index].uniform_(-bound, bound, generator=generator)
                bias[index].uniform_(-bound, bound, generator=generator)

    def forward(self, parameters: Tensor, inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Outputs [N, B, out] for `inputs` [N, B, in], and what each layer was fed, for the backward passes."""
        *hidden, (last_weight, last_bias) = self.layers(parameters)
        fed = [inputs]
        for weight, bias in hidden:
            fed.append(torch.baddbmm(bias, fed[-1], weight).relu_())
        return torch.baddbmm(last_bias, fed[-1], last_weight), fed

    def parameter_gradient(self, parameters: Tensor, fed: list[Tensor], output_gradient: Tensor) -> Tensor:
        """Gradient [N, size] of a scalar whose gradient by the outputs is `output_gradient` [N, B, out]."""
        gradient = torch.empty_like(parameters)
        delta = output_gradient
        layers, slots = self.layers(parameters), self.layers(gradient)
        for index in reversed(range(len(layers))):
            weight_slot, bias_slot = slots[index]
            weight_slot.copy_(torch.bmm(fed[index].transpose(1, 2), delta))
            torch.sum(delta, dim=1, keepdim=True, out=bias_slot)
            if index:
                delta = self._behind(delta, layers[index][0], fed[index])
        return gradient

    def input_gradient(self, parameters: Tensor, fed: list[Tensor], output_gradient: Tensor) -> Tensor:
        """Gradient [N, B, in] by the inputs of a scalar whose gradient by the outputs is `output_gradient`."""
        delta = output_gradient
        layers = self.layers(parameters)
        for index in reversed(range(1, len(layers))):
            delta = self._behind(delta, layers[index][0], fed[index])
        return torch.bmm(delta, layers[0][0].transpose(1, 2))

    @staticmethod
    def _behind(delta: Tensor, weight: Tensor, fed: Tensor) -> Tensor:
        """The gradient before a layer's ReLU-ed input `fed`, from the gradient `delta` behind the layer."""
        return _relu_backward(torch.bmm(delta, weight.transpose(1, 2)), fed, 0)
