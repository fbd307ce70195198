import subprocess
import sys

import numpy as np
import torch

from msaclag_learner.acting import ActingPolicy
from msaclag_learner.acting_weights import weights_of
from msaclag_learner.actor import Actor
from msaclag_learner.mlp import Mlp, Networks
from msaclag_learner.normalisation import StateNormaliser

STATES, ACTIONS = 6, 3


def make() -> tuple[Actor, StateNormaliser, ActingPolicy]:
    """An actor whose average is another policy, with its states' normaliser, and one that acts as it does."""
    cpu = torch.device("cpu")
    actor = Actor(
        Mlp((STATES, 16, 2 * ACTIONS)),
        [torch.Generator().manual_seed(1)],
        rate=torch.tensor([1e-3]),
        optimiser="rmsprop",
        averaging=0.25,
        dtype=torch.float32,
        device=cpu,
    )
    actor.averaged.mul_(0.5)
    normaliser = StateNormaliser(1, STATES, torch.float32, cpu)
    normaliser.fit(torch.randn(1, 50, STATES, generator=torch.Generator().manual_seed(3)) * 4 + 2)
    return actor, normaliser, ActingPolicy(weights_of(actor, normaliser, 7), seed=2)


def outputs(
    parameters: torch.Tensor, actor: Actor, normaliser: StateNormaliser, observation: np.ndarray
) -> tuple[torch.Tensor, torch.Tensor]:
    """A policy's mean and log of the spread, before the tanh."""
    states = normaliser(torch.from_numpy(observation).view(1, 1, -1))
    mean, log_std = Networks(actor.networks.shape, parameters).forward(states)[0][0, 0].chunk(2)
    return mean, log_std


def test_the_deterministic_action_is_that_of_the_average() -> None:
    actor, normaliser, acting = make()
    observation = np.linspace(-1, 1, STATES, dtype=np.float32)
    mean, _ = outputs(actor.averaged, actor, normaliser, observation)
    np.testing.assert_allclose(acting.act(observation, deterministic=True), mean.tanh().numpy(), atol=1e-6)
    assert acting.weights.version == 7 and acting.weights.action_size == ACTIONS


def test_actions_spread_as_the_policy_says() -> None:
    actor, normaliser, acting = make()
    observation = np.zeros(STATES, np.float32)
    mean, log_std = outputs(actor.parameters, actor, normaliser, observation)
    drawn = np.array([acting.act(observation, deterministic=False) for _ in range(4000)])
    before_tanh = np.arctanh(drawn)
    np.testing.assert_allclose(before_tanh.mean(0), mean.numpy(), atol=0.08)
    np.testing.assert_allclose(before_tanh.std(0), log_std.exp().numpy(), rtol=0.08)


def test_new_weights_leave_the_copy_in_use_alone() -> None:
    actor, _, acting = make()
    observation = np.ones(STATES, np.float32)
    before = acting.act(observation, deterministic=True)
    actor.averaged.mul_(5)
    np.testing.assert_array_equal(acting.act(observation, deterministic=True), before)


def test_the_average_follows_the_policy_by_its_share() -> None:
    actor, _, _ = make()
    before = actor.averaged.clone()
    actor.average(updates=torch.tensor(1000.0))
    torch.testing.assert_close(actor.averaged, 0.75 * before + 0.25 * actor.parameters)


def test_the_node_that_acts_loads_no_pytorch() -> None:
    """It takes the process seconds and 200 MB."""
    seen = "import sys, msaclag_learner.learner_node; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0
