"""From an observation to its action while a thread of the same process trains as fast as it can."""

import time
from collections.abc import Callable
from threading import Event, Thread

import numpy as np

from msaclag_learner.acting import ActingPolicy
from msaclag_learner.scheduling import give_way

RATE = 40
"""Observations a second."""
SETTLING = 1.0
"""s of training before the first observation that counts."""


def act_while_training(
    update: Callable[[], object],
    take_over: Callable[[], object],
    policy: ActingPolicy,
    state_size: int,
    threads: int,
    seconds: float,
) -> dict[str, float]:
    """Quantiles of the time from when an observation is due to when its action is there, waking up included.

    The calling thread must have computed alone so far (see `msaclag_learner.scheduling`).

    Args:
        update: one update of the learner.
        take_over: hands its weights to `policy`.
        policy: that acts.
        state_size: numbers of an observation.
        threads: of the training thread.
        seconds: to measure.
    """
    ending, updates = Event(), 0

    def train() -> None:
        nonlocal updates
        give_way(threads)
        while not ending.is_set():
            update()
            take_over()
            updates += 1

    trainer = Thread(target=train, name="trainer")
    trainer.start()
    try:
        time.sleep(SETTLING)
        before, start = updates, time.perf_counter()
        delays = [_act(policy, state_size, start + tick / RATE) for tick in range(round(seconds * RATE))]
        rate = (updates - before) / (time.perf_counter() - start)
    finally:
        ending.set()
        trainer.join()
    quantiles = dict(zip(("act_p50_ms", "act_p99_ms", "act_max_ms"), np.percentile(delays, (50, 99, 100)), strict=True))
    return {name: 1e3 * float(delay) for name, delay in quantiles.items()} | {"updates_per_s_while_acting": rate}


def _act(policy: ActingPolicy, state_size: int, due: float) -> float:
    time.sleep(max(0.0, due - time.perf_counter()))
    policy.act(np.zeros(state_size, np.float32), deterministic=False)
    return time.perf_counter() - due
