"""What the console listens to, without weighing on anybody: best effort, nothing latched, taken in batches.

A best-effort reader sends no acknowledgements, so no publisher ever waits for it or sends to it twice. Of what comes at
the control rate only the newest is kept: it is drawn 20 times a second, however fast a simulation runs.
"""

from typing import Any, NamedTuple

from rclpy.context import Context
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy

from msaclag_ros.interface import RESET_ACTION, TOPICS

PHASE = "reset_phase"
"""What the feedback of the reset action is called here."""

DEPTHS = {
    "joint_states": 1,
    "cup_motion": 1,
    "observation": 1,
    "transition": 500,
    "safety_violation": 100,
    "learner_status": 1,
    "diagnostics": 20,
    PHASE: 20,
}
"""Messages of each topic that may wait for the next look."""


class Message(NamedTuple):
    """One that was heard.

    Attributes:
        received: ns since the epoch.
        topic: its name in `DEPTHS`.
        content: the ROS message.
    """

    received: int
    topic: str
    content: Any


class Topics:
    """Subscriptions of a node that no executor spins; `take` empties them."""

    def __init__(self, context: Context, namespace: str) -> None:
        """Listen in a namespace."""
        self._node = Node("_msaclag_console_ears", namespace=namespace, context=context, start_parameter_services=False)
        reset, action = RESET_ACTION
        names = {name: (name, TOPICS[name].type) for name in DEPTHS if name != PHASE}
        names[PHASE] = (f"{reset}/_action/feedback", action.Impl.FeedbackMessage)
        self._subscriptions = {
            topic: self._node.create_subscription(
                kind,
                name,
                lambda message: None,
                QoSProfile(depth=DEPTHS[topic], reliability=ReliabilityPolicy.BEST_EFFORT),
                event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
            )
            for topic, (name, kind) in names.items()
        }

    def take(self) -> list[Message]:
        """All that came since the last time, in the order of its arrival."""
        taken = []
        for topic, subscription in self._subscriptions.items():
            with subscription.handle:
                while pair := subscription.handle.take_message(subscription.msg_type, False):
                    taken.append(Message(pair[1]["received_timestamp"], topic, pair[0]))
        return sorted(taken, key=lambda message: message.received)

    def close(self) -> None:
        """Listen no more."""
        self._node.destroy_node()
