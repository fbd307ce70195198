"""The learner: its update against the textbook's and Stable-Baselines3's SAC, and on a GPU; acting, memory."""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from typing import Any, NamedTuple, get_args

import torch
from rich.table import Table

from msaclag.bench import cuda
from msaclag.bench.acting import act_while_training
from msaclag.bench.arithmetic import COUNTED, gflop, products
from msaclag.bench.machine import cores, machine
from msaclag.bench.race import Spread, race
from msaclag.bench.stable_baselines import sac_gradient_step
from msaclag.bench.storage import fill, keep
from msaclag_learner import algorithms
from msaclag_learner.algorithm import Algorithm
from msaclag_learner.allocation import keep_freed_memory
from msaclag_learner.configuration import AlgorithmConfig, AlgorithmName
from msaclag_learner.experience import Experience
from msaclag_learner.textbook import FIXED, Textbook

STATES, ACTIONS = 15, 4
CONFIG = AlgorithmConfig(hidden=(256, 256), batch=256, initial_threshold=0.5, **FIXED)
POPULATIONS = (1, 8, 32)
"""P, agents in one batched update."""
FILLED = 20_000
"""Transitions that batches are drawn from."""
BATCHES = 4
"""Drawn before the timing of updates, which take turns with them."""


class Plan(NamedTuple):
    """How much to measure."""

    rounds: int
    block: float
    """s of a contestant in a round."""
    acting: float
    """s."""
    transitions: int


_TIMES = {"update_ms": CONFIG.name, "textbook_update_ms": "textbook", "sb3_sac_update_ms": "sb3_sac"}
_ROWS = (
    *_TIMES,
    "sample_us",
    "gemm_gflops",
    "gflop_per_update",
    "fraction_of_peak",
    "act_p50_ms",
    "act_p99_ms",
    "updates_per_s_while_acting",
    "rss_mb_per_million_transitions",
    "rss_over_raw_arrays",
    "checkpoint_stall_ms",
)

FULL, QUICK = Plan(17, 0.2, 20.0, 1_000_000), Plan(3, 0.02, 2.0, 100_000)


class Learner(NamedTuple):
    """P agents, what they learn from, and their update."""

    algorithm: Algorithm
    experience: Experience
    update: Callable[[], object]

    @classmethod
    def made(cls, name: AlgorithmName, agents: int = 1) -> "Learner":
        """Agents by one algorithm with full buffers."""
        configs = [replace(CONFIG, name=name)] * agents
        algorithm = algorithms.make(configs, STATES, ACTIONS, range(agents))
        experience = Experience(configs, STATES, ACTIONS, FILLED)
        for agent in range(agents):
            fill(experience, FILLED, agent)
        batches = cycle([experience.sample(algorithm.generators) for _ in range(BATCHES)])
        return cls(algorithm, experience, lambda: algorithm.update(next(batches)))


def measure(threads: int | None, quick: bool, tell: Callable[[str], object]) -> dict[str, Any]:
    """All figures, ready for JSON; medians, with the quartiles of each under `spread`."""
    plan = QUICK if quick else FULL
    threads = threads or cores()
    figures: dict[str, Any] = {"threads": threads, "quick": quick, "machine": machine()}
    keep_freed_memory()
    tell("acting while training")
    acting = act_while_training(CONFIG, (STATES, ACTIONS), threads, plan.acting)
    torch.set_num_threads(threads)
    memory, stall = keep(CONFIG, (STATES, ACTIONS), plan.transitions, threads, tell)
    figures |= _of_updates(plan, tell) | acting | memory
    figures["checkpoint_stall_ms"] = 1e3 * stall.median
    figures["spread"]["checkpoint_stall_ms"] = [1e3 * stall.low, 1e3 * stall.high]
    on_gpu = cuda.measure(CONFIG, (STATES, ACTIONS), FILLED, plan.rounds, plan.block, tell)
    return {**figures, **on_gpu, "spread": figures["spread"] | on_gpu["spread"]}


