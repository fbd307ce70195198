"""The transport of every service."""

import socket
from collections.abc import Iterator
from typing import Any

from .transport import Transport
from .wire import FrameReader, packed


class TCPTransport(Transport):
    """A connection over TCP, on Kinova's arms to port 10000."""

    kind = socket.SOCK_STREAM

    def _configure(self, opened: socket.socket) -> None:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = FrameReader()

    def _encoded(self, frame: Any) -> bytes:
        return packed(frame)

    def _decoded(self, data: bytes) -> Iterator[Any]:
        return self._reader.feed(data)
