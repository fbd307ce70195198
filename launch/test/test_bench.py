"""`msaclag bench`, by its command line."""

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest
import torch

from msaclag import cli
from msaclag.bench import cuda
from msaclag_learner.configuration import AlgorithmConfig


@pytest.mark.slow
def test_the_quick_form_measures_everything(tmp_path):
    file = tmp_path / "learner.json"
    words = ["bench", "learner", "--quick", "--threads", "1", "--json", str(file)]
    out = subprocess.run([sys.executable, "-m", "msaclag", *words], capture_output=True, text=True, cwd=tmp_path)
    assert out.returncode == 0, out.stderr
    assert "textbook_update_ms" in out.stdout
    assert [each.name for each in tmp_path.iterdir()] == ["learner.json"]
    figures = json.loads(file.read_text())
    positive = (
        "update_ms",
        "textbook_update_ms",
        "gemm_gflops",
        "gflop_per_update",
        "sample_us",
        "act_p50_ms",
        "act_p99_ms",
        "rss_mb_per_million_transitions",
        "rss_over_raw_arrays",
        "checkpoint_stall_ms",
    )
    assert {name: figures[name] for name in positive if figures[name] <= 0} == {}
    rival = figures["sb3_sac_update_ms"]
    assert rival > 0 if find_spec("stable_baselines3") else rival is None
    assert figures["threads"] == 1 and figures["machine"]["cores"] >= 1
    assert 0 < figures["fraction_of_peak"] < 1
    assert figures["gflop_per_update"] == pytest.approx(2, rel=0.5)
    assert figures["updates_per_s"].keys() == {"1", "8", "32"}
    assert figures["updates_per_s"]["1"] == pytest.approx(1e3 / figures["update_ms"])
    assert figures["update_ms_by_algorithm"]["meta_sac_lag"] == figures["update_ms"]
    assert len(figures["update_ms_by_algorithm"]) == 6
    assert (figures["cuda_update_ms"] is None) == (not torch.cuda.is_available())
    low, high = figures["spread"]["update_ms"]
    assert low <= figures["update_ms"] <= high


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["learner", "--threads", "0"], "threads is 0; it must be 1 or more"),
        (["learner", "--json", "/nowhere/at/all.json"], "there is no folder /nowhere/at"),
    ],
)
def test_a_mistake_is_told_before_anything_is_measured(words, message, capsys):
    assert cli.main(["bench", *words]) == 2
    assert message in capsys.readouterr().err


def test_the_closed_form_agrees_with_both_references(tmp_path):
    file = tmp_path / "gradients.json"
    assert cli.main(["bench", "gradients", "--quick", "--json", str(file)]) == 0
    rows = json.loads(file.read_text())["rows"]
    assert len(rows) == 16
    assert all(row["unrolled"]["compared"] == 6 and row["unrolled"]["max"] < 1e-6 for row in rows)
    assert all(row["differences"]["max"] < 1e-6 for row in rows if row["differences"]["compared"])
    assert sum(row["differences"]["compared"] for row in rows) > 30


def test_without_a_gpu_its_figures_are_null(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    figures = cuda.measure(AlgorithmConfig(), (3, 2), filled=10, rounds=1, block=0.0, tell=print)
    assert figures == {"cuda_device": None, **dict.fromkeys(cuda.FIGURES), "spread": {}}
    assert cuda.rows(figures) == {"cuda_update_ms": (None, None)}
