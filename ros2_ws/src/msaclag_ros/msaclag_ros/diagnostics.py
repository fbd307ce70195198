"""A node's health on the standard topic `diagnostics`, once a second."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node

from msaclag_ros.endpoints import publisher
from msaclag_ros.timer import every

OK, WARN, ERROR, STALE = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR, DiagnosticStatus.STALE


class Health(NamedTuple):
    """How a node is.

    Attributes:
        level: OK, WARN, ERROR, or STALE where what it works on has not come for a while.
        message: one line for a person.
        values: figures by name.
    """

    level: bytes
    message: str
    values: Mapping[str, object]


def publish_health(node: Node, read: Callable[[], Health]) -> None:
    """Publish what `read` says once a second, in the node's executor."""
    diagnostics = publisher(node, "diagnostics")

    def publish() -> None:
        health = read()
        values = [KeyValue(key=name, value=str(value)) for name, value in health.values.items()]
        status = DiagnosticStatus(
            name=node.get_fully_qualified_name(), level=health.level, message=health.message, values=values
        )
        array = DiagnosticArray(status=[status])
        array.header.stamp = node.get_clock().now().to_msg()
        diagnostics.publish(array)

    every(node, 1.0, publish)
