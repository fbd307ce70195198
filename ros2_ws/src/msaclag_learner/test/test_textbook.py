"""The closed form against the textbook: whole updates from the same samples, in float64."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from msaclag_learner import algorithms
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.samples import Batch, Samples
from msaclag_learner.textbook import FIXED, Textbook

AGENTS, BATCH, STATES, ACTIONS = 2, 24, 5, 2
CONFIG = AlgorithmConfig(
    hidden=(12, 9), batch=BATCH, policy_rate=0.02, multiplier_rate=0.05, threshold_rate=0.03, value_scale=3, **FIXED
)


def drawn(generator: torch.Generator) -> Samples:
    def normal(*shape: int) -> Tensor:
        return torch.randn(AGENTS, *shape, generator=generator, dtype=torch.float64)

    def batch() -> Batch:
        costs, terminals = (normal(BATCH) > 0.5).double(), (normal(BATCH) > 1).double()
        actions = normal(BATCH, ACTIONS).tanh()
        return Batch(normal(BATCH, STATES), actions, normal(BATCH), costs, terminals, normal(BATCH, STATES))

    return Samples(batch(), batch(), normal(BATCH, STATES), normal(BATCH, STATES), normal(4, BATCH, ACTIONS))


def of_agent(samples: Samples, agent: int) -> Samples:
    def one(part: Tensor | Batch) -> Tensor | Batch:
        return Batch(*map(one, part)) if isinstance(part, Batch) else part[agent : agent + 1]

    return Samples(*map(one, samples))


@pytest.mark.parametrize("name", ["meta_sac_lag", "meta_sac_lag_nl"])
@pytest.mark.parametrize("after_violation", ["absorbed", "nothing", "bootstrapped"])
@pytest.mark.parametrize("multiplier", [0.01, 5.0])
def test_updates_equal_the_textbooks(name, after_violation, multiplier):
    config = replace(CONFIG, name=name, after_violation=after_violation, initial_multiplier=multiplier)
    learner = algorithms.make([config] * AGENTS, STATES, ACTIONS, [1, 2], dtype=torch.float64)
    generator = torch.Generator().manual_seed(3)
    for _ in range(3):  # from warm optimisers and hyperparameters on the way
        learner.update(drawn(generator))
    agent = 1
    textbook = Textbook.from_agent(learner, config, agent)
    for _ in range(5):
        samples = drawn(generator)
        learner.update(samples)
        textbook.update(of_agent(samples, agent))
    state = learner.state()
    for name, parts in textbook.tensors().items():
        expected = torch.cat([part.reshape(-1) for part in parts])
        actual = state[name].view(AGENTS, -1)[agent]
        torch.testing.assert_close(
            actual, expected, rtol=1e-6, atol=1e-12, msg=lambda text, name=name: f"{name}: {text}"
        )


@pytest.mark.parametrize(
    ("setting", "value"), [("name", "rcpo_sacv2"), ("multiplier_form", "softplus"), ("policy_optimiser", "adam")]
)
def test_what_is_not_in_the_textbook_is_refused(setting, value):
    with pytest.raises(ValueError, match=f"not {value}"):
        Textbook(replace(CONFIG, initial_threshold=0.5, **{setting: value}), STATES, ACTIONS)
