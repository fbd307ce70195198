import time

import pytest
import torch

from msaclag.bench.arithmetic import gflop, products
from msaclag.bench.race import Spread, race


def test_contestants_take_turns_and_are_called_for_as_long():
    calls: list[str] = []

    def quick() -> None:
        calls.append("quick")
        time.sleep(0.002)

    def lame() -> None:
        calls.append("lame")
        time.sleep(0.02)

    told: list[str] = []
    times = race({"quick": quick, "lame": lame}, rounds=3, block=0.01, tell=told.append)
    assert len(told) == 2 * (1 + 3)
    assert times["quick"].median == pytest.approx(0.002, rel=0.5)
    assert times["lame"].median == pytest.approx(0.02, rel=0.5)
    turns = [name for index, name in enumerate(calls) if index == 0 or calls[index - 1] != name]
    assert turns == ["quick", "lame"] * 4
    assert calls.count("lame") == 3 + 3
    assert calls.count("quick") > 3 + 3


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
