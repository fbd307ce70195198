"""What would be started, and what forbids it."""

import json
import sys
from pathlib import Path

import pytest

from msaclag.graph import GraphError, describe
from msaclag.launch_arguments import read_arguments
from msaclag.preflight import CHECKPOINT
from msaclag_learner import checkpoint


@pytest.fixture
def arguments(tmp_path):
    return lambda **given: read_arguments("pour_coffee_sim", {"run_dir": str(tmp_path / "run"), **given})


def refusal(arguments) -> str:
    with pytest.raises(GraphError) as error:
        describe(arguments)
    return str(error.value)


def test_the_graph(arguments, tmp_path):
    recorder, env, learner = describe(arguments(steps="7", seed="3", namespace="lab/left", rate="5", gui="true"))
    assert [node.executable for node in (recorder, env, learner)] == ["recorder_node", "env_node", "learner_node"]
    assert recorder.parameters["bag_dir"] == str(tmp_path / "run" / "bag")
    about = json.loads(recorder.parameters["about"])
    assert about["arm"] == "sim"
    assert json.loads(about["arguments"])["seed"] == 3
    assert env.parameters == {
        "arm": "sim",
        "setting": "1",
        "reward": "shaped",
        "seed": 3,
        "task.policy_rate": 5.0,
        "transitions_dir": str(tmp_path / "run" / "transitions"),
        "sync_transitions": False,
        "sim.gui": True,
    }
    assert (learner.parameters["steps"], learner.parameters["seed"]) == (7, 3)
    assert env.namespace == "/lab/left"
    assert env.logger == "lab.left.env_node"


def test_the_emulated_arm_may_be_left_alone(arguments):
    env = describe(arguments(arm="emulated", gui="true", auto_acknowledge="true", record="false"))[0]
    assert env.parameters["emulated.auto_acknowledge"] is True
    assert env.parameters["emulated.gui"] is True


@pytest.mark.parametrize("arm", ["real", "sim"])
def test_no_other_arm_goes_on_without_a_person(arguments, arm):
    assert f"auto_acknowledge:=true is for arm:=emulated, not for arm:={arm}" in refusal(
        arguments(arm=arm, auto_acknowledge="true")
    )


def test_an_arm_that_is_not_simulated_is_mirrored(arguments):
    nodes = describe(arguments(arm="emulated"))
    assert [node.name for node in nodes] == ["recorder_node", "env_node", "mirror_node", "learner_node"]
    assert [node.essential for node in nodes] == [True, True, False, True]
    assert nodes[2].parameters == {"gui": False}
    assert "mirror_node" not in {node.name for node in describe(arguments(arm="emulated", mirror="false"))}
    assert "gui:=true shows the mirror" in refusal(arguments(arm="real", gui="true", mirror="false"))


def test_without_recorder(arguments):
    assert [node.name for node in describe(arguments(record="false"))] == ["env_node", "learner_node"]


def test_nothing_is_made_by_asking(arguments, tmp_path):
    describe(arguments())
    assert list(tmp_path.iterdir()) == []


def test_the_example_fits(arguments):
    example = Path(__file__).resolve().parents[1] / "config" / "pour_coffee.yaml"
    assert all(node.params_file == example for node in describe(arguments(params_file=str(example))))


def test_every_problem_is_named_at_once(arguments, monkeypatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", "500")
    monkeypatch.setitem(sys.modules, "kortex_api", None)  # not installed, even where a test has emulated it before
    given = {"gui": "true", "mirror": "false", "checkpoint": "/no/such/run", "params_file": "/no/such/file"}
    text = refusal(arguments(arm="real", **given))
    for part in ("ROS_DOMAIN_ID is '500'", "kortex_api", "gui:=true", "/no/such/run does not exist", "/no/such/file"):
        assert part in text


def test_an_arm_that_no_package_offers(arguments, monkeypatch):
    offered = "arm:=twin: no installed package offers that arm (there are: emulated, real, sim)"
    assert offered in refusal(arguments(arm="twin"))
    monkeypatch.setattr("msaclag.preflight.entry_points", lambda group: [])
    assert "arm:=sim: no installed package offers that arm (there are: none)" in refusal(arguments())


def test_a_bag_that_exists(arguments, tmp_path):
    (tmp_path / "run" / "bag").mkdir(parents=True)
    assert f"the bag {tmp_path / 'run' / 'bag'} exists already" in refusal(arguments())


def test_resuming(arguments, tmp_path):
    assert CHECKPOINT == checkpoint.FILE
    assert f"{tmp_path / 'run'} holds no {CHECKPOINT}" in refusal(arguments(resume="true"))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / CHECKPOINT).touch()
    assert "go on with it by resume:=true, or name another run_dir:=" in refusal(arguments())
    assert describe(arguments(resume="true"))[-1].parameters["resume"] is True


def test_folders_that_cannot_be_written(arguments, tmp_path):
    (tmp_path / "file").touch()
    assert f"{tmp_path / 'file'} is a file" in refusal(arguments(run_dir=str(tmp_path / "file" / "run")))
    assert "run_dir:=/proc/run" in refusal(arguments(run_dir="/proc/run"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: [", "is no YAML"),
        ("steps: 3", "has no parameters of a node"),
        ("- 1", "has no parameters of a node"),
        (
            "/**/env_nod: {ros__parameters: {seed: 1}}",
            "'/**/env_nod' names no node of the graph (did you mean 'env_node'?)",
        ),
        (
            "/**/learner_node: {ros__parameters: {steps: 3}}",
            "'steps' of /**/learner_node is set by the launch arguments",
        ),
        ("/**: {ros__parameters: {sim: {gui: true}}}", "'sim.gui' of /** is set by the launch arguments"),
        ("lab: {env_node: {ros__parameters: {seed: 1}}}", "'seed' of lab/env_node is set by the launch arguments"),
    ],
)
def test_params_files(arguments, tmp_path, content, message):
    file = tmp_path / "params.yaml"
    file.write_text(content)
    assert message in refusal(arguments(params_file=str(file)))
