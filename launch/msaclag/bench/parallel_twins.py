"""How many steps a second twins in processes of their own make together."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from msaclag.bench.race import Spread
from msaclag.bench.swaying import SwayingTwin

HEAD_START = 0.2
"""s from the order until all begin at once."""

_twin: SwayingTwin


def rates(counts: Sequence[int], rounds: int, block: float, tell: Callable[[str], object]) -> dict[int, Spread]:
    """Steps per second of so many twins together, by their number.

    Args:
        counts: numbers of twins; they take turns.
        rounds: how often.
        block: s of each number in a round.
        tell: called with what is measured.
    """
    measured: dict[int, list[float]] = {count: [] for count in counts}
    spawning = multiprocessing.get_context("spawn")
    tell("twins in processes of their own")
    with ProcessPoolExecutor(max(counts), mp_context=spawning, initializer=_make_twin) as pool:
        _run(pool, max(counts), block)
        for _ in range(rounds):
            for count in counts:
                tell(f"{count} twins at once")
                measured[count].append(_run(pool, count, block))
    return {count: Spread.of(values) for count, values in measured.items()}


def _run(pool: ProcessPoolExecutor, count: int, block: float) -> float:
    begin = time.monotonic() + HEAD_START
    return sum(pool.map(_rate, [begin] * count, [begin + block] * count))


def _make_twin() -> None:
    global _twin
    _twin = SwayingTwin()
    _twin.step()


def _rate(begin: float, end: float) -> float:
    """Steps per second between two times of the machine's monotonic clock."""
    time.sleep(max(0.0, begin - time.monotonic()))
    begin, steps = time.monotonic(), 0
    while (now := time.monotonic()) < end:
        _twin.step()
        steps += 1
    return steps / (now - begin)
