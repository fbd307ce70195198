"""What both transports share: a socket, and a thread that hands over each frame that comes in."""

import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from .Exceptions.KException import KException

FrameCallback = Callable[[Any], None]


class Transport(ABC):
    """A connection to the emulator. The callback runs in the transport's thread: it must not wait for an answer."""

    kind: socket.SocketKind

    def __init__(self) -> None:
        self._callback: FrameCallback | None = None
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def connect(self, host: str, port: int) -> None:
        """Connect.

        Raises:
            OSError: nobody listens there.
        """
        self._socket = socket.socket(socket.AF_INET, self.kind)
        try:
            self._configure(self._socket)
            self._socket.connect((host, port))
        except OSError:
            self._socket.close()
            raise
        self._thread = threading.Thread(target=self._receive, name=f"{type(self).__name__} {host}:{port}", daemon=True)
        self._thread.start()

    def disconnect(self) -> None:
        """Close the connection; calls that wait for an answer run into their timeouts."""
        if self._socket is None or self._thread is None:
            return
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread is not threading.current_thread():
            self._thread.join()
        self._socket.close()

    def send(self, frame: Any) -> None:
        """Send a Frame.

        Raises:
            OSError: the connection is broken, or was never made.
        """
        if self._socket is None:
            raise OSError("the transport is not connected: call connect(host, port) first")
        self._socket.sendall(self._encoded(frame))

    def registerOnFrameCallback(self, callback: FrameCallback | None) -> None:
        """Who gets the frames that come in."""
        if callback is None:
            raise KException("Frame callback registration error: callback is null")
        self._callback = callback

    def _receive(self) -> None:
        assert self._socket is not None
        while True:
            try:
                data = self._socket.recv(65536)
                if not data:
                    return
                for frame in self._decoded(data):
                    if self._callback is not None:
                        self._callback(frame)
            except ConnectionRefusedError:  # a datagram found nobody: the arm may come back
                continue
            except OSError:
                return
            except Exception as error:
                print(f"[{type(self).__name__}] {error!r}", file=sys.stderr, flush=True)

    @abstractmethod
    def _configure(self, opened: socket.socket) -> None: ...

    @abstractmethod
    def _encoded(self, frame: Any) -> bytes: ...

    @abstractmethod
    def _decoded(self, data: bytes) -> Iterator[Any]: ...
