import torch

from msaclag_learner.optimisers import Adam, RmsProp


def test_adam_equals_torch() -> None:
    torch.manual_seed(0)
    ours = torch.randn(7, dtype=torch.float64)
    theirs = ours.clone().requires_grad_()
    optimiser, reference = Adam(ours, 1e-2), torch.optim.Adam([theirs], lr=1e-2)
    for _ in range(20):
        gradient = torch.randn_like(ours)
        optimiser.descend(gradient)
        theirs.grad = gradient.clone()
        reference.step()
    torch.testing.assert_close(ours, theirs.detach())


def test_rmsprop_jacobian_is_the_derivative_of_its_step() -> None:
    torch.manual_seed(0)
    gradient = torch.randn(5, dtype=torch.float64)
    gradient[2] = 0  # a dead unit: with the floor outside the root its derivative would be 0/0

    def step(g: torch.Tensor) -> torch.Tensor:
        square = torch.full((5,), 0.3, dtype=torch.float64)
        square[3] = 0
        decayed = 0.99 * square + 0.01 * g.square()
        return 1e-3 * g / (decayed + 1e-12).sqrt()

    parameters = torch.zeros(5, dtype=torch.float64)
    optimiser = RmsProp(parameters, 1e-3)
    optimiser.square.fill_(0.3)
    optimiser.square[3] = 0
    jacobian = optimiser.ascend(gradient)
    torch.testing.assert_close(parameters, step(gradient))
    torch.testing.assert_close(jacobian, torch.autograd.functional.jacobian(step, gradient).diagonal())
    assert torch.isfinite(jacobian).all() and (jacobian > 0).all()
