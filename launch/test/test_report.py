"""`msaclag report` of one run and of many, and the intervals in it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.tensorboard import SummaryWriter

from msaclag import cli, comparison
from msaclag.intervals import SHARE, over_seeds
from msaclag.recorded_run import UnfinishedError, folders_of_runs, recorded
from msaclag_learner import checkpoint

EFFORT = ("acceleration", "jerk", "peak_acceleration", "peak_jerk", "transit_acceleration", "transit_jerk")


def write_run(folder: Path, *, setting="1", algorithm="meta_sac_lag", variant="", seed=0, evaluated=10) -> Path:
    """A run of 3000 transitions whose policy comes to succeed; its jerk is the setting's number and half the seed.

    Ten evaluation episodes were asked for.
    """
    random = np.random.default_rng([seed, int(setting), len(algorithm), len(variant)])
    writer = SummaryWriter(str(folder / "tensorboard"))
    jerk = float(setting) + seed / 2
    for step in range(60, 3000, 60):
        violated = random.random() > step / 3000
        figures = {"return": step / 3 - 300 + 50 * random.normal(), "violation": violated, "success": not violated}
        for name, value in {**figures, **dict.fromkeys(EFFORT, jerk * (1.5 - step / 6000))}.items():
            writer.add_scalar(f"episode/{name}", value, step)
        for name, value in {"threshold": 1 - step / 6000, "multiplier": 10 - seed, "temperature": 0.999**step}.items():
            writer.add_scalar(f"learner/{name}", value, step)
    for episode in range(evaluated):
        figures = {"return": 1000.0, "success": episode > seed, "violation": 0.0, "poured": 0.9}
        for name, value in {**figures, **dict.fromkeys(EFFORT, jerk)}.items():
            writer.add_scalar(f"evaluation/{name}", value, 3000 + episode)
    writer.close()
    summary = {"algorithm": algorithm, "seed": seed, "seconds": 90.0, "evaluation": {"episodes": evaluated}}
    (folder / "summary.json").write_text(json.dumps(summary))
    checkpoint.save(folder, {}, {"settings": {"evaluation_episodes": 10}})
    cell = {"setting": setting, "algorithm": algorithm, "variant": variant}
    (folder / "cell.json").write_text(json.dumps(cell))
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    groups = [("1", "meta_sac_lag", ""), ("2", "meta_sac_lag", ""), ("1", "sac", ""), ("1", "meta_sac_lag", "floor")]
    for setting, algorithm, variant in groups:
        for seed in range(3):
            folder = tmp_path / f"{setting}{algorithm}{variant}/seed-{seed}"
            write_run(folder, setting=setting, algorithm=algorithm, variant=variant, seed=seed)
    return tmp_path


def test_a_study_is_compared(study, capsys):
    write_run(study / "cut-off/seed-0", evaluated=3)
    assert cli.main(["report", str(study)]) == 0
    told = capsys.readouterr()
    assert "cut-off/seed-0 is left out: 3 of its 10 evaluation episodes are done" in told.err
    names = {file.name for file in (study / "report").iterdir()}
    subjects = ("setting", "algorithm", "variant")
    figures = {f"{kind}_by_{subject}.png" for kind in ("learning", "effort") for subject in subjects}
    assert names == figures | {"table.md", "table.csv"}
    table = (study / "report/table.md").read_text()
    assert table in told.out
    # successes of 0.9, 0.8 and 0.7: the mean, and 4.303 times a standard deviation of 0.1 over the root of 3
    assert "| #2 | Meta SAC-Lag | default | 3 | 0.80 [0.55, 1.00] | 0.90 [0.90, 0.90] | 0.00 [0.00, 0.00] |" in table
    with (study / "report/table.csv").open() as file:
        rows = {(row["setting"], row["algorithm"], row["variant"], row["figure"]): row for row in csv.DictReader(file)}
    jerk = rows["2", "meta_sac_lag", "", "transit_jerk"]
    assert (jerk["seeds"], jerk["mean"], jerk["median"], jerk["values"]) == ("3", "2.5", "2.5", "2 2.5 3")
    assert float(jerk["low"]) == pytest.approx(2.5 - 4.302653 * 0.5 / 3**0.5, rel=1e-4)


def test_an_axis_of_powers_has_room_for_every_seed(study, monkeypatch):
    """Its margin is on its own scale: below 0.01 by a share of 0.99 there is nothing that it could show."""
    steps, figures = np.arange(0.0, 3000, 60), {}
    runs = [recorded(folder) for folder in sorted((study / "1meta_sac_lag").iterdir())]
    for run, last in zip(runs, (0.01, 0.1, 1.0), strict=True):
        run.metrics["learner/temperature"] = steps, np.geomspace(1.0, last, len(steps))
    monkeypatch.setattr(comparison, "save", lambda figure, file: figures.setdefault(file.stem, figure))
    comparison.draw({runs[0].group: runs}, study)
    axis = figures["learning_by_algorithm"].axes[5]
    low, high = axis.get_ylim()
    assert axis.get_yscale() == "log" and 0.005 < low < 0.01 and 1 < high < 2


def test_runs_that_belong_to_no_study(tmp_path, capsys):
    runs = [write_run(tmp_path / f"run{seed}", seed=seed) for seed in range(2)]
    for run in runs:
        (run / "cell.json").unlink()
    assert cli.main(["report", *map(str, runs), "--out", str(tmp_path / "out")]) == 0
    assert "| Meta SAC-Lag | 2 |" in capsys.readouterr().out
    assert (tmp_path / "out/learning_by_algorithm.png").exists()


def test_one_run_is_drawn(tmp_path, capsys):
    run = write_run(tmp_path / "run")
    assert cli.main(["report", str(run)]) == 0
    assert capsys.readouterr().out.split() == [str(run / f"figures/{name}.png") for name in ("training", "effort")]


def test_a_mistake_is_one_message(tmp_path, capsys):
    assert cli.main(["report", str(tmp_path)]) == 2
    assert f"there is no run in {tmp_path}" in capsys.readouterr().err
    write_run(tmp_path / "a/seed-0", evaluated=0)
    assert cli.main(["report", str(tmp_path / "a")]) == 2
    assert "no run was trained and evaluated to its end" in capsys.readouterr().err


def test_what_is_not_whole_says_why(tmp_path):
    """Each step takes away what the one before told of."""
    run = write_run(tmp_path, evaluated=0)
    with pytest.raises(UnfinishedError, match="0 of its 10 evaluation episodes are done: resume it"):
        recorded(run)
    checkpoint.save(run, {}, {"settings": {"evaluation_episodes": 0}})
    with pytest.raises(UnfinishedError, match="no evaluation was asked for"):
        recorded(run)
    (run / checkpoint.FILE).unlink()
    with pytest.raises(UnfinishedError, match="says how many evaluation episodes were asked for, cannot be read"):
        recorded(run)
    for events in run.glob("tensorboard/*"):
        events.unlink()
    with SummaryWriter(str(run / "tensorboard")) as writer:
        writer.add_scalar("evaluation/return", 1000.0, 1)
    with pytest.raises(UnfinishedError, match="it was not trained, as those of `msaclag eval`"):
        recorded(run)
    (run / "summary.json").unlink()
    with pytest.raises(UnfinishedError, match="it is under way, or was killed"):
        recorded(run)


def test_a_run_is_found_once(study):
    folders = folders_of_runs([study, study / "1sac", study / "1sac/seed-0"])
    assert len(folders) == len(set(folders)) == 12


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_an_interval_holds_its_mean_and_stays_within_its_range(values):
    mean, low, high = over_seeds(values, SHARE)
    assert 0 <= low <= mean + 1e-12 and mean - 1e-12 <= high <= 1


def test_one_seed_has_no_interval():
    mean, low, high = over_seeds([[1.0, 2.0]])
    assert mean.tolist() == [1.0, 2.0]
    assert np.isnan(low).all() and np.isnan(high).all()


def test_intervals_hold_the_truth_as_often_as_they_say():
    samples = np.random.default_rng(0).normal(size=(3, 20_000))
    _, low, high = over_seeds(samples)
    assert np.mean((low <= 0) & (high >= 0)) == pytest.approx(0.95, abs=0.01)
