"""All that is whole in a bag, whatever ended or damaged it, and what was lost.

A file is read from its beginning, record by record, and needs no index. A chunk whose checksum is wrong is left out; so
is all behind a record that ends after the file does, or is none.
"""

import os
import struct
from collections import deque
from collections.abc import Callable, Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, MessageIndex, Metadata, Schema
from mcap.stream_reader import get_chunk_data_stream

from msaclag.bag.losses import Losses
from msaclag.bag.summary import DAMAGE, MAGIC, read_summary
from msaclag.bag.topic import QOS, TYPE_HASH, BagMessage, BagTopic, Extent
from msaclag.bag.writer import ABOUT
from msaclag_ros.settings import SettingError

_HEAD = struct.Struct("<BQ")  # of a record
_TIMES = struct.Struct("<QQ")  # at the beginning of a chunk
_MESSAGE = struct.Struct("<HIQQ")
_CHUNKED = (Opcode.SCHEMA, Opcode.CHANNEL, Opcode.MESSAGE)  # lie in chunks, if there are any
_OPCODES = frozenset(int(opcode) for opcode in Opcode)
_NO_SCHEMA = Schema(id=0, name="", encoding="", data=b"")
_FIRST_PRIVATE = 0x80
_HOUR = 3600.0


class BagFile:
    """One MCAP file, to be gone through once by `messages`, with which grows what is known of it.

    Attributes:
        path: of it.
        topics: by name.
        about: what the recorder said of the run; empty for another's bag.
        extent: of the messages that are whole, wanted or not.
        losses: complete when all messages were gone through.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self.path = path
        self.topics: dict[str, BagTopic] = {}
        self.about: dict[str, str] = {}
        self.extent = Extent({})
        self.losses = Losses()
        self._schemas: dict[int, Schema] = {}
        self._channels: dict[int, str] = {}
        self._whole = self._lost = 0  # bytes of chunks, of whose messages the number is known and is not
        self._uncounted: int | None = None  # bytes of a damaged chunk, while its index may follow
        self._gap: int | None = None  # ns of the last message before damage

    def messages(
        self, wanted: Collection[str] | None = None, on_progress: Callable[[int], object] = lambda position: None
    ) -> Iterator[BagMessage]:
        """Every message that is whole, in the order of the file.

        Args:
            wanted: topics, by the last part of their names; all if left out.
            on_progress: called with the bytes gone through.

        Raises:
            OSError: the file cannot be read.
            SettingError: it is no MCAP file.
        """
        with self.path.open("rb") as stream:
            if not MAGIC.startswith(stream.read(len(MAGIC))):
                raise SettingError(f"{self.path} is no MCAP file")
            total = self._look_at_the_end(stream)
            stream.seek(len(MAGIC))
            for opcode, body in self._records(stream):
                for message in self._take(opcode, body):
                    if wanted is None or message.topic.rpartition("/")[2] in wanted:
                        yield message
                on_progress(stream.tell())
        self._conclude(total)

    def _look_at_the_end(self, stream: BinaryIO) -> int | None:
        """Take from there what else a damaged chunk would take along; returns how many messages there should be."""
        summary = read_summary(stream)
        self.losses.unindexed = summary is None
        if summary is None:
            return _told_by_metadata(self.path)
        self._schemas = summary.schemas
        for channel in summary.channels:
            self._know(channel)
        return summary.messages

    def _records(self, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
        """Opcode and content of each record that is whole, up to the end of the data."""
        size = os.fstat(stream.fileno()).st_size
        self.losses.cut_off = True
        while True:
            begin = stream.tell()
            head = stream.read(_HEAD.size)
            opcode, length = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, 0)
            known = opcode in _OPCODES or opcode >= _FIRST_PRIVATE
            if not known or begin + _HEAD.size + length > size:
                self._torn(opcode, stream.read(_TIMES.size), size - begin)
                return
            if opcode == Opcode.DATA_END:
                self.losses.cut_off = False
                return
            yield opcode, stream.read(length)

    def _torn(self, opcode: int, beginning: bytes, left: int) -> None:
        """What is left of the file is no whole record; one of an index takes no message along."""
        self.losses.bytes += left
        if left < _HEAD.size or (opcode in _OPCODES and opcode not in (Opcode.CHUNK, Opcode.MESSAGE)):
            return
        self._lost += left
        self.losses.chunks += 1
        if opcode == Opcode.CHUNK and len(beginning) == _TIMES.size:
            _, end = _TIMES.unpack(beginning)
            self._miss(end)

    def _take(self, opcode: int, body: bytes) -> Iterator[BagMessage]:
        try:
            if opcode == Opcode.CHUNK:
                yield from self._chunk(body)
            elif opcode == Opcode.MESSAGE_INDEX:
                self._count_lost(body)
            elif opcode in _CHUNKED and (self._whole or self.losses.chunks):
                raise McapError("outside the chunks, where no checksum is")
            else:
                yield from self._record(opcode, body)
        except DAMAGE:
            self.losses.bytes += len(body)

    def _chunk(self, body: bytes) -> Iterator[BagMessage]:
        self._uncounted = None
        try:
            chunk = Chunk.read(ReadDataStream(BytesIO(body)))
            stream, length = get_chunk_data_stream(chunk, validate_crc=True)
            if length != chunk.uncompressed_size:
                raise McapError("torn")
            content = stream.read(length)
        except DAMAGE:
            self.losses.chunks += 1
            self.losses.bytes += len(body)
            self._lost += len(body)
            self._uncounted = len(body)
            self._gap = self._gap or self.extent.last
            return
        self._whole += len(body)
        position = 0
        while position < length:
            opcode, size = _HEAD.unpack_from(content, position)
            position += _HEAD.size
            yield from self._record(opcode, content[position : position + size])
            position += size

    def _record(self, opcode: int, body: bytes) -> Iterator[BagMessage]:
        if opcode == Opcode.MESSAGE:
            channel, sequence, received, sent = _MESSAGE.unpack_from(body)
            if (topic := self._channels.get(channel)) is None:
                self.losses.bytes += len(body)  # the chunk that told of its topic was damaged
                self.losses.messages += 1
                return
            if self._gap is not None:
                self._miss(received)
            self.extent.add(topic, received)
            yield BagMessage(topic, received, sent, sequence, body[_MESSAGE.size :])
            return
        content = ReadDataStream(BytesIO(body))
        if opcode == Opcode.SCHEMA:
            schema = Schema.read(content)
            self._schemas[schema.id] = schema
        elif opcode == Opcode.CHANNEL:
            self._know(Channel.read(content))
        elif opcode == Opcode.METADATA:
            metadata = Metadata.read(content)
            if metadata.name == ABOUT:
                self.about = metadata.metadata

    def _know(self, channel: Channel) -> None:
        if (schema := self._schemas.get(channel.schema_id, _NO_SCHEMA)) is _NO_SCHEMA and channel.schema_id:
            return  # the chunk that told of its type was damaged
        self._channels[channel.id] = channel.topic
        if channel.topic not in self.topics:
            offered, type_hash = channel.metadata.get(QOS, ""), channel.metadata.get(TYPE_HASH, "")
            self.topics[channel.topic] = BagTopic(
                channel.topic, schema.name, schema.data.decode("utf8"), offered, type_hash
            )
            self.extent.counts[channel.topic] = 0

    def _count_lost(self, body: bytes) -> None:
        """Part of the index of a chunk; it tells the messages of one topic, also of a damaged chunk."""
        if self._uncounted is None:
            return
        self._lost -= self._uncounted
        self._uncounted = 0
        self.losses.messages += len(MessageIndex.read(ReadDataStream(BytesIO(body))).records)

    def _miss(self, until: int) -> None:
        """Messages are missing from the last one that is known, or from where damage began, to `until` ns."""
        since, self._gap = self._gap or self.extent.last or until, None
        seconds = (until - since) / 1e9
        self.losses.seconds += seconds if 0 <= seconds < _HOUR else 0.0

    def _conclude(self, total: int | None) -> None:
        """The number of lost messages: exactly, where something tells the whole; else by the bytes that were lost."""
        if total is not None:
            self.losses.messages = total - self.extent.messages
        elif self._lost:
            self.losses.exact = False
            if self._whole:
                self.losses.messages += round(self._lost * self.extent.messages / self._whole)


def bag_files(path: Path) -> list[BagFile]:
    """The files of a bag, in their order.

    Args:
        path: the folder of a bag, or one of its files.

    Raises:
        SettingError: there are none.
    """
    files = sorted(path.glob("*.mcap"), key=_order) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise SettingError(f"{path} holds no MCAP file: name the folder of a bag, e.g. RUN_DIR/bag")
    return [BagFile(file) for file in files]


def about_of(file: Path) -> dict[str, str]:
    """What the recorder said of the run at the beginning of a file; empty for another's.

    Raises:
        OSError: the file cannot be read.
    """
    bag = BagFile(file)
    with file.open("rb") as stream:
        stream.seek(len(MAGIC))
        for opcode, body in bag._records(stream):
            if opcode == Opcode.CHUNK or bag.about:
                break
            deque(bag._take(opcode, body))
    return bag.about


def _order(file: Path) -> tuple[int, str]:
    """A bag that was split has NAME_0, NAME_1, …, NAME_10."""
    number = file.stem.rpartition("_")[2]
    return int(number) if number.isdigit() else -1, file.name


def _told_by_metadata(file: Path) -> int | None:
    """The number of messages that metadata.yaml tells of the file."""
    try:
        tree: Any = yaml.safe_load((file.parent / "metadata.yaml").read_text("utf8"))
        return next(
            int(each["message_count"])
            for each in tree["rosbag2_bagfile_information"]["files"]
            if each["path"] == file.name
        )
    except (OSError, yaml.YAMLError, LookupError, TypeError, ValueError, StopIteration):
        return None
