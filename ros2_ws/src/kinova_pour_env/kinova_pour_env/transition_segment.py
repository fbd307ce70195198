"""One file of the environment's log: MCAP with each transition in a chunk of its own, so each has its checksum.

What lies in the file is known record by record, whether the writer came to its end or not; Foxglove, PlotJuggler and
`mcap` open it like any bag.
"""

import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from mcap.exceptions import McapError
from mcap.records import Chunk, Message
from mcap.stream_reader import StreamReader, breakup_chunk
from mcap.writer import CompressionType, IndexType, Writer

from msaclag_msgs.msg import Transition
from msaclag_ros.disk import to_disk
from msaclag_ros.message_definition import message_definition

TYPE = "msaclag_msgs/msg/Transition"
TOPIC = "transition"
ABOUT = 0
"""In place of a number: what the file says about all its transitions."""
LONGEST = 1 << 24
"""Bytes of a record; a longer one is no record."""
DAMAGE = (McapError, ValueError, OverflowError, struct.error)
"""What reading a record raises that is torn or damaged."""


class SegmentWriter:
    """Writes one file; a record is on disk as a whole or, after an OSError, not at all and written by the next try."""

    def __init__(self, file: Path, about: Mapping[str, str], *, synced: bool) -> None:
        """Make the file.

        Args:
            file: that of a writer which came to write no transition may be there.
            about: facts that are true of all its transitions.
            synced: whether a transition is on disk when `flush` returns, or soon after.

        Raises:
            OSError: it cannot be made.
        """
        self._unwritten, self._synced = _Unwritten(), synced
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            self._begin(about)
            if synced:
                to_disk(file.parent)
        except OSError:
            os.close(self._file)
            raise

    def _begin(self, about: Mapping[str, str]) -> None:
        self._writer = Writer(
            self._unwritten,  # type: ignore[arg-type] # all that it calls is there
            chunk_size=1,
            compression=CompressionType.NONE,
            index_types=IndexType.NONE,
        )
        self._writer.start("ros2", "msaclag")
        about_channel = self._writer.register_channel("about", "json", 0)
        self._writer.add_message(about_channel, log_time=0, data=json.dumps(dict(about)).encode(), publish_time=0)
        schema = self._writer.register_schema(TYPE, "ros2msg", message_definition(Transition).encode())
        self._channel = self._writer.register_channel(TOPIC, "cdr", schema)
        self.flush()

    def add(self, seq: int, time: int, data: bytes) -> None:
        """Take in transition `seq`, serialised, of `time` ns; it is not on disk before `flush`."""
        self._writer.add_message(self._channel, log_time=time, data=data, publish_time=time, sequence=seq)

    def flush(self) -> None:
        """Bring what was added to disk.

        Raises:
            OSError: it cannot be written; the file is as it was.
        """
        waiting = self._unwritten
        if not waiting.data:
            return
        try:
            written = 0
            while written < len(waiting.data):
                written += os.write(self._file, waiting.data[written:])
            if self._synced:
                os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, waiting.begin)
            os.lseek(self._file, waiting.begin, os.SEEK_SET)
            raise
        waiting.begin += len(waiting.data)
        waiting.data = b""

    def close(self) -> None:
        """End the file as MCAP wants it.

        Raises:
            OSError: it cannot be written; every transition before is whole.
        """
        try:
            self._writer.finish()  # type: ignore[no-untyped-call]
            self.flush()
            os.fsync(self._file)
        finally:
            os.close(self._file)


class _Unwritten:
    """What an MCAP writer gives out, until it is on disk.

    Attributes:
        begin: where in the file it belongs.
        data: the bytes.
    """

    def __init__(self) -> None:
        self.begin, self.data = 0, b""

    def write(self, data: bytes) -> int:
        self.data += bytes(data)
        return len(data)

    def tell(self) -> int:
        return self.begin + len(self.data)

    def flush(self) -> None:
        pass


@dataclass
class Segment:
    """What a file holds.

    Attributes:
        about: facts of all its transitions; empty where they are damaged.
        transitions: number and serialised message of each that is whole, in order.
        whole: bytes up to the end of the last record that is whole.
        torn: bytes behind it.
    """

    about: dict[str, str] = field(default_factory=dict)
    transitions: list[tuple[int, bytes]] = field(default_factory=list)
    whole: int = 0
    torn: int = 0


def read_segment(file: Path) -> Segment:
    """All that is whole in `file`, whoever was interrupted while writing it.

    Raises:
        OSError: it cannot be read.
    """
    data, segment = file.read_bytes(), Segment()
    stream = BytesIO(data)  # whose reads end where it does, whatever a damaged length asks for
    reader = StreamReader(stream, emit_chunks=True, record_size_limit=LONGEST)
    try:
        for record in reader.records:
            if isinstance(record, Chunk):
                _take(record, segment)
            segment.whole = stream.tell()
        segment.whole = stream.tell()  # with what follows the footer
    except DAMAGE:  # or no footer
        pass
    segment.torn = len(data) - segment.whole
    return segment


def _take(chunk: Chunk, segment: Segment) -> None:
    if len(chunk.data) < chunk.uncompressed_size:
        raise McapError("torn")
    try:
        records = breakup_chunk(chunk, validate_crc=True)
    except DAMAGE:
        return  # its checksum is wrong
    for record in records:
        if isinstance(record, Message) and record.sequence == ABOUT:
            segment.about = json.loads(record.data)
        elif isinstance(record, Message):
            segment.transitions.append((record.sequence, record.data))
