"""How well the closed-form meta-gradients agree with the unrolled step's and with central differences, in float64."""

from collections.abc import Callable
from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor

from msaclag_learner.configuration import AlgorithmConfig, AlgorithmName
from msaclag_learner.meta_sac_lag import MetaSacLag
from msaclag_learner.samples import INNER, OUTER, Batch, Samples
from msaclag_learner.textbook import Textbook

STATES, ACTIONS, BATCH = 5, 2, 16
DIFFERENCE = 1e-3
"""Step of the central differences, in ε and α."""


class Problem(NamedTuple):
    """What a random agent is made from."""

    seed: int
    name: AlgorithmName = "meta_sac_lag"
    dead: bool = False
    """A unit of the policy never fires: gradients of exactly 0."""
    multiplier: float = 3.0
    """ν; where it is 0, the step holds it at its bound."""
    warm: bool = True
    """The optimisers remember earlier gradients."""


class Gradients(NamedTuple):
    """dJ_ε/dε and dJ_α/dα."""

    by_threshold: float
    by_temperature: float


def agent(problem: Problem) -> tuple[MetaSacLag, Samples]:
    """A random agent and the samples of one update."""
    config = AlgorithmConfig(
        name=problem.name,
        hidden=(12, 9),
        batch=BATCH,
        value_scale=2,
        policy_rate=0.02,
        multiplier_rate=0.05,
        initial_multiplier=problem.multiplier,
        initial_threshold=0.7,
        initial_temperature=0.3,
    )
    learner = MetaSacLag([config], STATES, ACTIONS, [problem.seed], dtype=torch.float64)
    generator = torch.Generator().manual_seed(problem.seed + 1)

    def normal(*shape: int) -> Tensor:
        return torch.randn(1, *shape, generator=generator, dtype=torch.float64)

    def batch() -> Batch:
        costs = (normal(BATCH) > 1).double()
        return Batch(
            normal(BATCH, STATES), normal(BATCH, ACTIONS).tanh(), normal(BATCH), costs, costs, normal(BATCH, STATES)
        )

    if problem.dead:
        learner.actor.networks.layers[0].bias[0, 0, 0] = -100
    if problem.warm:
        for name, tensor in learner.state().items():
            if name in ("actor.optimiser.square", "multiplier.optimiser.square"):
                tensor.copy_(normal(*tensor.shape)[0].square() * 1e-2 + 1e-3)
    samples = Samples(batch(), batch(), normal(BATCH, STATES), normal(BATCH, STATES), normal(4, BATCH, ACTIONS))
    _level_pairs(learner, samples)
    return learner, samples


def selected(learner: MetaSacLag, samples: Samples) -> Tensor:
    """Which critic of each pair counts for each action on ℬ, [1, 2, B]."""
    drawn = learner.actor.draw(samples.inner.states, samples.noise[:, INNER])
    outputs = learner.critics.outputs(samples.inner.states, drawn.actions)
    return torch.stack((outputs[:, 0].argmin(1), outputs[:, 1].argmax(1)), dim=1)


def _level_pairs(learner: MetaSacLag, samples: Samples) -> None:
    """Shift the critics so that both of a pair have the same median, and each counts for some actions."""
    drawn = learner.actor.draw(samples.inner.states, samples.noise[:, INNER])
    medians = learner.critics.outputs(samples.inner.states, drawn.actions).median(-1).values
    learner.critics.networks.layers[-1].bias.view(-1).sub_(medians.view(-1))


def closed_form(learner: MetaSacLag, samples: Samples) -> Gradients:
    """By one update of `learner`."""
    figures = learner.update(samples)
    return Gradients(float(figures["threshold_gradient"]), float(figures["temperature_gradient"]))


def unrolled(learner: MetaSacLag, samples: Samples) -> Gradients:
    """By autograd through the unrolled step of a copy of `learner`."""
    by_threshold, by_temperature = Textbook.from_agent(learner, learner.config).update(samples)
    return Gradients(float(by_threshold), float(by_temperature))


def central_differences(learner: MetaSacLag, samples: Samples, step: float = DIFFERENCE) -> Gradients:
    """By making the inner step anew from ε and from α shifted by ± `step` and ± 2 `step` (of fourth order).

    ν′ in J_ε and J_α is that of the middle.
    """
    prepared = deepcopy(learner)
    prepared.learn_critics(samples)
    middle = deepcopy(prepared)
    middle.ascend_inner(samples)
    multiplier = middle.multiplier

    def objectives(threshold: float, temperature: float) -> Tensor:
        moved = deepcopy(prepared)
        state = moved.state()
        state["threshold.raw"] += threshold
        state["temperature.raw"].copy_((moved.temperature + temperature).log())
        moved.ascend_inner(samples)
        outer = moved.actor.draw(samples.outer_states, samples.noise[:, OUTER])
        reward, cost = moved.critics.values(samples.outer_states, outer.actions)
        worst = multiplier * cost - reward
        if moved.config.name == "meta_sac_lag_nl":
            worst = torch.where(reward < 0, reward * cost, reward * (1 - cost))
        best = moved.actor.draw(samples.initial_states, torch.zeros_like(samples.noise[:, OUTER]))
        reward, cost = moved.critics.values(samples.initial_states, best.actions)
        return torch.stack((worst.mean(), (reward - multiplier * cost).mean()))

    def derivative(of: Callable[[float], Tensor]) -> Tensor:
        return (8 * (of(step) - of(-step)) - (of(2 * step) - of(-2 * step))) / (12 * step)

    by_threshold = derivative(lambda shift: objectives(shift, 0)[0])
    by_temperature = derivative(lambda shift: objectives(0, shift)[1])
    return Gradients(float(by_threshold), float(by_temperature))


def relative(actual: Gradients, expected: Gradients) -> Gradients:
    """|actual − expected| over the larger of both, 0 where both are 0."""

    def error(one: float, other: float) -> float:
        return 0.0 if one == other else abs(one - other) / max(abs(one), abs(other))

    return Gradients(*(error(one, other) for one, other in zip(actual, expected, strict=True)))
