"""A process of the graph has no port in shared memory, which a killed one would leave behind for its successor."""

import os
import subprocess
import sys

import pytest

from msaclag_ros.transport import UDP, speak_locally

DISCOVERY = "ROS_AUTOMATIC_DISCOVERY_RANGE"
JOIN = """
import rclpy
from rclpy.node import Node
from msaclag_ros.transport import speak_locally

if {ours}:
    speak_locally()
rclpy.init()
node = Node("spoken_to")
print([line.split()[-1] for line in open("/proc/self/maps") if "fastrtps_port" in line])
"""


@pytest.mark.parametrize("ours", [True, False])
def test_ports_in_shared_memory(ours: bool, ros_domain: int) -> None:
    """Without it there are some: else this would tell nothing."""
    environment = {name: value for name, value in os.environ.items() if name not in UDP}
    told = subprocess.run(
        [sys.executable, "-c", JOIN.format(ours=ours)], capture_output=True, text=True, check=True, env=environment
    )
    assert (told.stdout.strip() == "[]") == ours, told.stderr
    assert "Error" not in told.stderr


def test_discovery_stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DISCOVERY)
    speak_locally()
    assert os.environ[DISCOVERY] == "LOCALHOST"


def test_what_the_environment_says_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [DISCOVERY, *UDP]
    for name in names:
        monkeypatch.setenv(name, "theirs")
    speak_locally()
    assert {os.environ[name] for name in names} == {"theirs"}
