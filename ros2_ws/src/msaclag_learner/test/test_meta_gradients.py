"""dJ_ε/dε and dJ_α/dα against differentiation through the unrolled step and against central differences, in float64."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from msaclag_learner import agreement
from msaclag_learner.agreement import Gradients, Problem, central_differences, closed_form, relative, unrolled
from msaclag_learner.meta_sac_lag import MetaSacLag

RELATIVE = 1e-6
PROBLEMS = st.builds(
    Problem,
    seed=st.integers(0, 10**6),
    name=st.sampled_from(["meta_sac_lag", "meta_sac_lag_nl"]),
    dead=st.booleans(),
    multiplier=st.sampled_from([0.0, 0.01, 3.0]),
    warm=st.booleans(),
)


def close(actual: Gradients, expected: Gradients, absolute: float, tolerance: float = RELATIVE) -> bool:
    return all(
        error <= tolerance or abs(one - other) <= absolute
        for error, one, other in zip(relative(actual, expected), actual, expected, strict=True)
    )


@settings(max_examples=25, deadline=None)
@given(problem=PROBLEMS)
def test_the_closed_form_equals_the_unrolled_step(problem: Problem) -> None:
    learner, samples = agreement.agent(problem)
    expected = unrolled(learner, samples)
    actual = closed_form(learner, samples)
    assert close(actual, expected, absolute=1e-15), (actual, expected)


@settings(max_examples=15, deadline=None)
@given(problem=PROBLEMS.filter(lambda problem: problem.warm))
def test_the_closed_form_equals_central_differences(problem: Problem) -> None:
    """A cold optimiser's step is all but a sign function of each gradient, which no difference can follow."""
    learner, samples = agreement.agent(problem)
    wide, narrow = (central_differences(learner, samples, step) for step in (1e-3, 5e-4))
    # Else a ReLU or the min of a pair switches in between, or the rounding shows.
    assume(close(wide, narrow, absolute=1e-11, tolerance=RELATIVE / 4))
    actual = closed_form(learner, samples)
    assert close(actual, narrow, absolute=1e-11), (actual, narrow)


def test_the_problems_have_both_critics_of_each_pair_active_and_dead_units() -> None:
    learner, samples = agreement.agent(Problem(seed=0, dead=True))
    assert all(set(agreement.selected(learner, samples)[0, pair].tolist()) == {0, 1} for pair in (0, 1))
    drawn = learner.actor.draw(samples.inner.states, samples.noise[:, 2])
    assert not drawn.fed[1][..., 0].any()


def test_a_multiplier_held_at_zero_gives_the_threshold_no_gradient() -> None:
    learner, samples = agreement.agent(Problem(seed=0, multiplier=0.0))
    gradients = closed_form(learner, samples)
    assert learner.multiplier == 0 and gradients.by_threshold == 0 and gradients.by_temperature != 0


@pytest.mark.parametrize("magnitude", [0.0, 1e-6, 1e6])
def test_gradients_stay_finite_in_float32_whatever_the_rewards(magnitude: float) -> None:
    problem = Problem(seed=1, dead=True, warm=False)
    config = agreement.agent(problem)[0].config
    learner = MetaSacLag([config], agreement.STATES, agreement.ACTIONS, [1])
    samples = agreement.agent(problem)[1]
    samples = type(samples)(*(convert(part) for part in samples))
    samples = samples._replace(inner=samples.inner._replace(rewards=samples.inner.rewards * magnitude))
    before = learner.critics.networks.parameters.clone()
    for _ in range(5):
        figures = learner.update(samples)
    assert not torch.equal(learner.critics.networks.parameters, before)
    assert all(torch.isfinite(tensor).all() for name, tensor in learner.state().items() if name != "normaliser.bound")
    assert all(torch.isfinite(figures[name]).all() for name in ("threshold_gradient", "temperature_gradient"))
    assert 0 <= float(learner.threshold) <= 1 and 0 < float(learner.temperature) <= 1 and learner.multiplier >= 0


def convert(part):
    return part.float() if isinstance(part, torch.Tensor) else type(part)(*map(convert, part))
