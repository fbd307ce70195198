"""What a worker does with a batch, wherever it runs."""

import platform
import time
from collections.abc import Callable

import torch

from msaclag_benchmarks.table2 import population
from msaclag_benchmarks.table2.batch import Batch
from msaclag_benchmarks.table2.code_version import CodeError, code_version
from msaclag_benchmarks.table2.record import records

TOLD_EVERY = 1.0
"""s between two words on the progress."""


def work(batch: Batch, wanted: str, tell: Callable[[int], object]) -> list[bytes]:
    """Train `batch`, with one thread; returns the record of each of its cells.

    Args:
        batch: what to train.
        wanted: the code version of the one who asks.
        tell: called with the steps so far, of training and evaluation, at once and then every second.

    Raises:
        CodeError: the code here is of another version, which is found before anything is trained.
    """
    torch.set_num_threads(1)
    begun = told = time.monotonic()
    tell(0)
    code = code_version(batch.environment, batch.peer)
    if code != wanted:
        raise CodeError(f"{platform.node()} has code or packages of version {code}, asked for is {wanted}")

    def sometimes(steps: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TOLD_EVERY:
            told = time.monotonic()
            tell(steps)

    if batch.peer:
        from msaclag_benchmarks.table2 import peers  # needs stable-baselines3

        outcomes = peers.train(batch, sometimes)
    else:
        outcomes = population.train(batch, sometimes)
    return [each.to_bytes() for each in records(batch, outcomes, code, time.monotonic() - begun)]
