"""Hears where the learner stands, from its latched topic."""

from types import TracebackType

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from msaclag_msgs.msg import LearnerStatus
from msaclag_ros.enclave import enclave
from msaclag_ros.interface import TOPICS


class StatusListener:
    """A subscription to `learner_status` in a ROS context of its own; a context manager."""

    def __init__(self, namespace: str) -> None:
        """Join the graph.

        Args:
            namespace: of the learner.
        """
        self._latest: LearnerStatus | None = None
        self._context = rclpy.Context()
        rclpy.init(args=enclave("operator", namespace), context=self._context)
        self._node = Node("_msaclag_up", namespace=namespace, context=self._context, start_parameter_services=False)
        topic = TOPICS["learner_status"]
        self._node.create_subscription(topic.type, "learner_status", self._hear, topic.qos)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)

    def wait(self, seconds: float) -> LearnerStatus | None:
        """The next status, None if none comes in time."""
        self._latest = None
        self._executor.spin_once(timeout_sec=seconds)
        return self._latest

    def _hear(self, status: LearnerStatus) -> None:
        self._latest = status

    def __enter__(self) -> "StatusListener":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)
