"""Statistics, tables and figures of cells."""

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from msaclag_benchmarks.table2 import report
from msaclag_benchmarks.table2.batch import Cell
from msaclag_benchmarks.table2.outcome import Outcome
from msaclag_benchmarks.table2.paper import TASKS
from msaclag_benchmarks.table2.plan import plan
from msaclag_benchmarks.table2.record import Record, records
from msaclag_benchmarks.table2.statistics import interquartile_mean, mean, probability_of_improvement
from msaclag_benchmarks.table2.summary import Summary, curve
from msaclag_benchmarks.table2.tables import markdown
from msaclag_benchmarks.tasks import TASKS as TASKS_OF_THE_PAPER

MEASURED = json.loads((Path(__file__).resolve().parents[5] / "docs/measured/tasks.json").read_text())

values = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=6)
tasks = st.dictionaries(st.sampled_from("abc"), values, min_size=1)


@settings(max_examples=50, deadline=None)
@given(values)
def test_the_mean_lies_in_its_interval(seeds):
    estimate = mean(seeds)
    assert estimate.value == pytest.approx(np.mean(seeds))
    assert estimate.low <= estimate.value <= estimate.high or np.ptp(seeds) < 1e-6


def test_the_interval_of_a_mean_is_student_s():
    assert mean([1.0, 2.0, 3.0]) == pytest.approx((2, 2 - 4.3027 / 3**0.5, 2 + 4.3027 / 3**0.5), rel=1e-4)
    assert mean([4.0, 4.0]) == (4, 4, 4)
    assert mean([0.0, 1.0], within=(0, 1)) == (0.5, 0, 1)
    assert math.isnan(mean([4.0]).low)


def test_an_interquartile_mean_is_of_the_middle_half_and_strata_stay_apart():
    estimate = interquartile_mean({"a": [0.0, 1.0, 2.0, 3.0], "b": [4.0, 5.0, 6.0, 7.0]})
    assert estimate.value == pytest.approx(np.mean([2, 3, 4, 5]))
    assert 1 < estimate.low < estimate.value < estimate.high < 6.5
    assert interquartile_mean({"a": [1.0, 1.0], "b": [2.0, 2.0]}) == (1.5, 1.5, 1.5)


@settings(max_examples=15, deadline=None)
@given(tasks)
def test_nothing_is_better_than_itself(scores):
    assert probability_of_improvement(scores, scores).value == pytest.approx(0.5)


def test_what_is_better_in_each_pair_is_better_for_sure():
    better, worse = {"a": [3.0, 4.0], "b": [30.0, 40.0]}, {"a": [1.0, 2.0], "b": [10.0, 20.0]}
    assert probability_of_improvement(better, worse) == (1, 1, 1)
    assert probability_of_improvement(worse, better).value == 0
    assert probability_of_improvement({"a": [1.0, 4.0], "b": [5.0]}, {"a": [2.0, 3.0], "b": [4.0]}).value == 0.75


def test_what_normalises_returns_is_what_was_measured():
    """Random actions return 0, the script that solves a task 1."""
    for task in TASKS_OF_THE_PAPER:
        found = MEASURED["tasks"][task.id]
        expected = (found["random"]["return"], found["solving"]["return"])
        assert TASKS[task.preset].returns == pytest.approx(expected, rel=5e-3)


def outcome(level: float, steps: int, diverged: int | None = None) -> Outcome:
    """Episodes of ten steps; in the second half they return `level`, and every other one violates throughout."""
    ends = [float(end) for end in range(10, steps + 1, 10)]
    halves = [level if end > steps / 2 else 0.0 for end in ends]
    violation = [float(number % 2) for number in range(len(ends))]
    episodes = {"end": ends, "return": halves, "length": [10.0] * len(ends), "violation": violation}
    evaluation = {"end": [10.0], "return": [level + 1], "length": [10.0], "violation": [0.0], "success": [1.0]}
    curves = {"step": [100.0, float(steps)], "temperature": [1.0, 0.5], "threshold": [1.0, 0.9]}
    return Outcome({**episodes, "success": [math.nan] * len(ends)}, curves, evaluation, diverged)


def cells(algorithm: str, levels: list[float]) -> list[Record]:
    (batch, *_) = plan("small", ["corridor"], [algorithm], range(len(levels)))
    batch = batch._replace(seeds=tuple(range(len(levels))))
    return records(batch, [outcome(level, batch.training.steps) for level in levels], "0123abcd", 2.0)


