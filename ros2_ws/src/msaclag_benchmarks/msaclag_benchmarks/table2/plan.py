"""What a profile trains: batches of cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, NamedTuple, cast

from msaclag_benchmarks.table2.batch import PEERS, Batch, Cell, Device, Training
from msaclag_benchmarks.table2.paper import ALGORITHMS, TASKS
from msaclag_learner.configuration import AlgorithmConfig, AlgorithmName
from msaclag_learner.presets import TABLE_I, preset


class PlanError(ValueError):
    """A name that there is not, or a number that will not do; the message tells what there is."""


class Profile(NamedTuple):
    """How much is trained."""

    training: Training
    seeds: tuple[int, ...]
    changes: Mapping[str, Any]
    """Settings of the algorithm that differ from the preset's."""


PROFILES = {
    "quick": Profile(
        Training(steps=20_000, warmup=1000, updates_per_step=0.5, evaluation_episodes=10),
        seeds=(0, 1, 2),
        changes={"hidden": (64, 64), "batch": 128, "policy_rate": 1e-3, "critic_rate": 1e-3, "temperature_rate": 1e-3},
    ),
    "paper": Profile(
        Training(steps=1_000_000, warmup=10_000, updates_per_step=1.0, evaluation_episodes=100),
        seeds=(0, 1, 2, 3, 4),
        changes={},
    ),
}
"""A look within some three hours of two slow cores: small networks, every other step without an update, higher rates.
And the paper's settings; its steps and seeds it does not tell: a million and a warm-up of 10⁴ are customary."""


def plan(
    profile: str,
    tasks: Sequence[str] = (),
    algorithms: Sequence[str] = (),
    seeds: Sequence[int] = (),
    steps: int | None = None,
    device: Device = "cpu",
) -> list[Batch]:
    """The batches of `profile`, or those of them that are named; a peer's hold a seed each, as it learns one at a time.

    Raises:
        PlanError: there is no such profile, task or algorithm, a seed is negative or named twice, or `steps` do not go
            beyond the warm-up.
    """
    chosen = PROFILES[_known("profile", profile, PROFILES)]
    if steps is not None:
        if steps <= (warmup := chosen.training.warmup):
            raise PlanError(f"{steps} steps are too few: {profile} begins with a warm-up of {warmup}")
        chosen = chosen._replace(training=chosen.training._replace(steps=steps))
    rows = [_known("task", task, TASKS) for task in tasks or TASKS]
    columns = [_known("algorithm", algorithm, ALGORITHMS) for algorithm in algorithms or ALGORITHMS]
    numbers = tuple(seeds or chosen.seeds)
    for kind, names in (("task", rows), ("algorithm", columns), ("seed", numbers)):
        if twice := [name for name in names if list(names).count(name) > 1]:
            raise PlanError(f"{kind} {twice[0]} is named twice")
    if min(numbers) < 0 or max(numbers) >= 2**31:
        raise PlanError(f"seeds must lie in [0, 2³¹): {' '.join(map(str, numbers))}")
    return [
        batch for task in rows for algorithm in columns for batch in _batches(chosen, task, algorithm, numbers, device)
    ]


def without(batches: Sequence[Batch], whole: set[Cell]) -> list[Batch]:
    """What is left to train of `batches`."""
    left = [batch._replace(seeds=tuple(cell.seed for cell in batch.cells if cell not in whole)) for batch in batches]
    return [batch for batch in left if batch.seeds]


def _batches(chosen: Profile, task: str, algorithm: str, seeds: tuple[int, ...], device: Device) -> Iterator[Batch]:
    row = TASKS[task]
    groups = [(seed,) for seed in seeds] if algorithm in PEERS else [seeds]
    penalty = TABLE_I[row.preset].rcpo_multiplier if algorithm == "sb3_sac_penalty" else 0.0
    name = "sac" if algorithm in PEERS else cast(AlgorithmName, algorithm)
    config: AlgorithmConfig = replace(preset(name, row.preset), **chosen.changes)
    for group in groups:
        yield Batch(task, row.environment, algorithm, group, config, chosen.training, penalty, device)


def _known(kind: str, name: str, names: Mapping[str, object]) -> str:
    if name in names:
        return name
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names)}"
    raise PlanError(f"there is no {kind} '{name}' ({hint})")
