"""Publishers and subscriptions of the graph's topics, without rclpy's own event callbacks.

Those only warn of incompatible peers, which the peer is told of as well. But each is one more thing for an executor to
wait for, and rclpy's looks at all of them whenever one message comes: in env_node that was half of its work.
"""

from collections.abc import Callable
from typing import Any

from rclpy.event_handler import (
    PublisherEventCallbacks,
    QoSLivelinessChangedInfo,
    SubscriptionEventCallbacks,
)
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile

from msaclag_ros.interface import TOPICS


def publisher(node: Node, name: str) -> Publisher:
    """A publisher of the topic `name` of `TOPICS`, relative to the node's namespace."""
    silent = PublisherEventCallbacks(use_default_callbacks=False)
    return node.create_publisher(TOPICS[name].type, name, TOPICS[name].qos, event_callbacks=silent)


def subscribe(
    node: Node,
    name: str,
    receive: Callable[[Any], None],
    *,
    qos: QoSProfile | None = None,
    liveliness: Callable[[QoSLivelinessChangedInfo], None] | None = None,
) -> None:
    """Listen to the topic `name` of `TOPICS`.

    Args:
        node: who listens.
        name: relative to the node's namespace.
        receive: called with each message.
        qos: how, if not as `TOPICS` says.
        liveliness: called when publishers of the topic come, go, or fall silent for their lease.
    """
    events = SubscriptionEventCallbacks(liveliness=liveliness, use_default_callbacks=False)
    node.create_subscription(TOPICS[name].type, name, receive, qos or TOPICS[name].qos, event_callbacks=events)
