"""The choices that the paper leaves open: one after the other changed from a default, on the corridor.

The corridor's optimum is known (see `msaclag_learner.corridor`), and its rewards are never negative, so that what a
violation with a negative reward is worth (`after_violation`: absorbed or nothing) cannot matter there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from difflib import get_close_matches
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import torch
from rich.table import Table

from msaclag.bench.machine import cores, machine
from msaclag_learner import corridor, corridor_trial
from msaclag_learner.algorithm import OWN_SETTINGS
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.corridor_trial import Trial
from msaclag_ros.settings import SettingError

DEFAULT = AlgorithmConfig(
    hidden=(32, 32),
    batch=64,
    policy_rate=1e-3,
    critic_rate=3e-3,
    value_scale=10,
    polyak=0.02,
    multiplier_rate=1e-2,
    threshold_rate=1e-2,
    temperature_rate=2e-2,
    temperature_floor=0.03,
)
"""AlgorithmConfig's defaults, but for a size and rates that suit some thousand updates."""
RCPO = replace(DEFAULT, name="rcpo_sacv2", policy_optimiser="adam", initial_threshold=0.03)
"""What `penalty` is a choice of."""
STEPS, QUICK_STEPS, WARMUP = 2300, 400, 300
SAFE = 0.05
"""Violation rate up to which an agent counts as safe."""
ALTERNATIVES: dict[str, tuple[Any, ...]] = {
    "violations_in_replay": (False,),
    "safety_share": (0.0, 0.5),
    "initial_states": ("fixed",),
    "multiplier_form": ("softplus", "log"),
    "multiplier_optimiser": ("adam", "sgd"),
    "multiplier_rate": (3e-3, 3e-2),
    "threshold_form": ("sigmoid",),
    "threshold_optimiser": ("adam", "sgd"),
    "threshold_rate": (3e-3, 3e-2),
    "temperature_form": ("clamped",),
    "temperature_optimiser": ("rmsprop", "sgd"),
    "temperature_rate": (5e-3, 5e-2),
    "temperature_floor": (0.003, 0.01, 0.1),
    "temperature_gradient_limit": (0.005, 0.5),
    "after_violation": ("nothing", "bootstrapped"),
    "policy_optimiser": ("adam",),
    "policy_rate": (3e-4, 3e-3),
    "critic_rate": (1e-3, 1e-2),
    "normalise_states": (False,),
    "value_scale": (1.0, 100.0),
    "polyak": (0.005, 0.1),
    "hidden": ((64, 64),),
    "batch": (32, 256),
    "warmup": (100, 900),
    "penalty": ("safety_value",),
}
ALONG: dict[tuple[str, Any], dict[str, Any]] = {
    ("initial_states", "fixed"): {"initial_state_count": 16},
    ("threshold_form", "sigmoid"): {"initial_threshold": 0.9},
    ("multiplier_optimiser", "sgd"): {"multiplier_rate": 0.1},
    ("threshold_optimiser", "sgd"): {"threshold_rate": 0.1},
    ("temperature_optimiser", "sgd"): {"temperature_rate": 0.1},
}
"""What is changed along with an alternative, because it means little without; a sigmoid at ε⁰ = 1 never moves."""


class Variant(NamedTuple):
    """The default, or an alternative to it."""

    choice: str
    """Empty for a default."""
    value: Any
    config: AlgorithmConfig
    warmup: int = WARMUP

    @property
    def batch_key(self) -> tuple[Any, ...]:
        """Equal for variants that can learn in one batch."""
        shared = {name: value for name, value in asdict(self.config).items() if name not in OWN_SETTINGS}
        return self.config.name, self.warmup, *shared.values()


def measure(
    threads: int | None, quick: bool, tell: Callable[[str], object], *, seeds: int = 8, only: Sequence[str] = ()
) -> dict[str, Any]:
    """All figures, ready for JSON: of each variant those of every seed.

    Raises:
        SettingError: there is no choice of a name in `only`.
    """
    for name in only:
        if name not in ALTERNATIVES:
            near = get_close_matches(name, ALTERNATIVES, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(ALTERNATIVES)}"
            raise SettingError(f"there is no choice '{name}' ({hint})")
    threads = threads or cores()
    torch.set_num_threads(threads)
    steps, begun = QUICK_STEPS if quick else STEPS, perf_counter()
    figures: dict[str, Any] = {
        "machine": machine(),
        "threads": threads,
        "seeds": seeds,
        "steps": steps,
        "warmup": WARMUP,
        "safe_violation_rate": SAFE,
        "critical_multiplier": corridor.critical_multiplier(DEFAULT.reward_discount),
        "default": asdict(DEFAULT),
    }
    variants = list(_variants(only or list(ALTERNATIVES)))
    rows = _learned(variants, range(seeds), steps, tell)
    figures["variants"] = [rows[number] for number in range(len(variants))]
    figures["seconds"] = perf_counter() - begun
    return figures


