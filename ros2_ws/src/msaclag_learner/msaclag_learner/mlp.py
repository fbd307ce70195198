"""Ensembles of small ReLU networks with their gradients in closed form.

The parameters of N networks are one tensor [N, size]: optimisers, target networks and checkpoints see a single vector
for each network, and every layer is one batched matrix product. No autograd: the gradients that the algorithms need are
few, first order, and share their forward pass (docs/algorithm.md).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

NARROW = 16
"""Columns below which a matrix product is made the other way round."""


class Layer(NamedTuple):
    """One layer of N networks."""

    weight: Tensor
    """[N, in, out]."""
    bias: Tensor
    """[N, 1, out]."""


@dataclass(frozen=True)
class Mlp:
    """The shape of a network: `sizes` counts the units of each layer from input to output."""

    sizes: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of parameters of one network."""
        return sum((inputs + 1) * outputs for inputs, outputs in pairwise(self.sizes))

    def layers(self, parameters: Tensor) -> list[Layer]:
        """Views into `parameters` [N, size]."""
        views, start = [], 0
        for inputs, outputs in pairwise(self.sizes):
            middle, end = start + inputs * outputs, start + (inputs + 1) * outputs
            weight = parameters[:, start:middle].view(-1, inputs, outputs)
            views.append(Layer(weight, parameters[:, middle:end].unsqueeze(1)))
            start = end
        return views


class Networks:
    """N networks of one shape; `parameters` [N, size] must be changed in place only, for views of it are kept."""

    def __init__(self, shape: Mlp, parameters: Tensor) -> None:
        """Networks by `parameters` [N, size], which are not copied."""
        self.shape, self.parameters = shape, parameters
        self.layers = shape.layers(parameters)

    @classmethod
    def drawn(
        cls, shape: Mlp, generators: list[torch.Generator], dtype: torch.dtype, device: torch.device
    ) -> "Networks":
        """Networks with weights and biases uniform in ±1/√inputs; network i is drawn with generator i, of the CPU."""
        parameters = torch.empty(len(generators), shape.size, dtype=dtype)
        for weight, bias in shape.layers(parameters):
            bound = weight.shape[1] ** -0.5
            for index, generator in enumerate(generators):
                weight[index].uniform_(-bound, bound, generator=generator)
                bias[index].uniform_(-bound, bound, generator=generator)
        return cls(shape, parameters.to(device))

    def forward(self, inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Outputs [N, R, out] for `inputs` [N, R, in], and what each layer was fed, for the backward passes."""
        *hidden, last = self.layers
        fed = [inputs]
        for weight, bias in hidden:
            fed.append(torch.baddbmm(bias, fed[-1], weight).relu_())
        return _product(fed[-1], last.weight) + last.bias, fed

    def parameter_gradients(self, fed: list[Tensor], by_output: Tensor) -> Tensor:
        """Gradients by the parameters of G·K scalars for each network, in one sweep.

        Args:
            fed: of the forward pass, [N, R, in] each, R = G·B.
            by_output: [N, G, K, B, out]; scalar (g, k) depends on the rows of group g alone.

        Returns:
            [N, G, K, size].
        """
        networks, groups, scalars, batch, _ = by_output.shape
        gradients = by_output.new_empty(networks, groups, scalars, self.shape.size)
        slots = [self.shape.layers(gradients[:, :, scalar].flatten(0, 1)) for scalar in range(scalars)]
        delta = by_output
        for index in reversed(range(len(self.layers))):
            rows = fed[index].view(networks * groups, batch, -1)
            for scalar in range(scalars):
                columns = delta[:, :, scalar].flatten(0, 1)
                weight, bias = slots[scalar][index]
                weight.copy_(_product(rows.mT, columns))
                torch.sum(columns, dim=1, keepdim=True, out=bias)
            if index:
                active = fed[index].view(networks, groups, 1, batch, -1)
                delta = _relu_backward(self._through(delta, self.layers[index].weight), active)
        return gradients

    def input_gradient(self, fed: list[Tensor], by_output: Tensor, first: int = 0) -> Tensor:
        """Gradient of a scalar by the inputs from number `first` on, [N, R, in − first].

        `by_output` [N, R, out] is its gradient by the outputs.
        """
        delta = by_output
        for index in reversed(range(1, len(self.layers))):
            delta = _relu_backward(self._through(delta, self.layers[index].weight), fed[index])
        return self._through(delta, self.layers[0].weight[:, first:])

    @staticmethod
    def _through(delta: Tensor, weight: Tensor) -> Tensor:
        """From the gradient by a layer's outputs, [N, …, out], to that by its inputs, [N, …, in]."""
        if weight.shape[-1] == 1:
            return delta * weight.mT.view(len(weight), *[1] * (delta.dim() - 2), -1)
        rows = _product(delta.flatten(1, -2), weight.mT)
        return rows.view(*delta.shape[:-1], -1)


def _product(left: Tensor, right: Tensor) -> Tensor:
    """A batched matrix product; a narrow result is made transposed, which the libraries do several times faster."""
    if right.shape[-1] < NARROW:
        return torch.bmm(right.mT, left.mT).mT
    return torch.bmm(left, right)


def _relu_backward(delta: Tensor, fed: Tensor) -> Tensor:
    """`delta` in place, 0 where the ReLU gave `fed` 0."""
    return torch.ops.aten.threshold_backward.grad_input(delta, fed, 0, grad_input=delta)
