"""What holds for every algorithm: determinism, the agent axis, bounds, and that an update touches one device only."""

from dataclasses import replace
from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from msaclag_learner import algorithms
from msaclag_learner.algorithm import Algorithm
from msaclag_learner.configuration import AlgorithmConfig, AlgorithmName
from msaclag_learner.samples import Batch, Samples

STATES, ACTIONS, BATCH = 4, 2, 8
CONFIG = AlgorithmConfig(hidden=(10, 10), batch=BATCH, initial_threshold=0.8)
NAMES = get_args(AlgorithmName)


def draw(seeds: list[int], dtype: torch.dtype = torch.float64) -> Samples:
    """Samples of each seed's own."""

    def one(seed: int) -> Samples:
        generator = torch.Generator().manual_seed(1000 + seed)

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, generator=generator, dtype=dtype)

        def batch() -> Batch:
            costs, terminals = (normal(BATCH) > 0).to(dtype), (normal(BATCH) > 1).to(dtype)
            actions = normal(BATCH, ACTIONS).tanh()
            return Batch(normal(BATCH, STATES), actions, normal(BATCH), costs, terminals, normal(BATCH, STATES))

        return Samples(batch(), batch(), normal(BATCH, STATES), normal(BATCH, STATES), normal(4, BATCH, ACTIONS))

    def stack(parts: tuple) -> Tensor | Batch | Samples:
        return (
            torch.stack(parts)
            if isinstance(parts[0], Tensor)
            else type(parts[0])(*map(stack, zip(*parts, strict=True)))
        )

    return stack(tuple(map(one, seeds)))


def train(configs: list[AlgorithmConfig], seeds: list[int], updates: int = 20) -> Algorithm:
    learner = algorithms.make(configs, STATES, ACTIONS, seeds, dtype=torch.float64)
    for update in range(updates):
        learner.update(draw([100 * update + seed for seed in seeds]))
    return learner


