"""No timer of the graph goes by the wall clock."""

import re
import time
from pathlib import Path

import rclpy
from rclpy.clock_type import ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from msaclag_ros.timer import every

SOURCES = Path(__file__).resolve().parents[2]
WALL = re.compile(r"create_timer\(|time\.time\(\)|time_ns\(\)|datetime\.now\(\)(?!:)")
"""What goes by the clock that may jump."""
PERMITTED = {
    "timer.py": 1,  # tells rclpy which clock
    "emulator.py": 1,  # a stamp, as Kinova's
}


def test_it_ticks_by_the_monotonic_clock(ros_domain: int) -> None:
    context = rclpy.Context()
    rclpy.init(args=[], context=context)
    node = Node("node", context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    ticks: list[float] = []
    timer = every(node, 0.05, lambda: ticks.append(time.monotonic()))
    assert timer.clock.clock_type == ClockType.STEADY_TIME
    deadline = time.monotonic() + 20
    while len(ticks) < 3 and time.monotonic() < deadline:
        executor.spin_once(0.1)
    assert len(ticks) == 3
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown(context=context)


def test_what_is_waited_for_is_waited_for_by_the_monotonic_clock() -> None:
    found = {
        file.name: len(WALL.findall(file.read_text("utf8")))
        for package in ("msaclag_ros", "msaclag_learner", "kinova_pour_env", "sim_bridge")
        for file in (SOURCES / package / package).rglob("*.py")
    }
    assert {name: count for name, count in found.items() if count} == PERMITTED
