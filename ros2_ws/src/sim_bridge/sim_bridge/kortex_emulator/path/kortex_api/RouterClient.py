"""Sends requests over a transport and hands each answer to the call that waits for it."""

import itertools
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from .autogen.messages import Errors_pb2, Frame_pb2
from .Exceptions.KClientException import KClientException
from .Exceptions.KException import KException
from .Exceptions.KServerException import KServerException
from .transport import Transport

ErrorCallback = Callable[[KException], None]
Notified = Callable[[bytes], None]
Answered = Callable[["Future[Any]"], None]


class RouterClientSendOptions:
    """How a call is sent.

    Attributes:
        andForget: not implemented, as in Kinova's.
        delay_ms: not implemented, as in Kinova's.
        timeout_ms: the call raises `concurrent.futures.TimeoutError` without an answer by then.
    """

    def __init__(self) -> None:
        """Kinova's defaults."""
        self.andForget = False
        self.delay_ms = 0
        self.timeout_ms = 10000

    def getTimeoutInSecond(self) -> float:
        """The timeout in s."""
        return self.timeout_ms / 1000


class RouterClient:
    """The way from clients to the arm, over one transport."""

    def __init__(self, transport: Transport, errorCallback: ErrorCallback | None = None) -> None:
        """Take a transport, before it is connected, and who is told of errors that no call waits for."""
        self.transport = transport
        self.errorCallback: ErrorCallback = errorCallback or RouterClient.basicErrorCallback
        self._active = True
        self._identifiers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[Any]] = {}
        self._subscriptions: dict[tuple[str, int], Notified] = {}
        self.requests = 0
        """How many were sent."""
        transport.registerOnFrameCallback(self._on_frame)

    @staticmethod
    def basicErrorCallback(kException: KException) -> None:
        """Print the error."""
        print(f"[RouterClient] {kException}", file=sys.stderr)

    def SetActivationStatus(self, isActive: bool) -> None:
        """A router that is not active refuses to send and ignores what comes in."""
        self._active = isActive

    def send(
        self, service: str, method: str, payload: bytes, deviceId: int, answered: Answered | None = None
    ) -> "Future[Any]":
        """Send a request.

        Args:
            service: of the method.
            method: what is called.
            payload: its message, serialized.
            deviceId: whom it is for, 0 for the base.
            answered: called in the transport's thread, before any notification that follows the answer.

        Returns:
            What becomes the response's Frame.

        Raises:
            OSError: the connection is broken.
        """
        future: Future[Any] = Future()
        if answered is not None:
            future.add_done_callback(answered)
        if not self._active:
            future.set_exception(KClientException(Errors_pb2.ROUTER_UNVAILABLE, "the router is not active"))
            return future
        with self._lock:
            identifier = next(self._identifiers)
            self._waiting[identifier] = future
            self.requests += 1
            self.transport.send(
                Frame_pb2.Frame(
                    type=Frame_pb2.MSG_FRAME_REQUEST,
                    identifier=identifier,
                    service=service,
                    method=method,
                    device=deviceId,
                    payload=payload,
                )
            )
        return future

    def subscribe(self, service: str, identifier: int, notified: Notified) -> None:
        """From now on hand a subscription's notifications over."""
        self._subscriptions[service, identifier] = notified

    def unsubscribe(self, service: str, identifier: int) -> None:
        """Ignore a subscription's notifications."""
        self._subscriptions.pop((service, identifier), None)

    def _on_frame(self, frame: Any) -> None:
        if not self._active:
            return
        if frame.type == Frame_pb2.MSG_FRAME_NOTIFICATION:
            notified = self._subscriptions.get((frame.service, frame.identifier))
            if notified is not None:
                notified(frame.payload)
            return
        with self._lock:
            future = self._waiting.pop(frame.identifier, None)
        if future is None:
            self.errorCallback(
                KClientException(Errors_pb2.UNREGISTERED_FRAME_RECEIVED, "a response to no request came in")
            )
        elif frame.error.error_code != Errors_pb2.ERROR_NONE:
            future.set_exception(KServerException(frame))
        else:
            future.set_result(frame)