def test_the_figures_of_a_cell():
    (record,) = cells("sac", [7.0])
    figures = Summary.of(record)
    assert (figures.random_return, figures.return_, figures.evaluation_return) == (0, 7, 8)
    assert figures.violation_rate == pytest.approx(0.5, abs=0.2) and figures.violations == 8
    assert (figures.temperature, figures.threshold) == (0.5, 0.9) and math.isnan(figures.multiplier)
    assert math.isnan(figures.success_rate) and figures.evaluation_success_rate == 1
    assert figures.steps_per_s == 80
    steps, values = curve(record, "return")
    assert steps[-1] == 160 and values[-1] == 7 and np.isnan(values[0]) and values[10] == 0
    assert np.isnan(curve(record, "temperature").values[0]) and curve(record, "temperature").values[-1] == 0.5


def test_a_report(tmp_path):
    found = [*cells("meta_sac_lag", [1.0, 2.0, 3.0]), *cells("sac", [5.0, 5.0, 5.0]), *cells("sb3_sac", [4.0])]
    stopped = cells("rcpo_sacv2", [9.0])[0]
    stopped = stopped._replace(outcome=stopped.outcome._replace(diverged=120))
    missing = [Cell("corridor", "sacv2_lag", 0)]
    files = report.write([*found, stopped], missing, [], tmp_path)
    assert [file.name for file in files] == ["table2.md", "cells.csv", "curves.csv", "figure3.png"]
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in files}
    text = (tmp_path / "table2.md").read_text()
    assert "| Corridor | Meta SAC-Lag | 3 | 2.00 [-0.48, 4.48] | – |" in text
    assert "| Corridor | SAC | 3 | **5.00** [5.00, 5.00] | – |" in text
    assert "Over Corridor:" in text
    assert "| SAC | 0.50 [0.50, 0.50] |" in text, "0 is random, 10 the script"
    assert "Diverged, and in no average: corridor/rcpo_sacv2/seed-0." in text
    assert "Missing, of those asked for: corridor/sacv2_lag/seed-0." in text
    assert "Code versions: 0123abcd." in text
    rows = list(csv.DictReader(io.StringIO((tmp_path / "cells.csv").read_text())))
    assert len(rows) == 8 and rows[0]["return"] == "1" and rows[0]["multiplier"] == "" and rows[-1]["diverged"] == "120"
    assert rows[-1]["return"] == "" and rows[-1]["episodes"] == "0"
    points = list(csv.DictReader(io.StringIO((tmp_path / "curves.csv").read_text())))
    assert max(float(point["step"]) for point in points if point["algorithm"] == "rcpo_sacv2") <= 120
    assert {point["figure"] for point in points} == {"return", "violation", "temperature", "threshold"}
    with Image.open(tmp_path / "figure3.png") as image:
        assert image.width > 1000


def test_the_paper_s_figures_stand_beside_ours(tmp_path):
    (batch, *_) = plan("quick", ["car_circle2"], ["meta_sac_lag"])
    found = records(batch, [outcome(9.0, 20_000)] * 3, "0123abcd", 60.0)
    report.write(found, [], [], tmp_path)
    row = "| Car-Circle2 | Meta SAC-Lag | 3 | **9.00** [9.00, 9.00] | 13.79 | **0.50** [0.50, 0.50] | 0.31 | 400 "
    assert row in (tmp_path / "table2.md").read_text()


def test_over_the_tasks_only_what_can_be_compared_is_told():
    one = Summary.of(cells("sac", [1.0])[0])
    ours, other = one._replace(algorithm="meta_sac_lag"), one._replace(task="car_circle2")
    assert "Over Corridor:" in markdown([one, ours, other]), "the car has no cell of Meta SAC-Lag"
    assert "No task has cells of all these algorithms" in markdown([ours, other])


def test_where_all_have_diverged_that_is_the_report_and_no_older_picture_stays(tmp_path):
    (found,) = cells("sac", [1.0])
    report.write([found], [], [], tmp_path)
    stopped = found._replace(outcome=found.outcome._replace(diverged=90))
    report.write([stopped], [], [], tmp_path)
    assert "All agents have diverged." in (tmp_path / "table2.md").read_text()
    assert not (tmp_path / "figure3.png").exists()


def test_what_other_code_made_is_named_and_nothing_is_told_over_the_tasks(tmp_path):
    found = [*cells("meta_sac_lag", [1.0, 2.0]), *cells("sac", [3.0, 4.0])]
    report.write(found, [], [found[3].cell], tmp_path)
    text = (tmp_path / "table2.md").read_text()
    assert "Not of this code, so that nothing is told over all tasks: corridor/sac/seed-1." in text
    assert "normalised" not in text
