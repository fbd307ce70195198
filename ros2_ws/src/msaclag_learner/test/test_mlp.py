import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from msaclag_learner.mlp import Mlp, Networks


def reference(networks: Networks, parameters: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
    value = inputs
    layers = networks.shape.layers(parameters)
    for index, (weight, bias) in enumerate(layers):
        value = value @ weight + bias
        if index < len(layers) - 1:
            value = value.relu()
    return value


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 3),
    groups=st.integers(1, 3),
    scalars=st.integers(1, 3),
    batch=st.integers(1, 5),
    sizes=st.lists(st.integers(1, 20), min_size=2, max_size=5),
    seed=st.integers(0, 10**6),
)
def test_gradients_equal_those_of_autograd(
    count: int, groups: int, scalars: int, batch: int, sizes: list[int], seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    networks = Networks(Mlp(tuple(sizes)), normal(count, Mlp(tuple(sizes)).size))
    inputs = normal(count, groups * batch, sizes[0])
    by_output = normal(count, groups, scalars, batch, sizes[-1])
    outputs, fed = networks.forward(inputs)
    gradients = networks.parameter_gradients(fed, by_output)
    of_first = by_output[:, :, 0].flatten(1, 2)
    by_inputs = [networks.input_gradient(fed, of_first, first) for first in range(sizes[0])]

    parameters = networks.parameters.clone().requires_grad_()
    inputs.requires_grad_()
    expected = reference(networks, parameters, inputs)
    torch.testing.assert_close(outputs, expected.detach())
    rows = expected.unflatten(1, (groups, batch))
    for group in range(groups):
        for scalar in range(scalars):
            value = (rows[:, group] * by_output[:, group, scalar]).sum()
            (by_parameters,) = torch.autograd.grad(value, parameters, retain_graph=True)
            torch.testing.assert_close(gradients[:, group, scalar], by_parameters)

    (expected_by_inputs,) = torch.autograd.grad((expected * of_first).sum(), inputs)
    for first, by_inputs_from in enumerate(by_inputs):
        torch.testing.assert_close(by_inputs_from, expected_by_inputs[..., first:])


def test_a_network_depends_on_its_own_generator_alone() -> None:
    def drawn(seeds: list[int]) -> torch.Tensor:
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        return Networks.drawn(Mlp((3, 8, 2)), generators, torch.float32, torch.device("cpu")).parameters

    assert torch.equal(drawn([5, 6, 7])[1], drawn([6])[0])


@pytest.mark.parametrize("sizes", [(2, 3), (15, 256, 256, 8)])
def test_size_counts_all_parameters(sizes: tuple[int, ...]) -> None:
    network = Mlp(sizes)
    counted = sum(weight[0].numel() + bias[0].numel() for weight, bias in network.layers(torch.empty(1, network.size)))
    assert counted == network.size
