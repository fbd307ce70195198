"""How a node's process ends: exit code, one line for the user's mistakes, and closed in every case."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import sys, threading, time
from rclpy.node import Node
from msaclag_ros.node_main import run
from msaclag_ros.settings import SettingError

how = sys.argv[1]

class Failing(RuntimeError):
    pass

class Example(Node):
    exit_code = None

    def __init__(self):
        super().__init__("example")
        if how == "wrong setting":
            raise SettingError("rate is -1, but takes a number above 0")
        if how.endswith("start"):
            print("building", flush=True)
            time.sleep(0.5 if how == "short start" else 60.0)
        if how == "done":
            threading.Timer(0.2, self.done).start()
        self.create_timer(0.01, self.tick)
        print("up", flush=True)

    def done(self):
        self.exit_code = 0

    def tick(self):
        if how == "fault":
            raise ValueError("broken")
        if how == "user error":
            raise Failing("no arm: plug it in")

    def close(self):
        print("closing", flush=True)
        if how == "slow close":
            time.sleep(1.0)
        self.get_logger().info("still on the graph")
        print("closed", flush=True)

sys.exit(run(Example, user_errors=(Failing,)))
"""


def _start(how: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, how, *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **variables}
    )


def _wait_for(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    while (line := process.stdout.readline()) and line.strip() != word:
        pass
    assert line, f"ended without '{word}': {process.stderr and process.stderr.read()}"


@pytest.mark.parametrize(
    ("how", "code", "message", "closed"),
    [
        ("done", 0, "", True),
        ("fault", 1, "fatal: ValueError: broken", True),
        ("user error", 2, "fatal: no arm: plug it in", True),
        ("wrong setting", 2, "fatal: rate is -1, but takes a number above 0", False),
    ],
)
def test_exit_code_and_message(how: str, code: int, message: str, closed: bool) -> None:
    process = _start(how)
    out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert message in err
    assert ("Traceback" in err) == (code == 1)
    assert ("closed" in out) == closed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_node(number: signal.Signals) -> None:
    process = _start("spin")
    _wait_for(process, "up")
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, "closed" in out, "Traceback" in err) == (130, True, False)


def test_a_second_signal_does_not_cut_the_closing_short() -> None:
    process = _start("slow close")
    _wait_for(process, "up")
    process.send_signal(signal.SIGINT)
    _wait_for(process, "closing")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, "closed" in out, "Traceback" in err) == (130, True, False)


def test_a_signal_while_the_node_is_built_closes_it_after() -> None:
    process = _start("short start")
    _wait_for(process, "building")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, "closed" in out, "Traceback" in err) == (130, True, False)


def test_a_second_signal_breaks_off_a_building_that_hangs() -> None:
    process = _start("endless start")
    _wait_for(process, "building")
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in err) == (130, False)


def test_a_bad_domain_and_a_bad_params_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [\n")
    for process, message in (
        (_start("done", ROS_DOMAIN_ID="300"), "fatal: ROS_DOMAIN_ID is '300'"),
        (_start("done", "--ros-args", "--params-file", str(broken)), str(broken)),
    ):
        _, err = process.communicate(timeout=20)
        assert (process.returncode, message in err, "Traceback" in err) == (2, True, False), err
