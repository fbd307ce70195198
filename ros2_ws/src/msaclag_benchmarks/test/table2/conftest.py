"""A small profile, on environments of the corridor that workers find too, wherever they run."""

import os
from pathlib import Path

import pytest

from msaclag_benchmarks.table2.batch import Batch, Training
from msaclag_benchmarks.table2.paper import TASKS, Task
from msaclag_benchmarks.table2.plan import PROFILES, Profile, plan

CHANGES = {
    "hidden": (16, 16),
    "batch": 32,
    "policy_rate": 1e-3,
    "critic_rate": 3e-3,
    "value_scale": 10.0,
    "polyak": 0.02,
    "initial_multiplier": 100.0,
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    here = str(Path(__file__).parent)
    monkeypatch.syspath_prepend(here)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]))
    for kind in ("Corridor", "Hangs", "Dies", "Tells", "Breaks", "Truncated"):
        environment = f"corridor_env:corridor/{kind}-v0"
        monkeypatch.setitem(TASKS, kind.lower(), Task(kind, environment, "car_circle2", (0.0, 10.0)))
    training = Training(steps=160, warmup=80, updates_per_step=0.5, evaluation_episodes=3)
    monkeypatch.setitem(PROFILES, "small", Profile(training, (0, 1), CHANGES))


@pytest.fixture
def batch():
    """Batches of the small profile."""

    def made(
        task: str = "corridor", algorithm: str = "meta_sac_lag", seeds: tuple[int, ...] = (0, 1), **training
    ) -> Batch:
        (found, *_) = plan("small", [task], [algorithm], seeds)
        return found._replace(training=found.training._replace(**training))

    return made
