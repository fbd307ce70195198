"""The recorder: every topic of the graph into one MCAP bag, and each violation with what led to it into one of its own.

It takes the serialised messages in batches and hardly looks into them: to let rclpy's executor wake up for each one
costs 0.7 ms a message, and a simulation sends thousands in a second.
"""

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass as frozen_record
from pathlib import Path
from typing import Annotated, Any

from action_msgs.msg import GoalStatusArray
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from rclpy.callback_groups import CallbackGroup
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, qos_profile_action_status_default
from rclpy.serialization import deserialize_message

from msaclag.bag.offered import offered_qos
from msaclag.bag.snapshots import Snapshots
from msaclag.bag.topic import BagMessage, BagTopic
from msaclag.bag.writer import BagError, BagWriter
from msaclag.code_version import code_version
from msaclag_msgs.msg import SafetyViolation
from msaclag_ros.diagnostics import OK, WARN, Health, publish_health
from msaclag_ros.interface import RESET_ACTION, TOPICS
from msaclag_ros.message_definition import message_definition, type_hash
from msaclag_ros.node_main import run
from msaclag_ros.pace import Pace
from msaclag_ros.parameters import declare, refuse_unknown
from msaclag_ros.settings import SettingError
from msaclag_ros.timer import every

PERIOD = 0.1
"""s between two batches."""

FLUSH = 1.0
"""s between two flushes of the bag to the disk; what came since the last one is lost with the power."""

DEPTH = 2000
"""Messages of a topic that may wait for the next batch, or while the disk is busy."""

LOW = 1_000_000_000
"""Bytes left on the disk below which it is told to be nearly full; an hour on an arm takes 0.07 GB."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class RecorderConfig:
    """Where to record."""

    bag_dir: str = "bag"
    """Folder of the bag; must not exist yet. Snapshots of violations lie in BAG_DIR-violations."""
    about: str = "{}"
    """What is to be known of the run, JSON: texts by name; the bag's metadata, with version and commit of the code."""
    before: Annotated[float, Field(ge=0, le=60)] = 5.0
    """s before a violation that are in its snapshot; 0 makes no snapshots."""
    after: Annotated[float, Field(ge=0, le=60)] = 1.0
    """s after a violation that are in its snapshot."""


@frozen_record(frozen=True, slots=True)
class Source:
    """A topic to record: its ROS type and the QoS that the graph offers it with."""

    type: Any
    offered: QoSProfile

    @property
    def listening(self) -> QoSProfile:
        """How its publishers are listened to."""
        return QoSProfile(depth=DEPTH, reliability=self.offered.reliability, durability=self.offered.durability)

    def described(self, name: str, publishers: Sequence[QoSProfile]) -> BagTopic:
        """What a bag says of it; how much history publishers keep is not discovered, so it is as the graph has it."""
        for profile in publishers:
            if profile.history == HistoryPolicy.UNKNOWN:
                profile.history, profile.depth = self.offered.history, self.offered.depth
        package = self.type.__module__.split(".")[0]
        return BagTopic(
            name,
            f"{package}/msg/{self.type.__name__}",
            message_definition(self.type),
            offered_qos(publishers or [self.offered]),
            type_hash(self.type),
        )


def sources() -> dict[str, Source]:
    """What is recorded, by name relative to the namespace: all topics, and the states of the reset action's goals.

    Not the action's feedback: its type's name has a _, and mcap-ros2-support reads no bag that holds such a type; the
    phases are on `reset_phase`.
    """
    found = {name: Source(topic.type, topic.qos) for name, topic in TOPICS.items()}
    found[f"{RESET_ACTION[0]}/_action/status"] = Source(GoalStatusArray, qos_profile_action_status_default)
    return found


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
        folder, about = Path(config.bag_dir), {**_about(config), **code_version()}
        self._topics: dict[str, BagTopic] = {}
        self._snapshots = (
            Snapshots(
                folder,
                about,
                self._topics,
                before=config.before,
                after=config.after,
                kind=lambda data: deserialize_message(data, SafetyViolation).kind,
            )
            if config.before
            else None
        )
        self.bag = BagWriter(folder, about)
        self._sources = {self.resolve_topic_name(name): source for name, source in sources().items()}
        self._subscriptions_by_topic = {
            topic: self.create_subscription(
                source.type,
                topic,
                lambda data: None,
                source.listening,
                callback_group=_NeverExecuted(),
                event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
                raw=True,
            )
            for topic, source in self._sources.items()
        }
        self._messages, self._flushes = Pace(), Pace()
        every(self, PERIOD, self._record)
        every(self, FLUSH, self._flush)
        publish_health(self, self._health)
        self.get_logger().info(f"recording {len(self._sources)} topics into {self.bag.folder}")

    def close(self) -> None:
        """Take what is still waiting, and close the bag; it also lists the topics on which nothing came."""
        if not self.bag.open:
            return
        self._record()
        for topic in self._sources:
            if not self.bag.has(topic) and self.count_publishers(topic):
                self._add(topic)
        if self._snapshots is not None:
            self._snapshots.close()
        self.bag.close()
        self.get_logger().info(f"{self.bag.extent.messages} messages are in {self.bag.folder}")
        if self._snapshots is not None and self._snapshots.made:
            self.get_logger().info(
                f"{len(self._snapshots.made)} snapshots of violations are in {self._snapshots.folder}"
            )

    def _record(self) -> None:
        for message in sorted(self._batch(), key=_received):
            if not self.bag.has(message.topic):
                self._add(message.topic)
            self.bag.write(message)
            self._messages.note()
            if self._snapshots is not None:
                self._snapshots.add(message)

    def _flush(self) -> None:
        begun = time.monotonic()
        self.bag.flush()
        self._flushes.note(time.monotonic() - begun)

    def _health(self) -> Health:
        free = shutil.disk_usage(self.bag.folder).free
        values = {
            **self._messages.tell("messages/s"),
            **self._flushes.tell("flushes/s", "flushes"),
            "messages in the bag": self.bag.extent.messages,
            "snapshots of violations": len(self._snapshots.made) if self._snapshots is not None else 0,
            "left on the disk, GB": f"{free / 1e9:.1f}",
        }
        if free < LOW:
            return Health(WARN, f"the disk of the bag {self.bag.folder} is nearly full", values)
        return Health(OK, f"recording into {self.bag.folder}", values)

    def _batch(self) -> Iterator[BagMessage]:
        for topic, subscription in self._subscriptions_by_topic.items():
            with subscription.handle:
                while taken := subscription.handle.take_message(subscription.msg_type, True):
                    data, info = taken
                    number = (info["publication_sequence_number"] or 0) & 0xFFFFFFFF
                    yield BagMessage(topic, info["received_timestamp"], info["source_timestamp"], number, data)

    def _add(self, topic: str) -> None:
        publishers = [publisher.qos_profile for publisher in self.get_publishers_info_by_topic(topic)]
        self._topics[topic] = self._sources[topic].described(topic, publishers)
        self.bag.add_topic(self._topics[topic])


def _received(message: BagMessage) -> int:
    return message.received


def _about(config: RecorderConfig) -> dict[str, str]:
    try:
        about = json.loads(config.about)
        if not isinstance(about, dict) or not all(isinstance(text, str) for text in about.values()):
            raise ValueError("not texts by name")
    except ValueError as error:
        raise SettingError(f'about: {error}: write JSON such as {{"arm": "sim"}}') from error
    return about


def main() -> int:
    """Run the recorder; see `msaclag_ros.node_main` for the exit codes."""
    return run(RecorderNode, user_errors=(BagError,))