def of_agent(learner: Algorithm, agent: int) -> dict[str, Tensor]:
    """An agent's part of every tensor."""
    agents = len(learner.configs)
    return {
        name: tensor.view(agents, -1)[agent] if tensor.dim() else tensor for name, tensor in learner.state().items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_two_runs_with_one_seed_are_equal_to_the_bit(name: AlgorithmName) -> None:
    first, second = (train([replace(CONFIG, name=name)], [3]).state() for _ in range(2))
    assert all(torch.equal(first[tensor], second[tensor]) for tensor in first)


@pytest.mark.parametrize("name", NAMES)
def test_an_agent_among_others_equals_the_agent_alone(name: AlgorithmName) -> None:
    config = replace(CONFIG, name=name)
    own = replace(config, initial_multiplier=2.0, initial_threshold=0.3, reward_discount=0.9, temperature_rate=1e-2)
    together, alone = train([config, own, config], [1, 2, 3]), train([own], [2])
    for tensor, expected in of_agent(alone, 0).items():
        torch.testing.assert_close(of_agent(together, 1)[tensor], expected, msg=lambda text, name=tensor: name + text)


def test_agents_by_both_objectives_of_the_threshold_share_a_batch() -> None:
    linear = replace(CONFIG, initial_multiplier=0.5, multiplier_rate=1e-2, threshold_rate=1e-2)
    nonlinear = replace(linear, name="meta_sac_lag_nl")
    together = train([linear, nonlinear], [1, 1])
    assert together.threshold[0] != together.threshold[1]
    for agent, config in enumerate((linear, nonlinear)):
        torch.testing.assert_close(together.threshold[agent], train([config], [1]).threshold[0])


def test_agents_with_no_common_update_are_refused() -> None:
    with pytest.raises(ValueError, match="sac, sacv2_lag: one seed each, and one update for all"):
        algorithms.make([replace(CONFIG, name=name) for name in ("sac", "sacv2_lag")], STATES, ACTIONS, [0, 1])
    with pytest.raises(ValueError, match="must share: hidden, polyak"):
        algorithms.make([CONFIG, replace(CONFIG, hidden=(3,), polyak=0.1)], STATES, ACTIONS, [0, 1])


@settings(max_examples=20, deadline=None)
@given(
    multiplier=st.sampled_from(["clamped", "softplus", "log"]),
    threshold=st.sampled_from(["clamped", "sigmoid"]),
    temperature=st.sampled_from(["clamped", "log"]),
    optimiser=st.sampled_from(["rmsprop", "adam", "sgd"]),
    name=st.sampled_from(NAMES),
)
def test_hyperparameters_stay_in_their_bounds(
    multiplier: str, threshold: str, temperature: str, optimiser: str, name: AlgorithmName
) -> None:
    config = AlgorithmConfig(
        name=name,
        hidden=(8,),
        batch=BATCH,
        initial_threshold=0.5,
        initial_multiplier=0.2,
        multiplier_rate=0.1,
        multiplier_form=multiplier,
        multiplier_optimiser=optimiser,
        threshold_rate=0.1,
        threshold_form=threshold,
        threshold_optimiser=optimiser,
        temperature_rate=0.1,
        temperature_form=temperature,
        temperature_optimiser=optimiser,
        policy_optimiser=optimiser,
    )
    learner = algorithms.make([config], STATES, ACTIONS, [0], dtype=torch.float64)
    for update in range(30):
        figures = learner.update(draw([update]))
        constrained = {"multiplier": learner.multiplier, "threshold": learner.threshold}
        if name != "sac":
            assert learner.multiplier >= 0 and 0 <= learner.threshold <= 1
            assert all(torch.isfinite(value) for value in (figures | constrained).values())
        assert config.temperature_floor * 0.999 <= learner.temperature <= 1


@pytest.mark.parametrize("name", NAMES)
def test_an_update_neither_leaves_its_device_nor_waits_for_it(name: AlgorithmName) -> None:
    """On the meta device nothing has a value: a tensor made elsewhere or read by the host would raise."""
    learner = algorithms.make([replace(CONFIG, name=name)] * 2, STATES, ACTIONS, [0, 1], device="meta")
    figures = learner.update(on_meta(draw([0, 1], torch.float32)))
    assert all(figure.device.type == "meta" for figure in figures.values())


def on_meta(part: Tensor | Batch | Samples) -> Tensor | Batch | Samples:
    return part.to("meta") if isinstance(part, Tensor) else type(part)(*map(on_meta, part))


def test_safety_critics_learn_the_probability_of_a_violation() -> None:
    """With γ_c = 0 and costs that depend on the action's sign alone, Q_c is known: 1 or 0."""
    config = AlgorithmConfig(hidden=(32, 32), batch=128, cost_discount=0, critic_rate=3e-3)
    learner = algorithms.make([config], STATES, ACTIONS, [0])
    generator = torch.Generator().manual_seed(5)

    def normal(*shape: int) -> Tensor:
        return torch.randn(1, *shape, generator=generator)

    for _ in range(300):
        actions, nothing = normal(128, ACTIONS).tanh(), torch.zeros(1, 128)
        costs = (actions[..., 0] > 0).float()
        batch = Batch(normal(128, STATES), actions, nothing, costs, nothing, normal(128, STATES))
        learner.learn_critics(
            Samples(batch, batch, batch.states, batch.states, torch.zeros(1, 4, 128, ACTIONS)),
        )
    states, actions = normal(64, STATES), torch.zeros(1, 64, ACTIONS)
    assert learner.critics.values(states, actions + 0.6)[1].mean() > 0.9
    assert learner.critics.values(states, actions - 0.6)[1].mean() < 0.1


def test_nothing_is_violated_beyond_a_terminal() -> None:
    """Where every step ends an episode without a cost, Q_c is 0, whatever the target networks think of what follows."""
    config = AlgorithmConfig(hidden=(16,), batch=64, cost_discount=0.95, critic_rate=1e-2)
    learner = algorithms.make([config], STATES, ACTIONS, [0])
    learner.critics.targets.layers[-1].bias.fill_(5)  # all but certain of a violation
    generator = torch.Generator().manual_seed(5)

    def normal(*shape: int) -> Tensor:
        return torch.randn(1, *shape, generator=generator)

    nothing = torch.zeros(1, 64)
    for _ in range(200):
        batch = Batch(normal(64, STATES), normal(64, ACTIONS).tanh(), nothing, nothing, 1 - nothing, normal(64, STATES))
        learner.learn_critics(Samples(batch, batch, batch.states, batch.states, normal(4, 64, ACTIONS)))
    assert learner.critics.values(batch.states, batch.actions)[1].mean() < 0.02
