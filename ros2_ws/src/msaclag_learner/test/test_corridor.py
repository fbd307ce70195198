"""The corridor, and that its optimum is what the docstring derives."""

import torch
from torch import Tensor

from msaclag_learner import corridor, corridor_trial
from msaclag_learner.configuration import AlgorithmConfig

STARTS = torch.linspace(0, 1, 101, dtype=torch.float64)
CELLS = 512
"""Of a grid of positions; a power of two, so that no cell is beside its position by rounding."""


def expected_return(starts: Tensor) -> Tensor:
    """Of the best safe action, summed over 200 steps."""
    positions, going, total = starts, torch.ones_like(starts), torch.zeros_like(starts)
    for _ in range(200):
        after = corridor.step(positions, corridor.best_safe_action(positions))
        total += going * after.rewards
        positions, going = after.positions, going * corridor.SURVIVAL * (1 - after.costs)
    return total


def best_values(multiplier: float, discount: float) -> tuple[Tensor, Tensor]:
    """By value iteration, each violation costing `multiplier`: values on the grid, and whether to cross there."""
    grid = torch.arange(CELLS + 1, dtype=torch.float64) / CELLS
    reach = round(CELLS * corridor.STRIDE)
    actions = torch.arange(-reach, reach + 1, dtype=torch.float64) / reach
    after = corridor.step(grid.unsqueeze(1).expand(-1, len(actions)), actions.expand(CELLS + 1, -1))
    following = (after.positions * CELLS).round().long().clamp(max=CELLS)
    values = torch.zeros(CELLS + 1, dtype=torch.float64)
    for _ in range(200):
        going = discount * corridor.SURVIVAL * (1 - after.costs)
        each = after.rewards - multiplier * after.costs + going * values[following]
        values, best = each.max(1)
    return values, after.costs.gather(1, best.unsqueeze(1)).squeeze(1)


def test_the_best_safe_policy_earns_the_best_safe_return() -> None:
    torch.testing.assert_close(expected_return(STARTS), corridor.best_safe_return(STARTS))


def test_the_best_safe_return_is_that_of_value_iteration() -> None:
    values, crosses = best_values(multiplier=100, discount=1.0)
    torch.testing.assert_close(values, corridor.best_safe_return(torch.arange(CELLS + 1, dtype=torch.float64) / CELLS))
    assert not crosses.any()


def test_above_the_critical_multiplier_it_pays_to_stay_and_below_to_cross() -> None:
    critical = corridor.critical_multiplier(0.99)
    assert not best_values(critical + 0.01, 0.99)[1].any()
    assert best_values(critical - 0.01, 0.99)[1][-1] == 1
    assert best_values(0, 0.99)[1][-round(CELLS * corridor.STRIDE) :].all()


def test_a_point_among_others_moves_as_alone() -> None:
    def walk(seeds: list[int]) -> Tensor:
        points = corridor.Points([torch.Generator().manual_seed(seed) for seed in seeds])
        return torch.stack([points.move(points.random_actions()) for _ in range(100)], dim=1)

    together, alone = walk([1, 2, 3]), walk([2])
    torch.testing.assert_close(together[1], alone[0], rtol=0, atol=0)
    ends, costs = together[..., 4], together[..., 3]
    assert (ends >= costs).all() and ends.sum() > costs.sum() > 0


def test_an_agent_that_learns_among_others_equals_the_agent_alone() -> None:
    config = AlgorithmConfig(hidden=(8, 8), batch=16)
    together = corridor_trial.run([config] * 3, [1, 2, 3], steps=60, warmup=40)
    alone = corridor_trial.run([config], [2], steps=60, warmup=40)
    torch.testing.assert_close(together.return_share[1:2], alone.return_share, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(together.algorithm.threshold[1:2], alone.algorithm.threshold, rtol=1e-3, atol=1e-3)


def test_a_policy_is_judged_by_the_mean_over_the_ends_of_episodes() -> None:
    trial = corridor_trial.run([AlgorithmConfig(hidden=(8,), batch=16)], [0], steps=20, warmup=20)
    parameters = trial.algorithm.actor.parameters
    parameters.zero_()
    still, violating = corridor_trial._judge(trial.algorithm)
    starts = torch.linspace(0, 1, corridor_trial.STARTS)
    best = corridor.best_safe_return(starts).mean()
    torch.testing.assert_close(still, (starts / (1 - corridor.SURVIVAL)).mean().view(1) / best, rtol=1e-4, atol=0)
    assert violating == 0
    parameters[0, -2] = 10.0  # the bias of the mean: always a full stride ahead
    _, violating = corridor_trial._judge(trial.algorithm)
    strides = torch.floor((1 - starts) / corridor.STRIDE + 1e-6)
    torch.testing.assert_close(violating, (corridor.SURVIVAL**strides).mean().view(1), rtol=0.05, atol=0)
