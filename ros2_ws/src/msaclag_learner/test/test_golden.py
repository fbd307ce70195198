"""A trajectory of Meta SAC-Lag and of its J_nl variant that no change may alter unnoticed.

A change that is meant to alter it writes the new one with

    MSACLAG_RENEW_GOLDEN=1 pytest ros2_ws/src/msaclag_learner/test/test_golden.py

Networks and samples are made of sines, so that no random generator is part of it.
"""

import json
import math
import os
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch
from torch import Tensor

from msaclag_learner import algorithms
from msaclag_learner.algorithm import Algorithm
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.samples import Batch, Samples

FILE = Path(__file__).with_name("golden_trajectory.json")
RENEW = "MSACLAG_RENEW_GOLDEN"
STATES, ACTIONS, BATCH, UPDATES = 3, 2, 16, 40
CONFIG = AlgorithmConfig(
    hidden=(12, 10),
    batch=BATCH,
    critic_rate=1e-3,
    value_scale=10,
    initial_multiplier=3.0,
    multiplier_rate=0.02,
    initial_threshold=0.5,
    threshold_rate=0.01,
    initial_temperature=0.5,
    temperature_rate=0.01,
)
CONFIGS = [CONFIG, replace(CONFIG, name="meta_sac_lag_nl")]
FIGURES = (
    "multiplier",
    "threshold",
    "temperature",
    "expected_cost",
    "entropy",
    "reward_critic_loss",
    "safety_critic_loss",
    "threshold_gradient",
    "temperature_gradient",
)


class Waves:
    """Numbers in (−1, 1) that look like noise."""

    def __init__(self) -> None:
        self._phase = count(1)

    def __call__(self, *shape: int) -> Tensor:
        steps = torch.arange(math.prod(shape), dtype=torch.float64).view(shape)
        return torch.sin(1000 * torch.sin(steps + math.sqrt(2) * next(self._phase)))


def agents() -> Algorithm:
    made = algorithms.make(CONFIGS, STATES, ACTIONS, seeds=[0, 0], dtype=torch.float64)
    waves = Waves()
    state = made.state()
    for name in sorted(state):
        if name.endswith(".parameters"):
            state[name].copy_(0.5 * waves(*state[name].shape))
            if (targets := name.replace("parameters", "targets")) in state:
                state[targets].copy_(state[name])
    return made


def samples(waves: Waves) -> Samples:
    def of_all(*shape: int) -> Tensor:
        return waves(len(CONFIGS), *shape)

    def batch() -> Batch:
        costs = (of_all(BATCH) > 0.5).double()
        return Batch(
            of_all(BATCH, STATES), of_all(BATCH, ACTIONS), of_all(BATCH), costs, 0 * costs, of_all(BATCH, STATES)
        )

    return Samples(batch(), batch(), of_all(BATCH, STATES), of_all(BATCH, STATES), of_all(4, BATCH, ACTIONS))


def trajectory() -> dict[str, dict[str, list[float]]]:
    learner, waves = agents(), Waves()
    updates = [learner.update(samples(waves)) for _ in range(UPDATES)]
    return {
        config.name: {figure: [float(each[figure][agent]) for each in updates] for figure in FIGURES}
        for agent, config in enumerate(CONFIGS)
    }


def test_the_trajectory_is_the_golden_one() -> None:
    actual = trajectory()
    if os.environ.get(RENEW) == "1":
        FILE.write_text(json.dumps(actual, indent=1) + "\n")
        pytest.skip(f"wrote {FILE}")
    golden = json.loads(FILE.read_text())
    for algorithm, figures in golden.items():
        for name, expected in figures.items():
            assert actual[algorithm][name] == pytest.approx(expected, rel=1e-6, abs=1e-15), f"{algorithm}: {name}"


def test_the_golden_trajectory_goes_somewhere() -> None:
    golden = json.loads(FILE.read_text())
    for algorithm, figures in golden.items():
        for name in ("multiplier", "threshold", "temperature"):
            assert abs(figures[name][-1] - figures[name][0]) > 0.02, f"{algorithm}: {name} hardly moves"
    assert golden["meta_sac_lag"]["threshold"] != golden["meta_sac_lag_nl"]["threshold"]
