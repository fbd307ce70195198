"""An MCAP bag as rosbag2 writes it, from serialised messages: metadata, offered QoS, type definitions and hashes.

The types come from the .msg files that the packages installed.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from rclpy.duration import Duration
from rclpy.qos import QoSProfile
from rosbags.interfaces import (
    Connection,
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import StoragePlugin, Writer, WriterError
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

CHUNK = 1 << 20
"""Bytes between two looks at the free space; rosbags collects about so much before it writes."""

RESERVE = 16 * CHUNK
"""Bytes left on the disk when recording ends because it is full: room to close the bag."""


class BagError(RuntimeError):
    """The bag cannot be written (on); the message names it and the reason."""


class BagWriter:
    """Writes one bag; whatever ends the writing, what was written is whole once `close` has returned.

    Attributes:
        folder: of the bag.
        messages: written so far.
        open: whether it can still be written.
    """

    def __init__(self, folder: Path, *, reserve: int = RESERVE) -> None:
        """Make the folder.

        Args:
            folder: must not exist yet.
            reserve: free bytes below which writing stops.

        Raises:
            BagError: it exists, or cannot be made.
        """
        self.folder = folder
        self.messages = 0
        self._reserve = reserve
        self._unchecked = 0
        self._types = get_typestore(Stores.ROS2_JAZZY)
        self._connections: dict[str, Connection] = {}
        self.open = False
        try:
            self._writer = Writer(folder, version=9, storage_plugin=StoragePlugin.MCAP)
            self._writer.open()
        except WriterError as error:
            raise BagError(f"the bag {folder} exists already: name another folder, or move it away") from error
        except OSError as error:
            raise BagError(f"the bag {folder} cannot be made: {error.strerror}") from error
        self.open = True

    def has(self, topic: str) -> bool:
        """Whether the topic was added."""
        return topic in self._connections

    def add_topic(self, topic: str, type_name: str, offered: Sequence[QoSProfile]) -> None:
        """Make the topic known.

        Args:
            topic: fully qualified.
            type_name: e.g. "msaclag_msgs/msg/Transition".
            offered: QoS of each publisher.
        """
        self._register(type_name)
        self._connections[topic] = self._writer.add_connection(
            topic, type_name, typestore=self._types, offered_qos_profiles=[_as_rosbags(profile) for profile in offered]
        )

    def write(self, topic: str, time: int, data: bytes) -> None:
        """Append a message.

        Args:
            topic: added before.
            time: ns since the epoch at which it was received.
            data: CDR.

        Raises:
            BagError: the disk is full or failed; the bag has been closed.
        """
        self._unchecked += len(data)
        if self._unchecked >= CHUNK or self.messages == 0:
            self._unchecked = 0
            free = shutil.disk_usage(self.folder).free
            if free < self._reserve:
                self.close()
                raise BagError(f"the disk of the bag {self.folder} is full: {free / 1e6:.0f} MB are left")
        try:
            self._writer.write(self._connections[topic], time, data)
        except OSError as error:
            self._abort(error)
        self.messages += 1

    def close(self) -> None:
        """Write the index and metadata.yaml; does nothing a second time.

        Raises:
            BagError: the disk is full or failed.
        """
        if not self.open:
            return
        self.open = False
        try:
            self._writer.close()
        except OSError as error:
            self._abort(error)

    def _abort(self, error: OSError) -> None:
        self.open = False
        with suppress(OSError):
            self._writer.abort()
        raise BagError(
            f"the bag {self.folder} cannot be written: {error.strerror}; "
            "it ends at its last whole chunk and has no index (`mcap recover` makes one)"
        ) from error

    def _register(self, type_name: str) -> None:
        if type_name in self._types.fielddefs:
            return
        package = type_name.split("/")[0]
        for path in Path(get_package_share_directory(package), "msg").glob("*.msg"):
            self._types.register(get_types_from_msg(path.read_text("utf8"), f"{package}/msg/{path.stem}"))


def _as_rosbags(profile: QoSProfile) -> Qos:
    return Qos(
        history=QosHistory(int(profile.history)),
        depth=profile.depth,
        reliability=QosReliability(int(profile.reliability)),
        durability=QosDurability(int(profile.durability)),
        deadline=_time(profile.deadline),
        lifespan=_time(profile.lifespan),
        liveliness=QosLiveliness(int(profile.liveliness)),
        liveliness_lease_duration=_time(profile.liveliness_lease_duration),
        avoid_ros_namespace_conventions=profile.avoid_ros_namespace_conventions,
    )


def _time(duration: Duration) -> QosTime:
    return QosTime(*divmod(duration.nanoseconds, 10**9))
