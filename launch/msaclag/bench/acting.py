"""From an observation to its action while the training process of the same learner trains as fast as it can."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.step import Step
from msaclag_learner.trainer import Trainer
from msaclag_learner.transition import Transition

RATE = 40
"""Observations a second."""
EXPERIENCE = 1000
"""Transitions to learn from, with as many updates due for each as a run may ask for."""
SETTLING = 1.0
"""s of training before the first observation that counts."""


def act_while_training(
    algorithm: AlgorithmConfig, sizes: tuple[int, int], threads: int, seconds: float
) -> dict[str, float]:
    """Quantiles of the time from when an observation is due to when its action is there, waking up included.

    Args:
        algorithm: what is trained.
        sizes: numbers of an observation and of an action.
        threads: of the training process.
        seconds: to measure.
    """
    with TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as folder:
        config = TrainingConfig(
            algorithm=algorithm, warmup=0, updates_per_step=100, threads=threads, run_dir=f"{folder}/run"
        )
        trainer = Trainer(config, lambda: None)
        try:
            _begin(trainer, sizes)
            time.sleep(SETTLING)
            before, start = _updates(trainer), time.perf_counter()
            delays = [_act(trainer, sizes[0], start + tick / RATE) for tick in range(round(seconds * RATE))]
            rate = (_updates(trainer) - before) / (time.perf_counter() - start)
        finally:
            trainer.close()
    quantiles = dict(zip(("act_p50_ms", "act_p99_ms", "act_max_ms"), np.percentile(delays, (50, 99, 100)), strict=True))
    return {name: 1e3 * float(delay) for name, delay in quantiles.items()} | {"updates_per_s_while_acting": rate}


def _begin(trainer: Trainer, sizes: tuple[int, int]) -> None:
    """Let it train on random transitions."""
    random = np.random.default_rng(0)
    trainer.begin("bench", *sizes, {})
    for seq in range(1, EXPERIENCE + 1):
        state, action = (random.normal(size=size).astype(np.float32) for size in sizes)
        transition = Transition(state, np.tanh(action), 0.0, 0, state[::-1], False)
        step = Step(transition, {}, first=seq == 1, ended=False, evaluation=False, moved=True)
        trainer.take_in_logged(seq, step)
    while _updates(trainer) == 0:
        if trainer.failure is not None:
            raise trainer.failure
        time.sleep(0.01)


def _updates(trainer: Trainer) -> int:
    return 0 if trainer.report is None else trainer.report.status.updates


def _act(trainer: Trainer, state_size: int, due: float) -> float:
    time.sleep(max(0.0, due - time.perf_counter()))
    trainer.act(np.zeros(state_size, np.float32), evaluation=False)
    return time.perf_counter() - due
