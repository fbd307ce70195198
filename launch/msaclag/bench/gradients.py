"""The closed-form meta-gradients against the unrolled step's and against central differences, in float64."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
from rich.table import Table

from msaclag.bench.machine import machine
from msaclag_learner import agreement
from msaclag_learner.agreement import Problem, central_differences, closed_form, relative, unrolled
from msaclag_learner.configuration import AlgorithmName

NAMES: tuple[AlgorithmName, ...] = ("meta_sac_lag", "meta_sac_lag_nl")
AGENTS, FEW = 50, 3
"""Random agents for each row of the table."""
WIDTHS = (1e-3, 5e-4)
"""Of the central differences; a cold optimiser's step is all but a sign function, which none can follow."""
SMOOTH = 2.5e-7
"""Relative difference of central differences of two widths above which a ReLU or a min switches in between."""


def measure(threads: int | None, quick: bool, tell: Callable[[str], None]) -> dict[str, Any]:
    """The largest and the median relative error of each kind of agent; `threads` makes no difference to it."""
    figures: dict[str, Any] = {"machine": machine(), "agents": FEW if quick else AGENTS, "rows": []}
    kinds = product(NAMES, (False, True), (False, True), (0.01, 3.0))
    for name, dead, warm, multiplier in kinds:
        tell(f"{name}, dead unit {dead}, warm {warm}, ν {multiplier}")
        problems = [Problem(seed, name, dead, multiplier, warm) for seed in range(figures["agents"])]
        errors = [_errors(problem) for problem in problems]
        row: dict[str, Any] = {"name": name, "dead_unit": dead, "warm_optimisers": warm, "multiplier": multiplier}
        for against in ("unrolled", "differences"):
            found = [error for each in errors for error in each[against]]
            row[against] = {"compared": len(found), "median": _or_none(np.median, found), "max": _or_none(max, found)}
        figures["rows"].append(row)
    return figures


def table(figures: dict[str, Any]) -> Table:
    """A row for each kind of agent."""
    drawn = Table(title=f"relative error of dJ_ε/dε and dJ_α/dα, {figures['agents']} random agents a row")
    for head in ("algorithm", "dead unit", "optimisers", "ν", "unrolled", "max", "differences", "max", "of"):
        drawn.add_column(head, no_wrap=True)
    for row in figures["rows"]:
        numbers = [
            "–" if row[against][which] is None else f"{row[against][which]:.0e}"
            for against in ("unrolled", "differences")
            for which in ("median", "max")
        ]
        optimisers = "warm" if row["warm_optimisers"] else "cold"
        kind = (row["name"], "yes" if row["dead_unit"] else "no", optimisers, str(row["multiplier"]))
        drawn.add_row(*kind, *numbers, str(row["differences"]["compared"]))
    return drawn


def _errors(problem: Problem) -> dict[str, list[float]]:
    """The errors of those of both gradients that the reference is good for."""
    learner, samples = agreement.agent(problem)
    expected = unrolled(learner, samples)
    wide, narrow = (central_differences(learner, samples, width) for width in WIDTHS)
    actual = closed_form(learner, samples)
    smooth = [problem.warm and difference < SMOOTH for difference in relative(wide, narrow)]
    differences = [error for error, good in zip(relative(actual, narrow), smooth, strict=True) if good]
    return {"unrolled": list(relative(actual, expected)), "differences": differences}


def _or_none(figure: Callable[[list[float]], Any], errors: list[float]) -> float | None:
    return float(figure(errors)) if errors else None