def _of_updates(plan: Plan, tell: Callable[[str], object]) -> dict[str, Any]:
    tell("networks and buffers")
    learners = {name: Learner.made(name) for name in get_args(AlgorithmName)}
    own = learners[CONFIG.name]
    textbook, batch = Textbook(CONFIG, STATES, ACTIONS), own.experience.sample(own.algorithm.generators)
    matrices = products()
    contestants: dict[str, Callable[[], object]] = {
        **{name: learner.update for name, learner in learners.items()},
        "textbook": lambda: textbook.update(batch),
        "sample": lambda: own.experience.sample(own.algorithm.generators),
        **{name: product for name, (product, _) in matrices.items()},
        **{_population(agents): Learner.made(CONFIG.name, agents).update for agents in POPULATIONS if agents > 1},
    }
    rival = sac_gradient_step(STATES, ACTIONS, CONFIG.hidden, CONFIG.batch)
    if rival is not None:
        contestants["sb3_sac"] = rival
    times = race(contestants, plan.rounds, plan.block, tell)
    figures = _of_times(times, {name: work for name, (_, work) in matrices.items()})
    work = gflop(own.update)
    figures["gflop_per_update"] = work
    figures["fraction_of_peak"] = work / (1e-3 * figures["update_ms"]) / figures["gemm_gflops"]
    figures["textbook_gflop_per_update"] = gflop(contestants["textbook"])
    figures["sb3_sac_gflop_per_update"] = gflop(rival) if rival else None
    return figures


def _of_times(times: dict[str, Spread], work: dict[str, float]) -> dict[str, Any]:
    """The figures of a race, whose matrix products did `work` GFLOP."""
    measured = {name: times[contestant].scaled(1e3) for name, contestant in _TIMES.items() if contestant in times}
    measured["sample_us"] = times["sample"].scaled(1e6)
    multiplying = {name: times[name].rate(each) for name, each in work.items()}
    measured["gemm_gflops"] = max(multiplying.values())
    rates = {str(agents): times[_population(agents)].rate(agents) for agents in POPULATIONS}
    return {
        "sb3_sac_update_ms": None,
        **{name: spread.median for name, spread in measured.items()},
        "updates_per_s": {agents: rate.median for agents, rate in rates.items()},
        "gemm_gflops_by_shape": {name: rate.median for name, rate in multiplying.items()},
        "update_ms_by_algorithm": {name: 1e3 * times[name].median for name in get_args(AlgorithmName)},
        "spread": {
            **{name: [spread.low, spread.high] for name, spread in measured.items()},
            "updates_per_s": {agents: [rate.low, rate.high] for agents, rate in rates.items()},
        },
        "remarks": {
            "gflop_per_update": COUNTED,
            "sb3_sac_update_ms": "draws its batch too" if "sb3_sac" in times else "stable-baselines3 is not installed",
            "cuda_update_ms": cuda.REMARK,
        },
    }


def _population(agents: int) -> str:
    return CONFIG.name if agents == 1 else f"P = {agents}"


def table(figures: dict[str, Any]) -> Table:
    """The figures for a person."""
    machine, spread = figures["machine"], figures["spread"]
    shown = Table(
        title=f"{figures['threads']} threads of {machine['cpu']} ({machine['cores']} cores), torch {machine['torch']}",
        caption="medians and quartiles; agent-updates per second",
    )
    for heading in ("", "median", "quartiles"):
        shown.add_column(heading, justify="left" if not heading else "right")
    rows = {name: (figures[name], spread.get(name)) for name in _ROWS}
    for agents, rate in figures["updates_per_s"].items():
        rows[f"updates_per_s, P = {agents}"] = rate, spread["updates_per_s"][agents]
    for name, time in figures["update_ms_by_algorithm"].items():
        rows[f"update_ms, {name}"] = time, None
    rows |= cuda.rows(figures)
    for name, (value, quartiles) in rows.items():
        between = "" if quartiles is None else " to ".join(f"{quartile:.3g}" for quartile in quartiles)
        shown.add_row(name, figures["remarks"].get(name, "") if value is None else f"{value:.4g}", between)
    return shown
