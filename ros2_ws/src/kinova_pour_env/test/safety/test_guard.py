"""A driver that hangs, dies or ends well, as real processes, and the guard that stops its arm."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kinova_pour_env.arm import ArmError
from kinova_pour_env.safety.guard import Guard
from kinova_pour_env.safety.stopper import StopperCall

TIMEOUT = 0.15
TAKES_HOLD = 0.25
"""s from the last command, by the demand on a frozen environment."""

STOPPER = '''
"""An arm that writes down when it was stopped; it fails as often as it is told to."""
import time

class Stopper:
    def __init__(self, log, failures):
        self.log, self.failures = log, failures

    def note(self, word):
        with open(self.log, "a") as file:
            file.write(f"{word} {time.monotonic()}\\n")

    def stop(self):
        if self.failures:
            self.failures -= 1
            raise OSError("no answer")
        self.note("stop")

    def close(self):
        self.note("close")

def connect(log, failures=0):
    return Stopper(log, failures)
'''

DRIVER = """
import sys, time
from kinova_pour_env.safety.guard import Guard
from kinova_pour_env.safety.stopper import StopperCall

guard = Guard(StopperCall("logging_stopper:connect", {"log": sys.argv[1], "failures": int(sys.argv[2])}), 0.15)
while True:
    guard.beat()
    print(time.monotonic(), flush=True)
    time.sleep(0.025)
"""


@pytest.fixture(autouse=True)
def stopper_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "logging_stopper.py").write_text(STOPPER)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "arm.log"


@pytest.fixture
def drive(log: Path, tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    processes = []

    def driving(failures: int = 0) -> "subprocess.Popen[str]":
        with open(tmp_path / "commands", "w") as commands:
            process = subprocess.Popen([sys.executable, "-c", DRIVER, str(log), str(failures)], stdout=commands)
        processes.append(process)
        wait(lambda: len(lines(tmp_path / "commands")) > 10)
        return process

    yield driving
    for process in processes:
        process.kill()
        process.wait()


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def times(log: Path, word: str) -> list[float]:
    return [float(line.split()[1]) for line in lines(log) if line.startswith(word)]


def last_command(tmp_path: Path) -> float:
    return float(lines(tmp_path / "commands")[-1])


def wait(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_a_frozen_driver_is_stopped_and_may_go_on_later(
    drive: Callable[..., "subprocess.Popen[str]"], log: Path, tmp_path: Path
) -> None:
    process = drive()
    assert times(log, "stop") == []
    process.send_signal(signal.SIGSTOP)
    wait(lambda: times(log, "stop"))
    assert TIMEOUT < times(log, "stop")[0] - last_command(tmp_path) < TAKES_HOLD
    time.sleep(0.3)
    assert len(times(log, "stop")) == 1
    process.send_signal(signal.SIGCONT)
    time.sleep(0.2)
    process.send_signal(signal.SIGSTOP)
    wait(lambda: len(times(log, "stop")) == 2)


def test_a_killed_driver_is_stopped_at_once(
    drive: Callable[..., "subprocess.Popen[str]"], log: Path, tmp_path: Path
) -> None:
    drive().kill()
    wait(lambda: times(log, "close"))
    assert times(log, "stop")[0] - last_command(tmp_path) < TAKES_HOLD


def test_a_stop_that_fails_is_tried_again(drive: Callable[..., "subprocess.Popen[str]"], log: Path) -> None:
    drive(failures=3).send_signal(signal.SIGSTOP)
    wait(lambda: times(log, "stop"))


def test_a_guard_whose_words_nobody_reads_goes_on_trying(log: Path) -> None:
    """As when the process that reads them was killed: each word raises BrokenPipeError."""
    readers, writers = os.pipe()
    command = [sys.executable, "-c", DRIVER, str(log), "3"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=writers)
    os.close(writers)
    assert process.stdout is not None
    process.stdout.readline()
    os.close(readers)
    process.kill()
    process.wait()
    process.stdout.close()
    wait(lambda: times(log, "stop"))


def test_a_guard_that_still_tries_is_left_alone(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinova_pour_env.safety.guard.ENDING", 0.3)
    guard = Guard(StopperCall("logging_stopper:connect", {"log": str(log), "failures": 150}), TIMEOUT)
    guard.beat()
    guard.close()
    assert guard._process.poll() is None
    wait(lambda: times(log, "stop"))
    guard._process.wait(5)


def test_at_rest_nothing_is_due(log: Path) -> None:
    guard = Guard(StopperCall("logging_stopper:connect", {"log": str(log)}), TIMEOUT)
    time.sleep(2 * TIMEOUT)
    guard.beat()
    guard.rest()
    time.sleep(2 * TIMEOUT)
    guard.close()
    assert (times(log, "stop"), len(times(log, "close"))) == ([], 1)
    assert not guard.lost


def test_who_lets_it_go_in_a_motion_leaves_a_stopped_arm(log: Path) -> None:
    guard = Guard(StopperCall("logging_stopper:connect", {"log": str(log), "failures": 2}), TIMEOUT)
    guard.beat()
    guard.close()
    assert (len(times(log, "stop")), len(times(log, "close"))) == (1, 1)


def test_a_guard_that_died_is_missed(log: Path) -> None:
    guard = Guard(StopperCall("logging_stopper:connect", {"log": str(log)}), TIMEOUT)
    guard._process.kill()
    guard._process.wait()
    guard.beat()
    assert guard.lost
    guard.close()


def test_a_guard_that_hangs_is_missed_within_about_a_second(log: Path) -> None:
    guard = Guard(StopperCall("logging_stopper:connect", {"log": str(log)}), TIMEOUT)
    for _ in range(100):  # more than the pipe holds: one that reads is not missed
        guard.beat()
        time.sleep(0.002)
    assert not guard.lost
    guard._process.send_signal(signal.SIGSTOP)
    beats = 0
    while not guard.lost and beats < 1000:
        guard.beat()
        beats += 1
    assert beats <= 1.2 * 40
    guard._process.send_signal(signal.SIGCONT)
    guard.close()


@pytest.mark.parametrize("factory", ["no_such_module:connect", "logging_stopper:no_such_function"])
def test_an_arm_that_cannot_be_guarded_does_not_start(factory: str) -> None:
    with pytest.raises(ArmError, match=f"could not connect to it by {factory}"):
        Guard(StopperCall(factory), TIMEOUT)
