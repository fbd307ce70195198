"""Timers that a jump of the wall clock neither holds up nor lets run off: rclpy's go by it unless told otherwise."""

from collections.abc import Callable

from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.node import Node
from rclpy.timer import Timer

_STEADY = Clock(clock_type=ClockType.STEADY_TIME)


def every(node: Node, seconds: float, do: Callable[[], None]) -> Timer:
    """Do something in the node's executor every so many s of the monotonic clock."""
    return node.create_timer(seconds, do, clock=_STEADY)
