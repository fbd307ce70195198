"""The detector of docs/extending/detector.md tells once, each time that the mug comes too near."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rclpy
from rclpy.node import Node

from msaclag_msgs.msg import CupMotion, SafetyViolation
from msaclag_ros.endpoints import publisher, subscribe

DETECTOR = Path(__file__).resolve().parents[1] / "keep_out.py"
AWAY, NEAR = 0.6, 0.42
"""x of the mug, m; the place that it must keep from is at 0.4."""


@pytest.fixture
def detector() -> Iterator[subprocess.Popen[bytes]]:
    """As a person starts it."""
    command = [sys.executable, str(DETECTOR), "--ros-args", "-r", "__ns:=/pour", "-p", "x:=0.4", "-p", "y:=0.0"]
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(command, env={**os.environ, **path})
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def environment() -> Iterator[Node]:
    rclpy.init()
    node = Node("env_node", namespace="/pour")
    yield node
    node.destroy_node()
    rclpy.try_shutdown()


def test_a_mug_that_comes_too_near_is_a_violation_each_time(detector, environment):
    motion, heard = publisher(environment, "cup_motion"), list[SafetyViolation]()
    subscribe(environment, "safety_violation", heard.append)

    def move_until(place: float, done: Callable[[], bool]) -> None:
        message, deadline = CupMotion(), time.monotonic() + 30
        message.pose.position.x = place
        while not done():
            assert time.monotonic() < deadline and detector.poll() is None
            motion.publish(message)
            rclpy.spin_once(environment, timeout_sec=0.02)

    move_until(AWAY, lambda: motion.get_subscription_count() == 1 == environment.count_publishers("safety_violation"))
    for times in (1, 2):
        move_until(NEAR, lambda times=times: len(heard) == times)
        sent = iter(range(20))
        move_until(AWAY, lambda sent=sent: next(sent) == 19)
    assert {(violation.kind, violation.detector) for violation in heard} == {("workspace", "/pour/keep_out/keep_out")}
    assert heard[0].value == pytest.approx(0.02)
    assert heard[0].message == "the mug is 0.020 m from where it must not be, allowed are 0.1 m"
