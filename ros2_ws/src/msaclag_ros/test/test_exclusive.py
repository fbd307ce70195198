"""One live publisher at a time, across real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import rclpy
from rclpy.node import Node

from msaclag_ros.exclusive import DISCOVERY, AlreadyRunning, claim

PUBLISHER = """
import time, rclpy
from msaclag_ros.interface import TOPICS
rclpy.init()
node = rclpy.create_node("first", namespace="/arm")
publisher = node.create_publisher(TOPICS["action"].type, "action", TOPICS["action"].qos)
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def node() -> Iterator[Node]:
    context = rclpy.Context()
    rclpy.init(context=context)
    made = Node("second", namespace="/arm", context=context)
    yield made
    made.destroy_node()
    rclpy.shutdown(context=context)


@pytest.fixture
def publisher() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", PUBLISHER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    yield process
    process.kill()
    process.wait()


def test_nobody_there(node: Node) -> None:
    start = time.monotonic()
    claim(node, "action")
    assert time.monotonic() - start < DISCOVERY + 0.5


def test_somebody_there(node: Node, publisher: subprocess.Popen[str]) -> None:
    with pytest.raises(AlreadyRunning) as error:
        claim(node, "action")
    assert f"publishes /arm/action in domain {os.environ.get('ROS_DOMAIN_ID', 0)}" in str(error.value)
    assert "(/arm/first)" in str(error.value) and "namespace:=" in str(error.value)


def test_another_topic_of_the_same_namespace_is_free(node: Node, publisher: subprocess.Popen[str]) -> None:
    claim(node, "observation")


def test_a_predecessor_killed_meanwhile_is_waited_out(node: Node, publisher: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 2 * DISCOVERY
    while node.count_publishers("action") == 0:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(publisher.pid, signal.SIGKILL)  # our participant still holds it for alive
    claim(node, "action")
