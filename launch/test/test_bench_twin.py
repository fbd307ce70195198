"""`msaclag bench twin`, and the twin that it times."""

import json

import pytest

from msaclag import cli
from msaclag.bench import parallel_twins, training_rates
from msaclag.bench.swaying import PERIOD, SwayingTwin, replayed_step, standing_step
from msaclag.launch_arguments import read_arguments, split


def test_the_sway_keeps_clear_of_everything():
    twin = SwayingTwin()
    start = twin.environment.arm.read().cup_position
    away = []
    for _ in range(3 * PERIOD):
        twin.step()
        away.append(abs(twin.environment.arm.read().cup_position - start).max())
    assert 0.05 < max(away) < 0.2
    assert twin.environment.task.liquid.spilled == 0
    assert 0 < twin.share_of_the_liquid(20) < 0.5


def test_pybullet_alone_can_be_stepped_beside_it():
    for step in (standing_step(), replayed_step()):
        step()


def test_two_twins_together_make_more_steps_than_none():
    rates = parallel_twins.rates((1, 2), rounds=1, block=0.2, tell=lambda doing: None)
    assert rates.keys() == {1, 2}
    assert all(rate.median > 0 for rate in rates.values())


def test_neither_of_the_compared_trainings_begins_with_pours(tmp_path):
    ros = training_rates._command("ros", steps=400, seed=3, folder=tmp_path)
    arguments = read_arguments(ros[1], split(ros[2:]))
    assert (arguments.pours, arguments.steps, arguments.seed) == (0, 400, 3)
    inprocess = " ".join(training_rates._command("inprocess", steps=400, seed=3, folder=tmp_path))
    assert "--steps 400 --seed 3 --pours 0" in inprocess


@pytest.mark.slow
@pytest.mark.graph
@pytest.mark.timeout(400)
def test_the_quick_form_measures_everything(tmp_path, capsys, monkeypatch, ros_domain):
    monkeypatch.setenv("ROS_DOMAIN_ID", str(ros_domain))
    file = tmp_path / "twin.json"
    assert cli.main(["bench", "twin", "--quick", "--json", str(file)]) == 0
    assert "env_over_bare" in capsys.readouterr().out
    figures = json.loads(file.read_text())
    assert 0 < figures["env_over_bare"] < 1
    assert 0 < figures["env_over_replayed"] < 1
    assert figures["env_steps_per_s"] < figures["bare_pybullet_steps_per_s"]
    assert figures["scaling"].keys() == {"1", "2", "4"}
    ratio = figures["ros_train_steps_per_s"] / figures["inprocess_train_steps_per_s"]
    assert figures["ros_over_inprocess"] == pytest.approx(ratio)
