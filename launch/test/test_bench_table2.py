"""`msaclag bench table2`, by its command line, on the corridor instead of the paper's tasks."""

import os
import sys
from pathlib import Path

import pytest

from msaclag import cli
from msaclag_benchmarks.table2.batch import Training
from msaclag_benchmarks.table2.paper import TASKS, Task
from msaclag_benchmarks.table2.plan import PROFILES, Profile
from msaclag_benchmarks.table2.store import Store

CORRIDOR = Path(__file__).resolve().parents[2] / "ros2_ws/src/msaclag_benchmarks/test/table2"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile, and tasks of which the second breaks."""
    monkeypatch.syspath_prepend(str(CORRIDOR))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(CORRIDOR), *filter(None, sys.path)]))
    for kind in ("Corridor", "Breaks"):
        monkeypatch.setitem(
            TASKS, kind.lower(), Task(kind, f"corridor_env:corridor/{kind}-v0", "car_circle2", (0.0, 10.0))
        )
    training = Training(steps=160, warmup=80, updates_per_step=0.5, evaluation_episodes=3)
    monkeypatch.setitem(PROFILES, "small", Profile(training, (0, 1), {"hidden": (16, 16), "batch": 32}))


@pytest.mark.slow
def test_what_fails_is_named_what_is_whole_is_left_alone_and_what_is_damaged_never_counted(small, tmp_path, capsys):
    words = ["bench", "table2", "--profile", "small", "--folder", str(tmp_path), "--jobs", "2", "--algorithms", "sac"]
    assert cli.main([*words, "--tasks", "corridor", "breaks"]) == 1
    told = capsys.readouterr().out
    assert "4 cells, 0 of them whole" in told
    assert "corridor/sac/seed-1: " in told and "steps/s, 2 together" in told
    assert "breaks/sac, seeds 0 1: FAILED, ExperienceError: the reward is nan" in told
    assert "breaks/sac, seed 1: FAILED, ExperienceError: the reward is nan" in told
    assert "failed: breaks/sac/seed-0, breaks/sac/seed-1; the same command" in told
    assert "Missing, of those asked for: breaks/sac/seed-0" in (tmp_path / "table2.md").read_text()

    cell = tmp_path / "cells/corridor/sac/seed-1.json"
    before = cell.stat().st_mtime_ns
    words += ["--tasks", "corridor"]
    assert cli.main(words) == 0
    assert cell.stat().st_mtime_ns == before
    assert "Missing" not in (tmp_path / "table2.md").read_text()

    cell.write_bytes(cell.read_bytes()[:100])
    assert cli.main(words) == 2
    told = capsys.readouterr().err
    assert f"{cell}: it is truncated or damaged" in told and "--retrain" in told
    with Store(tmp_path).alone():
        assert cli.main([*words, "--report-only"]) == 0, "a bench at work does not hinder it"
    assert f"left out: {cell}" in capsys.readouterr().out
    assert "Missing, of those asked for: corridor/sac/seed-1." in (tmp_path / "table2.md").read_text()

    assert cli.main([*words, "--retrain"]) == 0
    told = capsys.readouterr().out
    assert "put aside as" in told and "corridor/sac/seed-1: " in told and "seed-0: " not in told
    assert (tmp_path / "put-aside/corridor/sac/seed-1.json").stat().st_size == 100


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--profile", "quik"], "there is no profile 'quik' (did you mean 'quick'?)"),
        (["--tasks", "car_circle"], "there is no task 'car_circle' (did you mean 'car_circle2'?)"),
        (["--algorithms", "trpo"], "there is no algorithm 'trpo'"),
        (["--jobs", "0"], "jobs is 0; it must be 1 or more"),
        (["--patience", "0"], "patience is 0.0; a worker has much to import, 10 s are the least"),
        (["--report-only", "--retrain"], "report_only trains nothing, so retrain cannot be given with it"),
        (["--report-only"], "is whole, so there is nothing to tell"),
    ],
)
def test_a_mistake_is_told_before_anything_is_trained(words, message, tmp_path, capsys):
    assert cli.main(["bench", "table2", "--folder", str(tmp_path / "table"), *words]) == 2
    assert message in capsys.readouterr().err
