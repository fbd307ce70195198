"""How frames travel between the clients and the emulator.

Over TCP each frame is a big-endian 32-bit length and a `Frame_pb2.Frame` of that many bytes; a UDP datagram is one
Frame. A request names service and method and carries the serialized message; its response has the same identifier, and
either the answer's bytes or an error. A notification names the topic as its method and the subscription as its
identifier. The service "Emulator" takes a JSON object as payload: what `EmulatorControl` asks for.
"""

import struct
from collections.abc import Iterator
from typing import Any

from .autogen.messages import Frame_pb2

_LENGTH = struct.Struct(">I")

LONGEST_FRAME = 1 << 20
"""Bytes; more is somebody else's protocol."""


class NotAFrame(ValueError):
    """What came in is not of this protocol."""


def parsed(data: bytes) -> Any:
    """The Frame of a datagram.

    Raises:
        NotAFrame: it is none.
    """
    try:
        return Frame_pb2.Frame.FromString(data)
    except Exception as error:  # protobuf's DecodeError has another base class in each of its implementations
        raise NotAFrame("what came in is not a frame of the emulator's protocol") from error


def packed(frame: Any) -> bytes:
    """A Frame as bytes for a stream."""
    data: bytes = frame.SerializeToString()
    return _LENGTH.pack(len(data)) + data


class FrameReader:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """The frames that are complete with these bytes.

        Raises:
            NotAFrame: the stream is of another protocol.
        """
        self._buffer += data
        while len(self._buffer) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer)
            if length > LONGEST_FRAME:
                raise NotAFrame(f"a frame of {length} bytes: what came in is not the emulator's protocol")
            end = _LENGTH.size + length
            if len(self._buffer) < end:
                return
            frame = parsed(bytes(self._buffer[_LENGTH.size : end]))
            del self._buffer[:end]
            yield frame
