"""The learner's update on a CUDA GPU: captured as a graph, and asked for kernel by kernel."""

import time
from collections.abc import Callable
from typing import Any

import torch

from msaclag.bench.race import Spread, race
from msaclag.bench.storage import fill
from msaclag_learner import algorithms
from msaclag_learner.captured import CapturedUpdate
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.experience import Experience

POPULATIONS = (1, 64)
"""P, agents in one batched update."""
KINDS = ("cuda", "cuda_eager")
FIGURES = tuple(f"{kind}_{figure}" for kind in KINDS for figure in ("update_ms", "updates_per_s"))
REMARK = "drawing the batch and bringing it to the GPU included; null where PyTorch finds no CUDA GPU"


def measure(
    config: AlgorithmConfig,
    sizes: tuple[int, int],
    filled: int,
    rounds: int,
    block: float,
    tell: Callable[[str], object],
) -> dict[str, Any]:
    """The FIGURES by P: ms for an update, agent-updates per second; None without a GPU.

    The CPU draws a batch while the GPU computes with the one before.

    Args:
        config: of each agent.
        sizes: numbers of a state and of an action.
        filled: transitions that an agent's batches are drawn from.
        rounds: see `race`.
        block: see `race`.
        tell: see `race`.
    """
    if not torch.cuda.is_available():
        return {"cuda_device": None, **dict.fromkeys(FIGURES), "spread": {}}
    contestants: dict[str, Callable[[], object]] = {}
    for agents in POPULATIONS:
        tell(f"buffers of {agents} agents on the GPU")
        contestants |= _updates([config] * agents, sizes, filled)
    times = race(contestants, rounds, block, tell, _clock)
    spreads: dict[str, dict[str, Spread]] = {name: {} for name in FIGURES}
    for kind in KINDS:
        for agents in POPULATIONS:
            each = times[_name(kind, agents)]
            spreads[f"{kind}_update_ms"][str(agents)] = each.scaled(1e3)
            spreads[f"{kind}_updates_per_s"][str(agents)] = each.rate(agents)
    return {
        "cuda_device": torch.cuda.get_device_name(),
        **{name: {agents: spread.median for agents, spread in each.items()} for name, each in spreads.items()},
        "spread": {
            name: {agents: [spread.low, spread.high] for agents, spread in each.items()}
            for name, each in spreads.items()
        },
    }


def rows(figures: dict[str, Any]) -> dict[str, tuple[float | None, list[float] | None]]:
    """Median and quartiles by name, for a table."""
    if not figures["cuda_device"]:
        return {"cuda_update_ms": (None, None)}
    return {
        f"{name}, P = {agents}": (median, figures["spread"][name][agents])
        for name in FIGURES
        for agents, median in figures[name].items()
    }


def _updates(configs: list[AlgorithmConfig], sizes: tuple[int, int], filled: int) -> dict[str, Callable[[], object]]:
    """The contestants for as many agents."""
    algorithm = algorithms.make(configs, *sizes, range(len(configs)), device="cuda")
    experience = Experience(configs, *sizes, filled, "cuda")
    for agent in range(len(configs)):
        fill(experience, filled, agent)
    captured, eager = (_name(kind, len(configs)) for kind in KINDS)
    return {
        captured: CapturedUpdate(algorithm, experience),
        eager: lambda: algorithm.update(experience.sample(algorithm.generators)),
    }


def _name(kind: str, agents: int) -> str:
    return f"{kind}, P = {agents}"


def _clock() -> float:
    """s, once the GPU has done all that it was asked for."""
    torch.cuda.synchronize()
    return time.perf_counter()
