import torch

from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.configuration import MetaSacLagConfig
from msaclag_learner.meta_sac_lag import MetaSacLag, Samples

STATES, ACTIONS, BATCH = 4, 2, 8
LAYOUT = TransitionLayout(STATES, ACTIONS)
CONFIG = MetaSacLagConfig(hidden=(10, 10), batch=BATCH)


def draw(seeds: list[int]) -> Samples:
    rows = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(1000 + seed)
        rows.append(torch.randn(BATCH, LAYOUT.width, generator=generator, dtype=torch.float64))
    batch = LAYOUT.split(torch.stack(rows))
    batch = batch._replace(
        actions=batch.actions.tanh(), costs=(batch.costs > 0).double(), terminals=(batch.terminals > 1).double()
    )
    return Samples(batch, batch, batch.next_states, batch.states)


def train(seeds: list[int], updates: int = 30) -> MetaSacLag:
    learner = MetaSacLag(CONFIG, STATES, ACTIONS, seeds, dtype=torch.float64)
    for _ in range(updates):
        learner.update(draw(seeds))
    return learner


def test_two_runs_with_one_seed_are_equal_to_the_bit() -> None:
    first, second = train([3]).state(), train([3]).state()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_an_agent_among_others_equals_the_agent_alone() -> None:
    together, alone = train([1, 2, 3]), train([2])
    torch.testing.assert_close(together.policy[1], alone.policy[0])
    torch.testing.assert_close(together.safety_critics.parameters[2:4], alone.safety_critics.parameters)
    for name in ("multiplier", "threshold", "log_temperature"):
        torch.testing.assert_close(getattr(together, name)[1], getattr(alone, name)[0])


def test_hyperparameters_stay_in_their_bounds() -> None:
    config = MetaSacLagConfig(
        hidden=(8,), batch=BATCH, multiplier_rate=0.1, threshold_rate=0.1, temperature_rate=0.1, initial_multiplier=0.2
    )
    learner = MetaSacLag(config, STATES, ACTIONS, [0], dtype=torch.float64)
    for _ in range(60):
        figures = learner.update(draw([0]))
        assert learner.multiplier.min() >= 0
        assert learner.threshold.min() >= 0 and learner.threshold.max() <= 1
        assert config.temperature_floor * 0.999 <= learner.temperature.min() and learner.temperature.max() <= 1
        assert all(torch.isfinite(value).all() for value in figures.values())


def test_safety_critics_learn_the_probability_of_a_violation() -> None:
    """With γ_c = 0 and costs that depend on the action's sign alone, Q_c is known: 1 or 0."""
    config = MetaSacLagConfig(hidden=(32, 32), batch=128, cost_discount=0, critic_rate=3e-3)
    learner = MetaSacLag(config, STATES, ACTIONS, [0])
    generator = torch.Generator().manual_seed(5)
    for _ in range(300):
        batch = LAYOUT.split(torch.randn(1, 128, LAYOUT.width, generator=generator))
        actions = batch.actions.tanh()
        learner.update_safety_critics(batch._replace(actions=actions, costs=(actions[..., 0] > 0).float()))
    states = torch.randn(1, 64, STATES, generator=generator)
    actions = torch.zeros(1, 64, ACTIONS)
    assert learner.safety_critics.values(states, actions + 0.6).mean() > 0.9
    assert learner.safety_critics.values(states, actions - 0.6).mean() < 0.1
