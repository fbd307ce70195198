from functools import partial
from itertools import groupby

import pytest
import torch

from msaclag.bench.arithmetic import gflop, products
from msaclag.bench.race import Spread, race


def test_contestants_take_turns_and_are_called_for_as_long():
    calls: list[str] = []
    seconds = {"quick": 0.002, "lame": 0.02}

    def now() -> float:
        return sum(seconds[name] for name in calls)

    told: list[str] = []
    contestants = {name: partial(calls.append, name) for name in seconds}
    times = race(contestants, rounds=3, block=0.01, tell=told.append, clock=now)
    assert told == ["quick", "lame"] * (1 + 3)
    assert {name: spread.median for name, spread in times.items()} == pytest.approx(seconds)
    turns = [(name, len(list(turn))) for name, turn in groupby(calls)]
    assert turns == [("quick", 3), ("lame", 3), *[("quick", 5), ("lame", 1)] * 3]


def test_a_rate_has_its_quartiles_in_order():
    spread = Spread.of([1.0, 2.0, 3.0, 4.0, 5.0])
    assert spread == (3, 2, 4)
    assert spread.rate(12) == (4, 3, 6)
    assert spread.scaled(10) == (30, 20, 40)


def test_gflop_counts_matrix_products():
    for product, work in products().values():
        assert gflop(product) == pytest.approx(work)
    left, right, out = torch.ones(3, 4, 5), torch.ones(3, 5, 6), torch.zeros(3, 4, 6)
    batched = 2e-9 * 3 * 4 * 5 * 6
    assert gflop(lambda: torch.bmm(left, right, out=out)) == pytest.approx(batched)
    assert gflop(lambda: torch.baddbmm(out, left, right)) == pytest.approx(batched)
    assert gflop(lambda: left * left) == 0
