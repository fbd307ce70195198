"""The sockets that the emulated arm listens on."""

import errno
import select
import socket
from collections.abc import Container, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from sim_bridge.kortex_emulator.path.kortex_api.wire import FrameReader, NotAFrame, packed, parsed

LONGEST_OUTBOX = 1 << 20
"""Bytes that may wait for a client; one that does not read is let go of."""


class TcpPeer:
    """A client over TCP."""

    def __init__(self, opened: socket.socket) -> None:
        """Take its socket."""
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = opened
        self.reader = FrameReader()
        self.outbox = bytearray()


class UdpPeer(NamedTuple):
    """A client over UDP.

    Attributes:
        address: host and port.
    """

    address: tuple[str, int]


Peer = TcpPeer | UdpPeer


class PortTaken(RuntimeError):
    """The port cannot be listened on; the message says why and what to do."""


class Connections:
    """A TCP port for all services, and the next port for UDP. Nothing in here waits but `wait`."""

    def __init__(self, host: str, port: int) -> None:
        """Listen.

        Raises:
            PortTaken: on one of the two ports somebody else does.
        """
        self._tcp, self._udp = _listening(host, port)
        self.port: int = self._tcp.getsockname()[1]
        self._peers: dict[socket.socket, TcpPeer] = {}
        self.lost: list[Peer] = []
        """Peers that went away since this list was last emptied."""

    def wait(self, timeout: float, *others: Any) -> tuple[list[tuple[Peer, Any]], list[Any]]:
        """What came in within so many s, and which of the other files can be read."""
        readers = [self._tcp, self._udp, *self._peers, *others]
        writers = [peer.socket for peer in self._peers.values() if peer.outbox]
        # Not a selector: epoll and poll round the timeout to a millisecond.
        readable, writable, _ = select.select(readers, writers, [], max(0.0, timeout))
        for writer in writable:
            self._flush(self._peers[writer])
        frames: list[tuple[Peer, Any]] = []
        for reader in readable:
            if reader is self._tcp:
                self._accept()
            elif reader is self._udp:
                frames.extend(self._datagrams())
            elif reader in self._peers:
                frames.extend(self._stream(self._peers[reader]))
        return frames, [other for other in others if other in readable]

    def send(self, peer: Peer, frame: Any) -> None:
        """Send a Frame, or keep it until there is room; to nobody if the peer went away."""
        if isinstance(peer, UdpPeer):
            try:
                self._udp.sendto(frame.SerializeToString(), peer.address)
            except OSError:
                self.lost.append(peer)
        elif peer.socket in self._peers:
            peer.outbox += packed(frame)
            self._flush(peer)

    def disconnect(self, spared: Container[Peer] = ()) -> None:
        """Cut every TCP connection but the spared ones."""
        for peer in list(self._peers.values()):
            if peer not in spared:
                self._drop(peer)

    def close(self) -> None:
        """Stop listening."""
        self.disconnect()
        self._tcp.close()
        self._udp.close()

    def _accept(self) -> None:
        with suppress(OSError):  # who knocked may be gone already
            accepted, _address = self._tcp.accept()
            self._peers[accepted] = TcpPeer(accepted)

    def _datagrams(self) -> Iterator[tuple[Peer, Any]]:
        try:
            data, address = self._udp.recvfrom(65536)
            yield UdpPeer(address), parsed(data)
        except (OSError, NotAFrame):
            return

    def _stream(self, peer: TcpPeer) -> Iterator[tuple[Peer, Any]]:
        try:
            data = peer.socket.recv(65536)
            if not data:
                self._drop(peer)
                return
            for frame in peer.reader.feed(data):
                yield peer, frame
        except BlockingIOError:
            return
        except (OSError, NotAFrame):
            self._drop(peer)

    def _flush(self, peer: TcpPeer) -> None:
        try:
            sent = peer.socket.send(peer.outbox)
            del peer.outbox[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self._drop(peer)
            return
        if len(peer.outbox) > LONGEST_OUTBOX:
            self._drop(peer)

    def _drop(self, peer: TcpPeer) -> None:
        if self._peers.pop(peer.socket, None) is not None:
            peer.socket.close()
            self.lost.append(peer)


def _listening(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """A TCP socket, and a UDP socket one port higher; port 0 is for any such pair."""
    for _ in range(20 if port == 0 else 1):
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((host, port))
            udp.bind((host, tcp.getsockname()[1] + 1))
            tcp.listen()
            tcp.setblocking(False)
            udp.setblocking(False)
            return tcp, udp
        except (OSError, OverflowError) as problem:
            tcp.close()
            udp.close()
            error = problem
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        raise PortTaken(f"port {port} or {port + 1} is taken: end the other emulator, or choose another --port")
    raise PortTaken(f"cannot listen on {host}:{port} and {port + 1}: {error}")
