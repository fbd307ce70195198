from typing import get_args

import pytest
import torch

from msaclag_learner.configuration import OptimiserName
from msaclag_learner.optimisers import OPTIMISERS, Adam


def test_adam_equals_torch() -> None:
    torch.manual_seed(0)
    ours = torch.randn(2, 7, dtype=torch.float64)
    theirs = ours.clone().requires_grad_()
    optimiser = Adam(ours, torch.tensor([[1e-2], [1e-2]], dtype=torch.float64))
    reference = torch.optim.Adam([theirs], lr=1e-2)
    for _ in range(20):
        gradient = torch.randn_like(ours)
        optimiser.ascend(-gradient)
        theirs.grad = gradient.clone()
        reference.step()
    torch.testing.assert_close(ours, theirs.detach(), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", get_args(OptimiserName))
def test_the_diagonal_is_the_derivative_of_the_step(name: OptimiserName) -> None:
    torch.manual_seed(0)
    history = [torch.randn(1, 5, dtype=torch.float64) for _ in range(3)]
    gradient = torch.randn(1, 5, dtype=torch.float64)
    gradient[0, 2] = 0
    rate = torch.tensor([[1e-3]], dtype=torch.float64)

    def step(last: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        parameters = torch.zeros(1, 5, dtype=torch.float64)
        optimiser = OPTIMISERS[name](parameters, rate)
        for each in history:
            optimiser.ascend(each)
        before = parameters.clone()
        diagonal = optimiser.ascend(last)
        return parameters - before, diagonal

    _, diagonal = step(gradient)
    shift = 1e-6 * torch.eye(5, dtype=torch.float64)
    columns = [(step(gradient + each)[0] - step(gradient - each)[0])[0] / 2e-6 for each in shift]
    torch.testing.assert_close(torch.diag(diagonal[0]), torch.stack(columns, dim=1), rtol=1e-5, atol=1e-8)
    assert torch.isfinite(diagonal).all()
    assert name == "adam" or (diagonal > 0).all()


@pytest.mark.parametrize("name", get_args(OptimiserName))
def test_a_unit_that_never_fired_has_a_finite_derivative(name: OptimiserName) -> None:
    """With the floor outside the root it would be 0/0."""
    parameters, nothing = torch.zeros(1, 1), torch.zeros(1, 1)
    diagonal = OPTIMISERS[name](parameters, torch.full((1, 1), 1e-3)).ascend(nothing)
    assert torch.isfinite(diagonal).all() and (diagonal > 0).all() and not parameters.any()


def test_each_agent_moves_at_its_own_rate() -> None:
    parameters = torch.zeros(2, 3)
    OPTIMISERS["sgd"](parameters, torch.tensor([[1.0], [2.0]])).ascend(torch.ones(2, 3))
    assert parameters.tolist() == [[1.0] * 3, [2.0] * 3]
