"""`msaclag up` with real processes: small nodes under the names of the graph's, and once the graph itself."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.graph

STAND_IN = """#!{python}
import glob, os, sys, time
from rclpy.node import Node
from msaclag_msgs.msg import LearnerStatus
from msaclag_ros.interface import TOPICS
from msaclag_ros.node_main import run
from msaclag_ros.settings import SettingError

name = os.path.basename(sys.argv[0])
how = os.environ.get(name, "")

def marks():
    return glob.glob(os.environ["ORDER"] + "*")

class StandIn(Node):
    exit_code = None

    def __init__(self):
        super().__init__(name)
        if how == "refuses":
            raise SettingError("nothing to do: give it work")
        if name == "learner_node":
            self.status = self.create_publisher(LearnerStatus, "learner_status", TOPICS["learner_status"].qos)
            self.status.publish(LearnerStatus(phase="training", step=3, steps=9))
        self.create_timer(0.5, self.tick)
        self.get_logger().info("up")

    def tick(self):
        if how == "done":
            self.exit_code = 0
        if how == "dies" or (how == "dies once" and os.environ["ORDER"] + name not in marks()):
            open(os.environ["ORDER"] + name, "w").close()
            os.kill(os.getpid(), 9)

    def close(self):
        time.sleep(0.2)
        with open(os.environ["ORDER"], "a") as file:
            file.write(name + "\\n")

sys.exit(run(StandIn))
"""


@pytest.fixture
def graph(tmp_path):
    """Starts `msaclag up` on stand-ins; gives it, and what it needs to be judged by."""
    index = tmp_path / "prefix" / "share" / "ament_index" / "resource_index" / "packages"
    index.mkdir(parents=True)
    for package, name in (
        ("msaclag", "recorder_node"),
        ("kinova_pour_env", "env_node"),
        ("msaclag_learner", "learner_node"),
    ):
        (index / package).touch()
        executable = tmp_path / "prefix" / "lib" / package / name
        executable.parent.mkdir(parents=True)
        executable.write_text(STAND_IN.format(python=sys.executable))
        executable.chmod(0o755)
    prefixes = f"{tmp_path / 'prefix'}:{os.environ['AMENT_PREFIX_PATH']}"
    started = []

    def start(*words, **how):
        command = [
            sys.executable,
            "-m",
            "msaclag",
            "up",
            "pour_coffee_sim",
            f"run_dir:={tmp_path / 'run'}",
            "pours:=0",
            *words,
        ]
        environment = {**os.environ, "AMENT_PREFIX_PATH": prefixes, "ORDER": str(tmp_path / "order"), **how}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=tmp_path
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def order(tmp_path):
    return (tmp_path / "order").read_text().split()


def wait_for_lines(process, *marks):
    missing = set(marks)
    while missing and (line := process.stdout.readline()):
        missing -= {mark for mark in missing if mark in line}
    assert not missing


ENDING_ORDER = ["learner_node", "env_node", "recorder_node"]


def test_the_graph_ends_with_the_learner_and_in_order(graph, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "summary.json").write_text(
        json.dumps({"steps": 9, "updates": 4, "threshold": 0.9, "training": {"return": 12.5}, "evaluation": {}})
    )
    process = graph(learner_node="done")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    assert order(tmp_path) == ENDING_ORDER
    assert "[env_node] [INFO]" in out
    assert "12.5" in out
    assert str(tmp_path / "run") in out
    assert "up" in (tmp_path / "run" / "log" / "env_node.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_nodes_in_order(graph, tmp_path, number):
    process = graph()
    wait_for_lines(process, "[recorder_node] [INFO]", "[env_node] [INFO]", "[learner_node] [INFO]")
    process.send_signal(number)
    time.sleep(0.1)
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert order(tmp_path) == ENDING_ORDER
    assert "Traceback" not in out


def test_a_signal_at_once_ends_quietly(graph):
    process = graph()
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in out


def test_the_exit_code_is_that_of_the_node_that_failed(graph, tmp_path):
    process = graph(env_node="refuses")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "[env_node] [FATAL]" in out
    assert "nothing to do: give it work" in out
    assert "env_node" not in order(tmp_path)


def test_a_killed_node_brings_the_graph_down(graph, tmp_path):
    process = graph(env_node="dies")
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGKILL
    assert order(tmp_path) == ["learner_node", "recorder_node"]


def test_a_node_that_died_is_started_again_and_the_graph_goes_on(graph, tmp_path):
    process = graph("respawn:=true", env_node="dies once", recorder_node="dies once", learner_node="waits")
    wait_for_lines(process, "[env_node] was ended by SIGKILL and is started", "[recorder_node] was ended by SIGKILL")
    wait_for_lines(process, "[env_node] [INFO]", "[recorder_node] [INFO]")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert order(tmp_path) == ENDING_ORDER


def test_a_node_that_always_dies_ends_the_graph(graph, tmp_path):
    process = graph("respawn:=true", env_node="dies")
    out, _ = process.communicate(timeout=110)
    assert process.returncode == 128 + signal.SIGKILL
    assert out.count("[env_node] was ended by SIGKILL and is started again") == 5
    assert "it has been started again 5 times within 5 min and is not any more: see its log" in out
    assert order(tmp_path) == ["learner_node", "recorder_node"]


@pytest.mark.slow
def test_the_graph_itself(tmp_path):
    command = [sys.executable, "-m", "msaclag", "up", "pour_coffee_sim", f"run_dir:={tmp_path / 'run'}"]
    process = subprocess.run(
        [*command, "steps:=520", "pours:=1", "evaluation_episodes:=1"], capture_output=True, text=True, timeout=110
    )
    assert process.returncode == 0, process.stdout + process.stderr
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["steps"] >= 520
    assert (tmp_path / "run" / "bag" / "metadata.yaml").exists()
    assert re.search(r"\d+ messages are in", process.stdout)
