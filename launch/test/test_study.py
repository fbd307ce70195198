"""`msaclag study`: its file, its runs, and how it goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from msaclag import cli
from msaclag.study.plan import read
from msaclag_ros.settings import SettingError

STUDIES = Path(__file__).resolve().parents[1] / "config/studies"
SMALL = "--steps 60 --warmup 40 --evaluation-episodes 1 --algorithm.batch 16 --pours 0"


def write(folder: Path, **study) -> Path:
    file = folder / "small.yaml"
    file.write_text(yaml.safe_dump({"seeds": [0], "options": SMALL, "groups": [{}], **study}))
    return file


@pytest.mark.parametrize("file", sorted(STUDIES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_studies_that_come_along(file):
    cells = read(file)
    assert {cell.seed for cell in cells} in ({0}, {0, 1, 2})
    assert min(cell.training().steps for cell in cells) >= 10_000


def test_the_matrix(tmp_path):
    groups = [
        {"settings": [1, "real"], "algorithms": ["sac", "meta_sac_lag"]},
        {"variant": "hot", "options": "--algorithm.temperature-floor 0.1 --steps 90"},
    ]
    cells = read(write(tmp_path, seeds=[0, 7], groups=groups))
    assert [cell.name for cell in cells[:5]] == [
        "setting-1_sac/seed-0",
        "setting-1_meta_sac_lag/seed-0",
        "setting-real_sac/seed-0",
        "setting-real_meta_sac_lag/seed-0",
        "setting-1_meta_sac_lag_hot/seed-0",
    ]
    config = cells[9].training()
    assert (config.seed, config.steps, config.warmup) == (7, 90, 40)
    assert (config.algorithm.name, config.algorithm.temperature_floor) == ("meta_sac_lag", 0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": []}, "seeds: Tuple should have at least 1 item"),
        ({"groups": [{"settings": [5]}]}, "groups.0.settings.0: Input should be '1', '2', '3', '4' or 'real'"),
        ({"groups": [{"algorithm": "sac"}]}, "groups.0.algorithm: Unexpected keyword argument"),
        ({"groups": [{}, {}]}, "describes setting-1_meta_sac_lag/seed-0 twice: give one of them a variant"),
        ({"options": "--seed 3"}, "--seed is none of the options"),
        ({"options": "--run-dir=x"}, "--run-dir is none of the options"),
        ({"options": "--run_dir x"}, "--run_dir is none of the options"),
        ({"groups": [{"options": "--no_resume"}]}, "--no_resume is none of the options"),
        ({"options": "--run-dir 'x"}, "No closing quotation in options"),
    ],
)
def test_a_file_that_is_wrong(tmp_path, change, message):
    with pytest.raises(SettingError) as error:
        read(write(tmp_path, **change))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--stepps 3", "`msaclag train` does not take the options of setting-1_meta_sac_lag/seed-0"),
        ("--replay-capacity 20", "setting-1_meta_sac_lag/seed-0: replay_capacity is 20"),
    ],
)
def test_options_are_looked_at_before_anything_is_trained(tmp_path, capsys, options, message):
    file = write(tmp_path, options=options)
    assert cli.main(["study", str(file), "--folder", str(tmp_path / "runs")]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_a_study_runs_names_what_fails_and_leaves_alone_what_is_whole(tmp_path, capsys):
    groups = [{}, {"variant": "unfounded", "options": "--checkpoint nowhere"}]
    words = ["study", str(write(tmp_path, groups=groups)), "--folder", str(tmp_path / "runs"), "--jobs", "1"]
    assert cli.main(words) == 1
    told = capsys.readouterr().out
    assert "2 runs, 0 of them whole, 120 steps to go" in told
    assert "setting-1_meta_sac_lag/seed-0: done" in told
    assert "setting-1_meta_sac_lag_unfounded/seed-0: FAILED (exit code 2): msaclag: there is no checkpoint at" in told
    assert "1 of 2 runs failed" in told
    summary = tmp_path / "runs/setting-1_meta_sac_lag/seed-0/summary.json"
    before = summary.stat().st_mtime_ns
    assert json.loads(summary.read_text())["seed"] == 0

    words[1] = str(write(tmp_path))
    assert cli.main(words) == 0
    assert "1 runs, 1 of them whole, 0 steps to go" in capsys.readouterr().out
    assert summary.stat().st_mtime_ns == before

    words[1] = str(write(tmp_path, options=f"{SMALL} --warmup 41"))
    assert cli.main(words) == 2
    assert "was run with other options" in capsys.readouterr().err


@pytest.mark.slow
def test_an_interrupted_study_goes_on(tmp_path, capsys):
    file = write(tmp_path, options="--steps 400 --warmup 40 --evaluation-episodes 1 --checkpoint-every 20 --pours 0")
    words = ["study", str(file), "--folder", str(tmp_path / "runs")]
    process = subprocess.Popen([sys.executable, "-m", "msaclag", *words], stdout=subprocess.PIPE, text=True)
    run = tmp_path / "runs/setting-1_meta_sac_lag/seed-0"
    until = time.monotonic() + 60
    while not (run / "checkpoint.safetensors").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert cli.main(words) == 2
    assert "a study is at work in" in capsys.readouterr().err
    os.kill(process.pid, signal.SIGINT)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == cli.INTERRUPTED
    assert f"this goes on: msaclag study {file} --folder {tmp_path / 'runs'}" in told
    reached = json.loads((run / "summary.json").read_text())["steps"]
    assert 0 < reached < 400

    assert cli.main(words) == 0
    assert f"{400 - reached} steps to go" in capsys.readouterr().out
    assert json.loads((run / "summary.json").read_text())["steps"] >= 400
