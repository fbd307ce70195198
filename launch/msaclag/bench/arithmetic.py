"""How fast this machine multiplies matrices, and how much of that an update asks for."""

from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

COUNTED = "mm, addmm, bmm and baddbmm, a multiplication and an addition as two; nothing element-wise"


def products() -> dict[str, tuple[Callable[[], object], float]]:
    """fp32 matrix products by name: a call of one, and its GFLOP."""
    shapes = {"[512, 256] x [256, 256]": (512, 256, 256), "[2048, 2048] x [2048, 2048]": (2048, 2048, 2048)}
    return {name: (_product(*shape), 2e-9 * shape[0] * shape[1] * shape[2]) for name, shape in shapes.items()}


def _product(rows: int, inner: int, columns: int) -> Callable[[], object]:
    left, right, out = torch.randn(rows, inner), torch.randn(inner, columns), torch.empty(rows, columns)
    return lambda: torch.mm(left, right, out=out)


def gflop(call: Callable[[], object]) -> float:
    """GFLOP of the matrix products in a `call` (see COUNTED)."""
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() * 1e-9
