"""A person at a terminal of their own, and who hears of it."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rclpy
from rclpy.node import Node

from kinova_pour_env.detectors import COLLISION, EMERGENCY_STOP, SPILL
from kinova_pour_env.keyboard_violation import HELP
from msaclag_ros.interface import TOPICS

PROGRAM = """
import fcntl, sys, termios
if sys.stdin.isatty():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C is a signal
from kinova_pour_env.keyboard_violation import main
sys.exit(main())
"""
COMMAND = [sys.executable, "-c", PROGRAM]


class Terminal:
    """A terminal in which the node runs, as a person sees it."""

    def __init__(self, *arguments: str) -> None:
        self._screen, self.line = pty.openpty()
        self.before = termios.tcgetattr(self.line)
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=self.line, stdout=self.line, stderr=self.line, start_new_session=True
        )
        self._shown = ""

    def press(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def shows(self, text: str) -> bool:
        while select.select([self._screen], [], [], 0.02)[0]:
            self._shown += os.read(self._screen, 4096).decode()
        return text in self._shown

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._screen)
        os.close(self.line)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal("--ros-args", "-r", "__ns:=/pour")
    yield terminal
    terminal.close()


@pytest.fixture
def heard() -> Iterator[Callable[[], list[Any]]]:
    messages: list[Any] = []
    rclpy.init()
    node = Node("listener", namespace="/pour")
    topic = TOPICS["safety_violation"]
    node.create_subscription(topic.type, "safety_violation", messages.append, topic.qos)

    def listen() -> list[Any]:
        rclpy.spin_once(node, timeout_sec=0.02)
        return messages

    yield listen
    node.destroy_node()
    rclpy.try_shutdown()


def wait(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"


def test_a_key_is_a_violation_and_ctrl_c_ends_it(terminal: Terminal, heard: Callable[[], list[Any]]) -> None:
    wait(lambda: terminal.shows("space  EMERGENCY STOP"))
    terminal.press("xsc ")
    wait(lambda: len(heard()) == 3)
    assert [message.kind for message in heard()] == [SPILL, COLLISION, EMERGENCY_STOP]
    assert {message.detector for message in heard()} == {"/pour/keyboard_violation/keyboard"}
    assert heard()[0].message == "a person saw coffee spilled"
    terminal.press(" ")
    wait(lambda: terminal.shows("told 1 listening"))
    terminal.press("\x03")
    assert terminal.process.wait(10) == 130
    assert not terminal.shows("Traceback")
    assert termios.tcgetattr(terminal.line) == terminal.before


def test_it_says_when_nobody_listens_and_can_be_left(terminal: Terminal) -> None:
    wait(lambda: terminal.shows("quit"))
    terminal.press(" ")
    wait(lambda: terminal.shows("nobody listens to /pour/safety_violation"))
    terminal.press("q")
    assert terminal.process.wait(10) == 0


def test_without_a_terminal_it_says_so() -> None:
    ended = subprocess.run(COMMAND, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    assert (ended.returncode, "no terminal" in ended.stderr, "Traceback" in ended.stderr) == (2, True, False)


def test_help() -> None:
    ended = subprocess.run([*COMMAND, "--help"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout) == (0, HELP)
