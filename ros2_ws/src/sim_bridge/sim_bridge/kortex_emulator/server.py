"""Runs the emulator in real time: one thread, which answers calls until the next period begins."""

import heapq
import itertools
import json
import os
import time
from collections.abc import Callable, Hashable
from typing import Any

from kinova_pour_env import gen3
from sim_bridge.kortex_emulator.config import EmulatorConfig
from sim_bridge.kortex_emulator.connections import Connections
from sim_bridge.kortex_emulator.emulator import Emulator
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Errors_pb2, Frame_pb2
from sim_bridge.kortex_emulator.punctuality import Clock, Punctuality
from sim_bridge.kortex_emulator.services.misbehaviour_service import MisbehaviourService

CONTROL = "Emulator"
"""The service of `EmulatorControl`."""


class Server:
    """An emulated arm on a port."""

    def __init__(self, config: EmulatorConfig) -> None:
        """Listen, with the arm at Home.

        Raises:
            PortTaken: somebody else listens there.
            ArmError: the twin cannot be made.
        """
        self._connections = Connections(config.host, config.port)
        self.port = self._connections.port
        self._emulator = Emulator(config, self._send)
        self._misbehaviour = MisbehaviourService(self._emulator, self)
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._controllers: set[Any] = set()
        self._running = True
        self._clock = Clock(gen3.COMMAND_PERIOD, time.monotonic())

    def run(self, until_closed: int | None = None) -> None:
        """Serve until `stop`, or until a file descriptor comes to its end."""
        watched = [] if until_closed is None else [until_closed]
        self._clock = Clock(gen3.COMMAND_PERIOD, time.monotonic())
        while self._running:
            now = time.monotonic()
            if now >= self._clock.next:
                self._clock.begun(now)
                self._emulator.tick(now)
                continue
            due = min(self._clock.next, self._agenda[0][0] if self._agenda else self._clock.next)
            frames, closed = self._connections.wait(due - now, *watched)
            now = time.monotonic()
            for peer, frame in frames:
                self._receive(peer, frame, now)
            for peer in self._connections.lost:
                self._emulator.forget(peer)
                self._controllers.discard(peer)
            self._connections.lost.clear()
            while self._agenda and self._agenda[0][0] <= now:
                heapq.heappop(self._agenda)[2]()
            if any(not os.read(descriptor, 4096) for descriptor in closed):
                return

    def stop(self) -> None:
        """Let `run` return."""
        self._running = False

    def close(self) -> None:
        """Stop listening and let go of the twin."""
        self._connections.close()
        self._emulator.close()

    def later(self, delay: float, what: Callable[[], None]) -> None:
        """Do something in so many s."""
        heapq.heappush(self._agenda, (time.monotonic() + delay, next(self._order), what))

    def cancel(self) -> None:
        """Forget what was to be done later."""
        self._agenda.clear()

    def disconnect(self) -> None:
        """Cut every TCP connection but those that inject faults."""
        self._connections.disconnect(self._controllers)

    def punctuality(self) -> Punctuality:
        """How late the periods begin."""
        return self._clock.punctuality()

    def _receive(self, peer: Any, frame: Any, now: float) -> None:
        if frame.service == CONTROL:
            self._controllers.add(peer)
            self._control(peer, frame)
        else:
            self._emulator.receive(peer, frame, now)

    def _control(self, peer: Any, frame: Any) -> None:
        response = Frame_pb2.Frame(type=Frame_pb2.MSG_FRAME_RESPONSE, identifier=frame.identifier)
        try:
            method = None if frame.method.startswith("_") else getattr(self._misbehaviour, frame.method, None)
            if method is None:
                raise ValueError(f"the emulator has no misbehaviour '{frame.method}'")
            answer = method(**json.loads(frame.payload))
            response.payload = json.dumps(answer).encode()
        except (TypeError, ValueError) as error:
            response.error.error_code = Errors_pb2.ERROR_PROTOCOL_SERVER
            response.error.error_sub_code = Errors_pb2.INVALID_PARAM
            response.error.error_sub_string = str(error)
        self._connections.send(peer, response)

    def _send(self, connection: Hashable, frame: Any, delay: float) -> None:
        peer: Any = connection
        if delay > 0:
            self.later(delay, lambda: self._connections.send(peer, frame))
        else:
            self._connections.send(peer, frame)
