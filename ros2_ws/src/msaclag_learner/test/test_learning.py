"""Each algorithm learns the constrained optimum of the corridor, and SAC the unconstrained one.

All seeds of an algorithm learn in one batch. The rule, the same for all: at least five of eight agents earn 70 % of the
optimum's return or more and violate in at most 5 % of the episodes, and the median of the safe ones earns 80 %; by
their last policies, deterministic, in the exact mean. Standing still earns 54 %; SAC violates in two of three episodes.

Not all eight, because ν swings about its critical value and the last policy may lie below it: of 24 other seeds, 22 to
24 did with each algorithm, and at that rate six of eight would fail once in thirty times wherever rounding differs.
"""

from dataclasses import replace

import pytest
import torch

from msaclag_learner import corridor, corridor_trial
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.corridor_trial import Trial

SEEDS = range(8)
META = AlgorithmConfig(
    hidden=(32, 32),
    batch=64,
    policy_rate=1e-3,
    critic_rate=3e-3,
    value_scale=10,
    polyak=0.1,
    safety_share=0.0,
    multiplier_rate=1e-2,
    threshold_rate=1e-2,
    temperature_rate=2e-2,
    temperature_floor=0.03,
    after_violation="nothing",
)
RIVAL = replace(META, policy_optimiser="adam", safety_share=0.25, initial_threshold=0.03, temperature_rate=1e-2)
"""A fixed ε, tuned; ν⁰ = 10 as in Table I."""
CONSTRAINED = {
    "meta_sac_lag": META,
    "meta_sac_lag_nl": replace(META, name="meta_sac_lag_nl"),
    "sacv2_lag": replace(RIVAL, name="sacv2_lag"),
    "rcpo_sacv2": replace(RIVAL, name="rcpo_sacv2"),
    "rcpo_meta_sac": replace(RIVAL, name="rcpo_meta_sac", policy_optimiser="rmsprop"),
}
SAC = replace(RIVAL, name="sac")


def learn(config: AlgorithmConfig) -> Trial:
    return corridor_trial.run([config] * len(SEEDS), SEEDS, steps=1500, warmup=300)


@pytest.mark.parametrize("config", CONSTRAINED.values(), ids=CONSTRAINED)
def test_it_learns_the_constrained_optimum(config: AlgorithmConfig) -> None:
    trial = learn(config)
    safe = trial.violation_rate <= 0.05
    shown = f"shares of the optimum {trial.return_share}, violation rates {trial.violation_rate}"
    assert (safe & (trial.return_share >= 0.7)).sum() >= 5, shown
    assert trial.return_share[safe].median() >= 0.8, shown
    assert (trial.return_share[trial.violation_rate == 0] <= 1 + 1e-4).all(), "more than the best safe return"


def test_sac_learns_to_violate() -> None:
    trial = learn(SAC)
    assert (trial.violation_rate > 0.5).all(), trial.violation_rate
    assert (trial.return_share > 1.5).all(), trial.return_share


def test_a_fixed_multiplier_parts_staying_from_crossing() -> None:
    """The pessimism of both pairs lets some agents stay from half the critical value on."""
    critical = corridor.critical_multiplier(META.reward_discount)
    fixed = replace(CONSTRAINED["sacv2_lag"], multiplier_rate=0)
    low, high = (replace(fixed, initial_multiplier=factor * critical) for factor in (0.25, 1.5))
    trial = corridor_trial.run([low] * 3 + [high] * 3, [0, 1, 2] * 2, steps=1500, warmup=300)
    assert (trial.violation_rate[:3] > 0.5).all(), trial.violation_rate
    assert (trial.violation_rate[3:] <= 0.05).all(), trial.violation_rate


@pytest.mark.parametrize("config", [*CONSTRAINED.values(), SAC], ids=[*CONSTRAINED, "sac"])
def test_two_runs_with_one_seed_are_equal_to_the_bit(config: AlgorithmConfig) -> None:
    first, second = (corridor_trial.run([config] * 2, [0, 1], steps=110, warmup=80) for _ in range(2))
    states = first.algorithm.state(), second.algorithm.state()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    assert torch.equal(first.return_share, second.return_share)
