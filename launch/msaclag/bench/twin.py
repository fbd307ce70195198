"""The twin: a step of the environment against PyBullet alone, several twins at once, training with and without ROS."""

from collections.abc import Callable
from typing import Any, NamedTuple

from rich.table import Table

from msaclag.bench import parallel_twins, training_rates
from msaclag.bench.machine import machine
from msaclag.bench.race import Spread, race
from msaclag.bench.swaying import SwayingTwin, replayed_step, standing_step

TWINS = (1, 2, 4)
AIMS = {"env_over_bare": 0.7, "ros_over_inprocess": 0.9}


_ROWS = (
    "env_steps_per_s",
    "bare_pybullet_steps_per_s",
    "replayed_pybullet_steps_per_s",
    "env_over_bare",
    "env_over_replayed",
    "liquid_share",
    "ros_train_steps_per_s",
    "inprocess_train_steps_per_s",
    "ros_over_inprocess",
)


class Plan(NamedTuple):
    """How much to measure."""

    rounds: int
    block: float
    """s of a contestant in a round."""
    training_rounds: int
    training_steps: int


FULL, QUICK = Plan(15, 0.5, 4, 1500), Plan(3, 0.05, 1, 240)


def measure(threads: int | None, quick: bool, tell: Callable[[str], object]) -> dict[str, Any]:
    """All figures, ready for JSON; medians, with the quartiles of each under `spread`.

    `bare_pybullet` stands still, `replayed_pybullet` makes the motion of the environment's steps: see `swaying`.
    `threads` plays no part: a twin computes with one, the learner of the graph with as many as are its default.
    """
    plan = QUICK if quick else FULL
    about = {"quick": quick, "machine": machine()}
    twin = SwayingTwin()
    contestants = {"env": twin.step, "bare_pybullet": standing_step(), "replayed_pybullet": replayed_step()}
    times = race(contestants, plan.rounds, plan.block, tell)
    tell("the liquid")
    steps = max(1, round(plan.block / times["env"].median))
    measured = {f"{name}_steps_per_s": times[name].rate(1) for name in contestants}
    measured["liquid_share"] = Spread.of([twin.share_of_the_liquid(steps) for _ in range(plan.rounds)])
    together = parallel_twins.rates(TWINS, plan.rounds, plan.block, tell)
    training = training_rates.rates(plan.training_rounds, plan.training_steps, tell)
    measured |= {f"{kind}_train_steps_per_s": rate for kind, rate in training.items()}
    return {
        **about,
        **{name: spread.median for name, spread in measured.items()},
        "env_over_bare": times["bare_pybullet"].median / times["env"].median,
        "env_over_replayed": times["replayed_pybullet"].median / times["env"].median,
        "ros_train_steps_per_s": training["ros"].median if "ros" in training else None,
        "ros_over_inprocess": training["ros"].median / training["inprocess"].median if "ros" in training else None,
        "parallel_env_steps_per_s": {str(count): rate.median for count, rate in together.items()},
        "scaling": {str(count): rate.median / together[1].median for count, rate in together.items()},
        "training_steps": plan.training_steps,
        "spread": {
            **{name: [spread.low, spread.high] for name, spread in measured.items()},
            "parallel_env_steps_per_s": {str(count): [rate.low, rate.high] for count, rate in together.items()},
        },
    }


def table(figures: dict[str, Any]) -> Table:
    """The figures for a person."""
    machine, spread = figures["machine"], figures["spread"]
    shown = Table(title=f"{machine['cpu']} ({machine['cores']} cores)", caption="medians, quartiles, aims")
    for heading in ("", "median", "quartiles", "aim"):
        shown.add_column(heading, justify="right" if heading else "left")
    rows = {name: (figures[name], spread.get(name), AIMS.get(name)) for name in _ROWS}
    for count, rate in figures["parallel_env_steps_per_s"].items():
        rows[f"env_steps_per_s, {count} at once"] = rate, spread["parallel_env_steps_per_s"][count], None
    for name, (value, quartiles, aim) in rows.items():
        between = "" if quartiles is None else " to ".join(f"{quartile:.3g}" for quartile in quartiles)
        shown.add_row(name, "no ROS" if value is None else f"{value:.4g}", between, f"{aim:g}" if aim else "")
    return shown
