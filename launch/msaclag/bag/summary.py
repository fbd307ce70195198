"""The summary at the end of an MCAP file: what an undisturbed recorder tells of the whole."""

import struct
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from mcap.exceptions import McapError
from mcap.records import Channel, Schema, Statistics
from mcap.stream_reader import StreamReader
from zstandard import ZstdError

MAGIC = b"\x89MCAP0\r\n"
DAMAGE = (McapError, ZstdError, ValueError, OverflowError, RuntimeError, MemoryError, struct.error)
"""What reading a record raises that is damaged."""

_FOOTER = struct.Struct("<BQQQI")  # opcode, length, beginning of the summary, of its offsets, checksum


@dataclass
class Summary:
    """What is told of the file.

    Attributes:
        schemas: by their ids.
        channels: in the order of their ids.
        messages: how many there are.
    """

    schemas: dict[int, Schema] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    messages: int | None = None


def read_summary(stream: BinaryIO) -> Summary | None:
    """The summary of a file; None where it has none that is whole."""
    size = stream.seek(0, 2)
    try:
        stream.seek(size - _FOOTER.size - len(MAGIC))
        end = stream.read(_FOOTER.size + len(MAGIC))
        *_, begin, _, checksum = _FOOTER.unpack(end[: _FOOTER.size])
        stream.seek(begin)
        records = stream.read(size - begin)
        covered = len(records) - len(MAGIC) - 4
        if not end.endswith(MAGIC) or not begin or (checksum and zlib.crc32(records[:covered]) != checksum):
            return None
        summary = Summary()
        for record in StreamReader(BytesIO(records), skip_magic=True).records:
            if isinstance(record, Schema):
                summary.schemas[record.id] = record
            elif isinstance(record, Channel):
                summary.channels.append(record)
            elif isinstance(record, Statistics):
                summary.messages = record.message_count
    except (OSError, *DAMAGE):
        return None
    return summary
