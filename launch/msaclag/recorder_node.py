"""The recorder: every topic of the graph into one MCAP bag, where `ros2 bag record` is not installed.

It takes the serialised messages in batches and never looks into them: to let rclpy's executor wake up for each one
costs 0.7 ms a message, and a simulation sends thousands in a second.
"""

from collections.abc import Iterator
from dataclasses import dataclass as frozen_record
from pathlib import Path
from typing import Any

from action_msgs.msg import GoalStatusArray
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass
from rclpy.callback_groups import CallbackGroup
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import QoSProfile, qos_profile_action_status_default

from msaclag.bag_writer import BagError, BagWriter
from msaclag_ros.interface import RESET_ACTION, TOPICS
from msaclag_ros.node_main import run
from msaclag_ros.parameters import declare, refuse_unknown

PERIOD = 0.1
"""s between two batches."""

DEPTH = 2000
"""Messages of a topic that may wait for the next batch, or while the disk is busy."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class RecorderConfig:
    """Where to record."""

    bag_dir: str = "bag"
    """Folder of the bag; must not exist yet."""


@frozen_record(frozen=True, slots=True)
class Source:
    """A topic to record: its ROS type, that type's name, and how its publishers are to be listened to."""

    type: Any
    type_name: str
    qos: QoSProfile


def sources() -> dict[str, Source]:
    """What is recorded, by name relative to the namespace: all topics, and the states of the reset action's goals.

    Not the action's feedback: its type's name has a _, and mcap-ros2-support reads no bag that holds such a type.
    """
    found = {name: _source(topic.type, topic.qos) for name, topic in TOPICS.items()}
    found[f"{RESET_ACTION[0]}/_action/status"] = _source(GoalStatusArray, qos_profile_action_status_default)
    return found


def _source(message: Any, offered: QoSProfile) -> Source:
    package = message.__module__.split(".")[0]
    listening = QoSProfile(depth=DEPTH, reliability=offered.reliability, durability=offered.durability)
    return Source(message, f"{package}/msg/{message.__name__}", listening)


class _NeverExecuted(CallbackGroup):
    """Of subscriptions that the executor leaves alone, because messages are taken from them directly."""

    def can_execute(self, entity: object) -> bool:
        return False

    def beginning_execution(self, entity: object) -> bool:
        return False

    def ending_execution(self, entity: object) -> None:
        pass


class RecorderNode(Node):
    """Writes what is published in its namespace until it is told to end."""

    def __init__(self) -> None:
        """Make the bag and listen."""
        super().__init__("recorder_node")
        self.exit_code: int | None = None
        config = declare(self, RecorderConfig)
        refuse_unknown(self)
        self.bag = BagWriter(Path(config.bag_dir))
        self._sources = {self.resolve_topic_name(name): source for name, source in sources().items()}
        self._subscriptions_by_topic = {
            topic: self.create_subscription(
                source.type,
                topic,
                lambda data: None,
                source.qos,
                callback_group=_NeverExecuted(),
                event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
                raw=True,
            )
            for topic, source in self._sources.items()
        }
        self.create_timer(PERIOD, self._record)
        self.get_logger().info(f"recording {len(self._sources)} topics into {self.bag.folder}")

    def close(self) -> None:
        """Take what is still waiting, and close the bag; it also lists the topics on which nothing came."""
        if not self.bag.open:
            return
        self._record()
        for topic in self._sources:
            if not self.bag.has(topic) and self.count_publishers(topic):
                self._add(topic)
        self.bag.close()
        self.get_logger().info(f"{self.bag.messages} messages are in {self.bag.folder}")

    def _record(self) -> None:
        for time, topic, data in sorted(self._batch()):
            if not self.bag.has(topic):
                self._add(topic)
            self.bag.write(topic, time, data)

    def _batch(self) -> Iterator[tuple[int, str, bytes]]:
        for topic, subscription in self._subscriptions_by_topic.items():
            with subscription.handle:
                while taken := subscription.handle.take_message(subscription.msg_type, True):
                    data, info = taken
                    yield info["received_timestamp"], topic, data

    def _add(self, topic: str) -> None:
        source = self._sources[topic]
        publishers = self.get_publishers_info_by_topic(topic)
        self.bag.add_topic(topic, source.type_name, [publisher.qos_profile for publisher in publishers] or [source.qos])


def main() -> int:
    """Run the recorder; see `msaclag_ros.node_main` for the exit codes."""
    return run(RecorderNode, user_errors=(BagError,))