def _variants(choices: Sequence[str]) -> Iterator[Variant]:
    yield Variant("", "", DEFAULT)
    for choice in choices:
        if choice == "penalty":
            yield Variant("", "rcpo_sacv2", RCPO)
        for value in ALTERNATIVES[choice]:
            if choice == "warmup":
                yield Variant(choice, value, DEFAULT, warmup=value)
            else:
                changes = {choice: value} | ALONG.get((choice, value), {})
                yield Variant(choice, value, replace(RCPO if choice == "penalty" else DEFAULT, **changes))


def _learned(
    variants: Sequence[Variant], seeds: Sequence[int], steps: int, tell: Callable[[str], object]
) -> dict[int, dict[str, Any]]:
    """Figures by the number of the variant; those that can learn in one batch do."""
    batches: dict[tuple[Any, ...], list[int]] = {}
    for number, variant in enumerate(variants):
        batches.setdefault(variant.batch_key, []).append(number)
    rows = {}
    for place, numbers in enumerate(batches.values(), start=1):
        names = ", ".join(dict.fromkeys(variants[number].choice or "default" for number in numbers))
        tell(f"{place} of {len(batches)} batches: {names}")
        configs = [variants[number].config for number in numbers for _ in seeds]
        warmup = variants[numbers[0]].warmup
        # As many updates for each, whatever the warm-up.
        trial = corridor_trial.run(configs, [*seeds] * len(numbers), steps=steps - WARMUP + warmup, warmup=warmup)
        for position, number in enumerate(numbers):
            agents = slice(position * len(seeds), (position + 1) * len(seeds))
            rows[number] = _row(variants[number], trial, agents)
    return rows


def _row(variant: Variant, trial: Trial, agents: slice) -> dict[str, Any]:
    algorithm = trial.algorithm
    per_seed = {
        "return_share": trial.return_share,
        "violation_rate": trial.violation_rate,
        "training_violation_rate": trial.training_violation_rate,
        "multiplier": algorithm.multiplier,
        "threshold": algorithm.threshold,
        "temperature": algorithm.temperature,
    }
    along = ALONG.get((variant.choice, variant.value), {})
    return {
        "algorithm": variant.config.name,
        "choice": variant.choice,
        "value": variant.value,
        **({"with": along} if along else {}),
        **{name: values[agents].tolist() for name, values in per_seed.items()},
    }


def table(figures: dict[str, Any]) -> Table:
    """A row for each variant; means over the seeds."""
    updates = figures["steps"] - figures["warmup"]
    shown = Table(
        title=f"{figures['seeds']} seeds, {updates} updates each, {figures['seconds']:.0f} s",
        caption=f"return: share of the best safe one, mean ± standard deviation of the safe agents, whose policies "
        f"violate in {figures['safe_violation_rate']:.0%} of the episodes at most; violations: share of the episodes",
    )
    shown.add_column("choice", overflow="fold")
    shown.add_column("value", overflow="fold")
    for heading in ("safe", "return", "violations", "in training", "ν", "ε", "α"):
        shown.add_column(heading, justify="right")
    for row in figures["variants"]:
        shown.add_row(*_cells(row, figures["safe_violation_rate"]))
    return shown


def _cells(row: dict[str, Any], safe_violation_rate: float) -> list[str]:
    """What the table says of a variant."""
    shares = np.array(row["return_share"])[np.array(row["violation_rate"]) <= safe_violation_rate]
    along = "".join(f", {name} {value}" for name, value in row.get("with", {}).items())
    return [
        row["choice"] or "(default)",
        f"{row['value']}{along}",
        f"{len(shares)}/{len(row['return_share'])}",
        f"{shares.mean():.2f} ± {shares.std():.2f}" if len(shares) else "–",
        *(f"{np.mean(row[name]):.2f}" for name in ("violation_rate", "training_violation_rate")),
        *(f"{np.mean(row[name]):.2g}" for name in ("multiplier", "threshold", "temperature")),
    ]
