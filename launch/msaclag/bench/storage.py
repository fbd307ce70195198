"""What a run's experience takes in memory, and for how long a checkpoint holds training up."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
import torch

from msaclag.bench.race import Spread
from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.experience import Experience
from msaclag_learner.training_run import TrainingRun
from msaclag_learner.transition import Transition

CHUNK = 10_000
VIOLATING = 0.05
"""Share of the transitions, which lie in D_s too."""
EPISODE = 100
"""Transitions for each first state."""
CHECKPOINTS = 7


def fill(experience: Experience, count: int, agent: int = 0) -> None:
    """Add `count` random transitions of `agent` and the first states of their episodes."""
    layout = experience.layout
    generator = torch.Generator().manual_seed(agent)
    for begin in range(0, count, CHUNK):
        rows = torch.randn(min(CHUNK, count - begin), layout.width, generator=generator)
        batch = layout.split(rows)
        batch.actions.tanh_()
        for flags in (batch.costs, batch.terminals):
            flags.copy_(torch.rand(len(rows), generator=generator) < VIOLATING)
        experience.extend(rows, agent)
        experience.extend_first_states(batch.states[::EPISODE].clone(), agent)


def keep(
    algorithm: AlgorithmConfig,
    sizes: tuple[int, int],
    transitions: int,
    threads: int,
    tell: Callable[[str], object],
) -> tuple[dict[str, Any], Spread]:
    """Fill the buffers of a run with `transitions` and write checkpoints of it, in a folder below the present one.

    Returns:
        The figures of memory, and s for a checkpoint with the transitions since the one before.
    """
    with TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as folder:
        config = TrainingConfig(
            algorithm=algorithm, threads=threads, replay_capacity=transitions, run_dir=f"{folder}/run"
        )
        run = TrainingRun(config, "bench", *sizes)
        try:
            tell(f"{transitions} transitions")
            before = psutil.Process().memory_info().rss
            fill(run.experience, transitions)
            grown = psutil.Process().memory_info().rss - before
            stalls = [_checkpoint(run, sizes, number, tell) for number in range(CHECKPOINTS)]
        finally:
            run.close()
    raw = run.experience.layout.width * torch.float32.itemsize
    memory = {
        "rss_mb_per_million_transitions": grown / transitions,
        "rss_over_raw_arrays": grown / transitions / raw,
        "transitions": transitions,
    }
    return memory, Spread.of(stalls)


def _checkpoint(run: TrainingRun, sizes: tuple[int, int], number: int, tell: Callable[[str], object]) -> float:
    tell(f"checkpoint {number + 1} of {CHECKPOINTS}")
    state, action = (np.zeros(size, np.float32) for size in sizes)
    run.first_state(state)
    for step in range(run.config.checkpoint_every):
        last = step == run.config.checkpoint_every - 1
        run.take_in(Transition(state, action, 0.0, 0, state, False), {}, ended=last, evaluation=False)
    start = time.perf_counter()
    run.save_if_due()
    return time.perf_counter() - start
