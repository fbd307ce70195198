import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from msaclag_learner.mlp import Mlp


def reference(network: Mlp, parameters: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
    value = inputs
    layers = network.layers(parameters)
    for index, (weight, bias) in enumerate(layers):
        value = value @ weight + bias
        if index < len(layers) - 1:
            value = value.relu()
    return value


@settings(max_examples=25, deadline=None)
@given(
    networks=st.integers(1, 3),
    batch=st.integers(1, 5),
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    seed=st.integers(0, 10**6),
)
def test_gradients_equal_those_of_autograd(networks: int, batch: int, sizes: list[int], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    network = Mlp(tuple(sizes))
    parameters = torch.randn(networks, network.size, generator=generator, dtype=torch.float64)
    inputs = torch.randn(networks, batch, sizes[0], generator=generator, dtype=torch.float64)
    by_output = torch.randn(networks, batch, sizes[-1], generator=generator, dtype=torch.float64)

    outputs, fed = network.forward(parameters, inputs)
    parameters.requires_grad_()
    inputs.requires_grad_()
    expected = reference(network, parameters, inputs)
    by_parameters, by_inputs = torch.autograd.grad((expected * by_output).sum(), (parameters, inputs))

    torch.testing.assert_close(outputs, expected.detach())
    with torch.no_grad():
        torch.testing.assert_close(network.parameter_gradient(parameters, fed, by_output), by_parameters)
        torch.testing.assert_close(network.input_gradient(parameters, fed, by_output), by_inputs)


def test_a_network_depends_on_its_own_generator_alone() -> None:
    network = Mlp((3, 8, 2))
    together, alone = torch.empty(3, network.size), torch.empty(1, network.size)
    network.initialise(together, [torch.Generator().manual_seed(seed) for seed in (5, 6, 7)])
    network.initialise(alone, [torch.Generator().manual_seed(6)])
    assert torch.equal(together[1], alone[0])


@pytest.mark.parametrize("sizes", [(2, 3), (15, 256, 256, 8)])
def test_size_counts_all_parameters(sizes: tuple[int, ...]) -> None:
    network = Mlp(sizes)
    counted = sum(weight[0].numel() + bias[0].numel() for weight, bias in network.layers(torch.empty(1, network.size)))
    assert counted == network.size
