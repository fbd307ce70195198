"""Opens a session on the arm and keeps it alive while this process lives."""

import threading
from typing import Any

from .autogen.client_stubs.SessionClientRpc import SessionClient
from .autogen.messages import Errors_pb2
from .Exceptions.KClientException import KClientException
from .RouterClient import RouterClient, RouterClientSendOptions

KEEP_ALIVES = 3
"""Per connection_inactivity_timeout."""


class SessionManager:
    """A session.

    Its thread sends KeepAlive whenever nothing else was sent: a program whose control loop hangs stays connected, and
    the arm keeps its last twist.
    """

    def __init__(self, router: RouterClient) -> None:
        """Take the router whose session it is."""
        self.router = router
        self.service = SessionClient(router)
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def CreateSession(self, createSessionInfo: Any, options: RouterClientSendOptions | None = None) -> None:
        """Log in, and keep the connection alive from now on.

        Raises:
            KServerException: wrong user or password.
        """
        self.service.CreateSession(createSessionInfo, options=options or RouterClientSendOptions())
        period = createSessionInfo.connection_inactivity_timeout / 1000 / KEEP_ALIVES
        if period > 0:
            self._closing.clear()
            self._thread = threading.Thread(target=self._keep_alive, args=(period,), name="KeepAlive", daemon=True)
            self._thread.start()

    def CloseSession(self, options: RouterClientSendOptions | None = None) -> None:
        """Log out."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.service.CloseSession(options=options or RouterClientSendOptions())

    def _keep_alive(self, period: float) -> None:
        requests = self.router.requests
        while not self._closing.wait(period):
            if self.router.requests == requests:
                try:
                    self.router.send("Session", "KeepAlive", b"", 0)
                except OSError as error:
                    self.router.errorCallback(KClientException(Errors_pb2.SEND_FAILED, f"KeepAlive failed: {error}"))
                    return
            requests = self.router.requests
