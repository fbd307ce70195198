"""The transport of cyclic feedback."""

import socket
from collections.abc import Iterator
from typing import Any

from .transport import Transport
from .wire import parsed


class UDPTransport(Transport):
    """A connection over UDP, on Kinova's arms to port 10001."""

    kind = socket.SOCK_DGRAM

    def _configure(self, opened: socket.socket) -> None:
        pass

    def _encoded(self, frame: Any) -> bytes:
        data: bytes = frame.SerializeToString()
        return data

    def _decoded(self, data: bytes) -> Iterator[Any]:
        yield parsed(data)
