"""P agents learn in the corridor in one batch, and are judged by what their deterministic policies do there."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from msaclag_learner import algorithms, corridor
from msaclag_learner.algorithm import Algorithm
from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.experience import Experience

LAYOUT = TransitionLayout(corridor.STATE_SIZE, corridor.ACTION_SIZE)
STARTS = 51
"""From which policies are judged, evenly spread."""
STEPS = 50
"""After which a judged episode would go on with a probability below 2e-5."""


class Trial(NamedTuple):
    """Agents that have learned, and how they do; their evaluation is exact, nothing in it is random."""

    algorithm: Algorithm
    training_violation_rate: Tensor
    """Share of the episodes that ended after the warm-up, [P]."""
    return_share: Tensor
    """Mean return of the deterministic policy over the constrained optimum's, [P]; above 1 only by violations."""
    violation_rate: Tensor
    """Share of the deterministic policy's episodes, [P]."""


def run(
    configs: Sequence[AlgorithmConfig],
    seeds: Sequence[int],
    *,
    steps: int,
    warmup: int,
    watch: Callable[[], object] = lambda: None,
) -> Trial:
    """Train and judge one agent for each of `configs` and `seeds`; `watch` is called after each step.

    Each makes one transition in a step and, after the warm-up of uniformly random actions, one update. What agent i
    draws comes from its own generator.
    """
    algorithm = algorithms.make(configs, LAYOUT.state_size, LAYOUT.action_size, seeds)
    experience = Experience(configs, LAYOUT.state_size, LAYOUT.action_size, capacity=steps)
    points = corridor.Points(algorithm.generators)
    seen = torch.empty(len(seeds), warmup, LAYOUT.state_size)
    ended, violated = torch.zeros(len(seeds)), torch.zeros(len(seeds))
    for number in range(steps):
        for agent in points.begins.nonzero().flatten().tolist():
            experience.extend_first_states(points.positions[agent].view(1, 1), agent)
        if number < warmup:
            seen[:, number, 0] = points.positions
            _gather(experience, points.move(points.random_actions()))
        else:
            rows = points.move(_act(algorithm, points.positions, _noise(algorithm.generators)))
            _gather(experience, rows)
            ended += points.begins
            violated += rows[:, LAYOUT.cost]
            if algorithm.updates == 0 and algorithm.config.normalise_states:
                algorithm.normaliser.fit(seen)
            if experience.ready():
                algorithm.update(experience.sample(algorithm.generators))
        watch()
    return Trial(algorithm, violated / ended, *_judge(algorithm))


def _gather(experience: Experience, rows: Tensor) -> None:
    for agent, row in enumerate(rows):
        experience.extend(row.unsqueeze(0), agent)


def _noise(generators: list[torch.Generator]) -> Tensor:
    return torch.cat([torch.randn(1, generator=each) for each in generators])


def _act(algorithm: Algorithm, positions: Tensor, noise: Tensor) -> Tensor:
    """Actions on `positions` [P] or [P, N] by standard normal `noise`, all of one shape."""
    states = algorithm.normaliser(positions.reshape(len(positions), -1, 1))
    return algorithm.actor.draw(states, noise.reshape(len(positions), -1, 1)).actions.view(positions.shape)


def _judge(algorithm: Algorithm) -> tuple[Tensor, Tensor]:
    """Return share and violation rate: a step counts by the probability that the episode comes to it."""
    starts = torch.linspace(0, corridor.WALL, STARTS).repeat(len(algorithm.configs), 1)
    positions, going = starts, torch.ones_like(starts)
    earned, violated = torch.zeros_like(starts), torch.zeros_like(starts)
    for _ in range(STEPS):
        after = corridor.step(positions, _act(algorithm, positions, torch.zeros_like(positions)))
        earned += going * after.rewards
        violated += going * after.costs
        positions, going = after.positions, going * corridor.SURVIVAL * (1 - after.costs)
    return earned.mean(-1) / corridor.best_safe_return(starts).mean(-1), violated.mean(-1)
