"""`msaclag transfer`: policies on twins that are unlike the one they know."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from kinova_pour_env import POUR_COFFEE
from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene
from msaclag import cli
from msaclag.transfer.gaps import GAPS
from msaclag.transfer.measurement import markdown
from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.training_run import TrainingRun

SCENE = Scene()


@pytest.fixture
def untrained(tmp_path):
    """The folder of a run that has learned nothing."""
    TrainingRun(TrainingConfig(run_dir=str(tmp_path / "run")), POUR_COFFEE, 15, 4).close()
    return tmp_path / "run"


def test_gaps_differ_by_name_and_in_deed():
    assert len({gap.name for gap in GAPS}) == len(GAPS)
    assert len({(gap.disturbance, tuple(gap.mug.items()), gap.twin) for gap in GAPS}) == len(GAPS)


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.name)
def test_each_can_be_run(gap):
    environment = gap.environment(SCENE, PourCoffeeConfig(max_steps=3))
    observation, _ = environment.reset(seed=0)
    truncated = False
    while not truncated:
        observation, _, terminated, truncated, _ = environment.step(
            Demonstrator(SCENE, environment.task.config)(observation)
        )
        assert np.isfinite(observation).all() and not terminated
    assert asdict(environment.task.scene.mug) == {**asdict(environment.task.scene.mug), **gap.mug}
    environment.close()


@pytest.mark.slow
def test_a_table_and_its_figures(untrained, tmp_path, capsys):
    words = ["transfer", str(untrained), str(untrained), "--only", "none", "delay of 25", "--episodes", "2"]
    assert cli.main([*words, "--jobs", "1", "--json", str(tmp_path / "transfer.json")]) == 0
    table = capsys.readouterr().out
    assert "| none | 0.00 [0.00, 0.00] |" in table
    assert "2 episodes each with the deterministic policy, means over 2 checkpoints" in table
    figures = json.loads((tmp_path / "transfer.json").read_text())
    assert list(figures["outcomes"]) == ["none", "delay of 25 ms"]
    first, second = figures["outcomes"]["none"]
    assert first == second
    assert first["success"] == 0


def test_one_checkpoint_has_no_interval():
    outcome = {"success": 1.0, "violation": 0.0, "poured": 0.5, "transit_jerk": float("nan")}
    assert "| none | 1.00 | 0.00 | 0.50 | – |" in markdown({"none": [outcome]}, 4)


def test_a_mistake_is_one_message(untrained, tmp_path, capsys):
    for words, message in (
        ([], "name the checkpoint of a run"),
        ([str(tmp_path)], "there is no checkpoint at"),
        ([str(untrained), "--only", "fog"], "only: there are none; delay of 25 ms;"),
        ([str(untrained), "--json", str(tmp_path / "nowhere/x.json")], "json: there is no folder"),
    ):
        assert cli.main(["transfer", *words]) == 2
        assert message in capsys.readouterr().err
    TrainingRun(TrainingConfig(run_dir=str(tmp_path / "slide")), "slide", 15, 4).close()
    assert cli.main(["transfer", str(tmp_path / "slide")]) == 2
    assert f"is of slide, not of {POUR_COFFEE}" in capsys.readouterr().err
