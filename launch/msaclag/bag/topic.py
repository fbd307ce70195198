"""What a bag is made of: topics, messages, and what metadata.yaml says of the whole in rosbag2's words."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml
from yaml import CSafeLoader  # ten times as fast as SafeLoader

ENCODING = "cdr"
QOS, TYPE_HASH = "offered_qos_profiles", "topic_type_hash"
"""Names in an MCAP channel's metadata, as rosbag2_storage_mcap has them."""


@dataclass(frozen=True)
class BagTopic:
    """A topic as a bag describes it.

    Attributes:
        name: fully qualified.
        type: e.g. "msaclag_msgs/msg/Transition".
        definition: of the type, with those it contains (schema encoding `ros2msg`).
        offered: QoS of each publisher, as YAML in rosbag2's words.
        type_hash: RIHS01; empty where unknown.
    """

    name: str
    type: str
    definition: str
    offered: str
    type_hash: str


class BagMessage(NamedTuple):
    """A message as it was recorded.

    Attributes:
        topic: fully qualified.
        received: ns since the epoch.
        sent: ns since the epoch.
        sequence: number of it among those of its publisher, 0 where unknown.
        data: CDR.
    """

    topic: str
    received: int
    sent: int
    sequence: int
    data: bytes


@dataclass
class Extent:
    """How much a bag holds.

    Attributes:
        counts: messages of each topic.
        first: ns since the epoch at which the first message was received; None without any.
        last: the same of the last one.
    """

    counts: dict[str, int]
    first: int | None = None
    last: int | None = None

    def add(self, topic: str, time: int) -> None:
        """One more message."""
        self.counts[topic] += 1
        self.first = time if self.first is None else min(self.first, time)
        self.last = time if self.last is None else max(self.last, time)

    @property
    def messages(self) -> int:
        """Of all topics."""
        return sum(self.counts.values())

    @property
    def seconds(self) -> float:
        """Between the first and the last message."""
        return 0.0 if self.first is None or self.last is None else (self.last - self.first) / 1e9


def bag_information(
    file: str, topics: Mapping[str, BagTopic], extent: Extent, about: Mapping[str, str]
) -> dict[str, Any]:
    """What stands under `rosbag2_bagfile_information`, version 9, of a bag of one file.

    Args:
        file: its name.
        topics: by name.
        extent: of the bag.
        about: what else is to be known of it.
    """
    return {
        "version": 9,
        "storage_identifier": "mcap",
        **_span(extent),
        "topics_with_message_count": [
            {
                "topic_metadata": {
                    "name": topic.name,
                    "type": topic.type,
                    "serialization_format": ENCODING,
                    "offered_qos_profiles": yaml.load(topic.offered, Loader=CSafeLoader) or [],
                    "type_description_hash": topic.type_hash,
                },
                "message_count": extent.counts[topic.name],
            }
            for topic in topics.values()
        ],
        "compression_format": "",
        "compression_mode": "",
        "relative_file_paths": [file],
        "files": [{"path": file, **_span(extent)}],
        "custom_data": dict(about) or None,
        "ros_distro": os.environ.get("ROS_DISTRO", "jazzy"),
    }


def _span(extent: Extent) -> dict[str, Any]:
    return {
        "starting_time": {"nanoseconds_since_epoch": extent.first or 0},
        "duration": {"nanoseconds": (extent.last or 0) - (extent.first or 0)},
        "message_count": extent.messages,
    }
