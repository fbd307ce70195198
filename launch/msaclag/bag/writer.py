"""An MCAP bag as rosbag2 writes it, from serialised messages: QoS, definitions and hashes of types, metadata.yaml.

Its chunks have checksums, and what was flushed is on the disk: a loss of power costs no more than what came since.
"""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import yaml
from mcap.writer import Writer
from yaml import CSafeDumper

from msaclag.bag.topic import ENCODING, QOS, TYPE_HASH, BagMessage, BagTopic, Extent, bag_information

CHUNK = 1 << 20
"""Bytes of a chunk, before compression, unless `flush` ends it earlier."""

RESERVE = 16 * CHUNK
"""Bytes left on the disk when recording ends because it is full: room to close the bag."""

ABOUT = "msaclag"
"""Name of the MCAP metadata, at the beginning of the file, that says of what run the bag is."""


class BagError(RuntimeError):
    """The bag cannot be written (on); the message names it and the reason."""


class BagWriter:
    """Writes one bag; whatever ends the writing, what was written is whole once `close` has returned.

    Attributes:
        folder: of the bag.
        about: what is to be known of the bag; may grow until it is closed.
        extent: what was written so far.
        open: whether it can still be written.
    """

    def __init__(self, folder: Path, about: Mapping[str, str], *, reserve: int = RESERVE) -> None:
        """Make the folder.

        Args:
            folder: must not exist yet.
            about: what is to be known of the bag, such as its run; also on the disk if the power goes.
            reserve: free bytes below which writing stops.

        Raises:
            BagError: it exists, or cannot be made.
        """
        self.folder, self.extent = folder, Extent({})
        self.about, self._reserve = dict(about), reserve
        self._topics: dict[str, BagTopic] = {}
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        self.open = False
        try:
            folder.mkdir(parents=True)
            self._file = (folder / f"{folder.name}_0.mcap").open("xb")
            self._writer = Writer(self._file, chunk_size=CHUNK)
            self._writer.start("ros2", "msaclag")
            self._writer.add_metadata(ABOUT, self.about)
            self._sync()
        except FileExistsError as error:
            raise BagError(f"the bag {folder} exists already: name another folder, or move it away") from error
        except OSError as error:
            raise BagError(f"the bag {folder} cannot be made: {error.strerror}") from error
        self.open = True

    def has(self, topic: str) -> bool:
        """Whether the topic was added."""
        return topic in self._topics

    def add_topic(self, topic: BagTopic) -> None:
        """Make the topic known."""
        if topic.type not in self._schemas:
            self._schemas[topic.type] = self._writer.register_schema(topic.type, "ros2msg", topic.definition.encode())
        about = {QOS: topic.offered, TYPE_HASH: topic.type_hash}
        self._channels[topic.name] = self._writer.register_channel(
            topic.name, ENCODING, self._schemas[topic.type], about
        )
        self._topics[topic.name] = topic
        self.extent.counts[topic.name] = 0

    def write(self, message: BagMessage) -> None:
        """Append a message of a topic that was added before.

        Raises:
            BagError: the disk is full or failed; the bag has been closed.
        """
        topic, received, sent, sequence, data = message
        try:
            self._writer.add_message(self._channels[topic], received, data, sent, sequence)
        except OSError as error:
            self._abort(error)
        self.extent.add(topic, received)

    def flush(self) -> None:
        """Bring to the disk what was written, as a chunk of its own.

        Raises:
            BagError: the disk is full or failed; the bag has been closed.
        """
        free = shutil.disk_usage(self.folder).free
        if free < self._reserve:
            self.close()
            raise BagError(f"the disk of the bag {self.folder} is full: {free / 1e6:.0f} MB are left")
        try:
            self._sync()
        except OSError as error:
            self._abort(error)

    def close(self) -> None:
        """Write the index and metadata.yaml; does nothing a second time.

        Raises:
            BagError: the disk is full or failed.
        """
        if not self.open:
            return
        self.open = False
        information = bag_information(Path(self._file.name).name, self._topics, self.extent, self.about)
        try:
            self._writer.flush()  # type: ignore[no-untyped-call]
            self._writer.add_metadata("rosbag2", {"serialized_metadata": _as_yaml(information)})
            self._writer.finish()  # type: ignore[no-untyped-call]
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            aside = self.folder / "metadata.yaml.partial"
            aside.write_text(_as_yaml({"rosbag2_bagfile_information": information}), "utf8")
            os.replace(aside, self.folder / "metadata.yaml")
        except OSError as error:
            self._abort(error)

    def _sync(self) -> None:
        self._writer.flush()  # type: ignore[no-untyped-call]
        os.fdatasync(self._file.fileno())

    def _abort(self, error: OSError) -> None:
        self.open = False
        with suppress(OSError):
            self._file.close()
        raise BagError(
            f"the bag {self.folder} cannot be written: {error.strerror}; it ends at its last whole chunk and has no "
            f"index (`msaclag recover {self.folder}` makes one)"
        ) from error


def _as_yaml(tree: object) -> str:
    return yaml.dump(tree, Dumper=CSafeDumper, sort_keys=False, allow_unicode=True)
