"""One publisher at a time: an arm listens to one learner, a learner to one environment.

DDS lets anyone publish. Who is to be alone on a topic calls `claim` before creating the publisher.
A predecessor that was killed is still listed for many seconds; its liveliness lease says sooner that it is gone.
"""

import time

import rclpy
from rclpy.event_handler import QoSLivelinessChangedInfo, QoSSubscriptionMatchedInfo, SubscriptionEventCallbacks
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from msaclag_ros.interface import LEASE, TOPICS

DISCOVERY = 3.5
"""s in which the participants of a domain find each other: a lost first announcement is repeated by Fast DDS after 3 s.

Measured on one machine: mostly 0.07, one in two 1.5 to 3.3.
"""

_LEASE = LEASE.nanoseconds * 1e-9
_MARGIN = 0.5


class AlreadyRunning(RuntimeError):
    """Another node publishes where only one may; the message names the topic, the domain and the remedy."""


def claim(node: Node, topic: str) -> None:
    """Make sure that nobody alive publishes on the topic; takes DISCOVERY, or up to a lease more where somebody was.

    Two nodes that claim at the same instant don't see each other: the environment refuses a second learner's reset too.

    Args:
        node: whose namespace and remappings decide which topic it is; it isn't spun.
        topic: a name of `TOPICS` whose publishers have a liveliness lease.

    Raises:
        AlreadyRunning: a live publisher is there and stays.
    """
    name = node.resolve_topic_name(topic)
    start = time.monotonic()
    alive, deadline = 0, start + DISCOVERY

    def matched(event: QoSSubscriptionMatchedInfo) -> None:
        nonlocal alive, deadline
        alive = min(alive, event.current_count)  # the loop may end before `changed` is told of the last one's leaving
        deadline = time.monotonic() + _LEASE + _MARGIN if event.current_count else start + DISCOVERY

    def changed(event: QoSLivelinessChangedInfo) -> None:
        nonlocal alive
        alive = event.alive_count

    watcher = rclpy.create_node(
        f"_{topic}_claim",  # hidden by its underscore from tools that list nodes
        namespace=node.get_namespace(),
        context=node.context,
        use_global_arguments=False,
        enable_rosout=False,
        start_parameter_services=False,
        parameter_overrides=[Parameter("start_type_description_service", value=False)],  # SROS: of nodes it knows alone
    )
    watcher.create_subscription(
        TOPICS[topic].type,
        name,
        lambda message: None,
        TOPICS[topic].qos,
        event_callbacks=SubscriptionEventCallbacks(liveliness=changed, matched=matched, use_default_callbacks=False),
    )
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(watcher)
    try:
        while time.monotonic() < deadline:
            executor.spin_once(timeout_sec=0.05)
        others = sorted(
            {
                f"{other.node_namespace.rstrip('/')}/{other.node_name}"
                for other in watcher.get_publishers_info_by_topic(name)
            }
        )
    finally:
        executor.shutdown()
        watcher.destroy_node()
    if alive:
        raise AlreadyRunning(
            f"another node publishes {name} in domain {node.context.get_domain_id()} ({', '.join(others)}): "
            "stop it, or start this one with another namespace:= or ROS_DOMAIN_ID"
        )
