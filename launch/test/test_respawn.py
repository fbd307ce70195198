"""Who is started again, as what, and how often."""

import signal
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from msaclag.graph import NodeDescription, describe
from msaclag.launch_arguments import read_arguments
from msaclag.respawn import MOST, WITHIN, Respawn, died, successor


@pytest.fixture
def nodes(tmp_path: Path) -> dict[str, NodeDescription]:
    (tmp_path / "demonstrations.safetensors").touch()
    given = {
        "arm": "emulated",
        "run_dir": str(tmp_path / "run"),
        "demonstrations": str(tmp_path / "demonstrations.safetensors"),
    }
    return {node.name: node for node in describe(read_arguments("pour_coffee_real", given))}


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (0, False),
        (1, True),
        (2, False),
        (130, False),
        (-signal.SIGKILL, True),
        (-signal.SIGSEGV, True),
        (-signal.SIGTERM, False),
        (-signal.SIGINT, False),
    ],
)
def test_only_a_fault_is_a_death(nodes, code, fault):
    assert died(code) is fault
    assert (Respawn().after(nodes["env_node"], code, 0.0).successor is not None) is fault


def test_the_learner_goes_on_where_it_was_and_begins_with_the_demonstrations_once(nodes, tmp_path):
    learner, run = nodes["learner_node"], tmp_path / "run"
    assert successor(learner) == learner
    run.mkdir()
    assert successor(learner) == learner
    (run / "checkpoint.safetensors").touch()
    again = successor(learner)
    assert (again.parameters["resume"], again.parameters["demonstrations"]) == (True, "")
    assert successor(again) == again


def test_a_learner_whose_training_process_still_writes_the_first_checkpoint_goes_on_with_it(nodes, tmp_path):
    with FileLock(tmp_path / "lock") as lock:
        (tmp_path / "run").mkdir()
        with FileLock(tmp_path / "run" / "lock"):
            assert successor(nodes["learner_node"]).parameters["resume"] is True
    assert not lock.is_locked
    assert successor(nodes["learner_node"]).parameters["resume"] is False


def test_the_recorder_writes_another_bag(nodes, tmp_path):
    recorder = nodes["recorder_node"]
    (tmp_path / "run" / "bag").mkdir(parents=True)
    again = successor(recorder)
    assert again.parameters["bag_dir"] == str(tmp_path / "run" / "bag-2")
    (tmp_path / "run" / "bag-2").mkdir()
    assert successor(again).parameters["bag_dir"] == str(tmp_path / "run" / "bag-3")


def test_nobody_is_started_again_without_respawn(tmp_path):
    given = {"run_dir": str(tmp_path / "run"), "respawn": "false"}
    for node in describe(read_arguments("pour_coffee_sim", given)):
        assert Respawn().after(node, -signal.SIGKILL, 0.0).successor is None


@given(st.lists(st.floats(0.0, 2 * WITHIN / MOST), min_size=1, max_size=40))
def test_no_node_is_started_more_often_than_permitted_within_the_time(pauses):
    node, respawn = NodeDescription("p", "n", "n", "", respawn=True), Respawn()
    now, started = 0.0, []
    for pause in pauses:
        now += pause
        decision = respawn.after(node, 1, now)
        if decision.successor is None:
            assert sum(now - each < WITHIN for each in started) >= MOST
            assert "not any more" in decision.message
            return
        started.append(now)
        assert sum(now - each < WITHIN for each in started) <= MOST
