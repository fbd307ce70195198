import numpy as np
import torch

from msaclag_learner import policy
from msaclag_learner.acting import ActingPolicy
from msaclag_learner.mlp import Mlp
from msaclag_learner.normalisation import StateNormaliser

STATES, ACTIONS = 6, 3


def make() -> tuple[Mlp, torch.Tensor, ActingPolicy]:
    network = Mlp((STATES, 16, 2 * ACTIONS))
    parameters = torch.empty(1, network.size)
    network.initialise(parameters, [torch.Generator().manual_seed(1)])
    normaliser = StateNormaliser(1, STATES)
    normaliser.fit(torch.randn(1, 50, STATES, generator=torch.Generator().manual_seed(3)) * 4 + 2)
    acting = ActingPolicy(network, normaliser, ACTIONS, seed=2)
    acting.take_over(parameters[0], 7)
    return network, parameters, acting


def test_the_deterministic_action_is_that_of_the_network() -> None:
    network, parameters, acting = make()
    observation = np.linspace(-1, 1, STATES, dtype=np.float32)
    normalised = acting.normaliser(torch.from_numpy(observation).view(1, 1, -1))
    expected, _ = policy.mean_action(network, parameters, normalised)
    np.testing.assert_allclose(acting.act(observation, deterministic=True), expected[0, 0].numpy(), atol=1e-6)
    assert acting.version == 7


def test_actions_spread_as_the_policy_says() -> None:
    network, parameters, acting = make()
    observation = np.zeros(STATES, np.float32)
    outputs, _ = network.forward(parameters, acting.normaliser(torch.zeros(1, 1, STATES)))
    mean, log_std = outputs[0, 0].chunk(2)
    drawn = np.array([acting.act(observation, deterministic=False) for _ in range(4000)])
    before_tanh = np.arctanh(drawn)
    np.testing.assert_allclose(before_tanh.mean(0), mean.numpy(), atol=0.08)
    np.testing.assert_allclose(before_tanh.std(0), log_std.exp().numpy(), rtol=0.08)


def test_new_weights_leave_the_copy_in_use_alone() -> None:
    _, parameters, acting = make()
    observation = np.ones(STATES, np.float32)
    before = acting.act(observation, deterministic=True)
    parameters.mul_(5)
    np.testing.assert_array_equal(acting.act(observation, deterministic=True), before)
