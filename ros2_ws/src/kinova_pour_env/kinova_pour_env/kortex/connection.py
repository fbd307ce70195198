"""The sessions with the arm: TCP for calls, UDP for feedback; every call has its deadline and errors of ours."""

import socket
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from threading import RLock
from typing import Any, NamedTuple

from kinova_pour_env.kortex.config import Credentials, KortexConfig
from kinova_pour_env.kortex.errors import KortexError, SessionLost, named_error
from kinova_pour_env.kortex.wheel import Kortex

CLOSING_TIME = 0.5
"""s that a session gets for its farewell."""


class _Session(NamedTuple):
    transport: Any
    router: Any
    manager: Any


class Connection:
    """Two sessions and the clients on them.

    Attributes:
        kortex: the wheel.
        base: client of the service Base.
        base_cyclic: client of BaseCyclic, over UDP.
        control_config: client of ControlConfig.
    """

    def __init__(
        self, kortex: Kortex, config: KortexConfig, credentials: Credentials, *, feedback: bool = True
    ) -> None:
        """Connect.

        Args:
            kortex: the wheel.
            config: address and deadlines.
            credentials: who logs in.
            feedback: open the session over UDP, too.

        Raises:
            KortexError: the arm cannot be reached, or refuses the login.
        """
        self.kortex = kortex
        self._config = config
        self._credentials = credentials
        self._feedback = feedback
        self._opening = RLock()
        self._sessions: list[_Session] = []
        self.base: Any = None
        self.base_cyclic: Any = None
        self.control_config: Any = None
        self.open()

    def open(self) -> None:
        """Connect again; what was open before is closed.

        Raises:
            KortexError: the arm cannot be reached, or refuses the login.
        """
        with self._opening:
            self.close()
            self._knock()
            try:
                calls = self._session(self.kortex.TCPTransport(), self._config.tcp_port)
                self.base = self.kortex.BaseClient(calls.router)
                self.control_config = self.kortex.ControlConfigClient(calls.router)
                if self._feedback:
                    feedback = self._session(self.kortex.UDPTransport(), self._config.udp_port)
                    self.base_cyclic = self.kortex.BaseCyclicClient(feedback.router)
            except KortexError:
                self.close()
                raise

    def call(self, method: Callable[..., Any], *arguments: Any, timeout: float | None = None) -> Any:
        """Call a method of a client and wait for its answer.

        Args:
            method: a bound method of one of the clients.
            arguments: of it, without Kinova's options.
            timeout: s; the configured deadline if left out.

        Raises:
            KortexError: by name, what went wrong.
        """
        options = self.kortex.RouterClientSendOptions()
        options.timeout_ms = round(1000 * (timeout or self._config.call_timeout))
        return self._named(method, *arguments, options=options)

    def close(self) -> None:
        """End the sessions; an arm that does not answer is let go all the same."""
        with self._opening:
            while self._sessions:
                session = self._sessions.pop()
                options = self.kortex.RouterClientSendOptions()
                options.timeout_ms = round(1000 * CLOSING_TIME)
                with suppress(KortexError):
                    self._named(session.manager.CloseSession, options)
                with suppress(KortexError):
                    self._named(session.transport.disconnect)

    def _knock(self) -> None:
        """Fail within the deadline: a transport's own connect can hang for minutes."""
        address = (self._config.robot_ip, self._config.tcp_port)
        try:
            socket.create_connection(address, timeout=self._config.call_timeout).close()
        except OSError as error:
            raise SessionLost(
                f"no arm answers at {address[0]}, port {address[1]} ({error}): check robot_ip, the cable, this "
                "computer's address in the arm's network, and that the arm is on"
            ) from error

    def _session(self, transport: Any, port: int) -> _Session:
        router = self.kortex.RouterClient(transport, lambda error: None)
        self._named(transport.connect, self._config.robot_ip, port)
        session = _Session(transport, router, self.kortex.SessionManager(router))
        self._sessions.append(session)
        login = self.kortex.session.CreateSessionInfo()
        login.username = self._credentials.username
        login.password = self._credentials.password
        login.session_inactivity_timeout = round(1000 * self._config.session_inactivity)
        login.connection_inactivity_timeout = round(1000 * self._config.connection_inactivity)
        self._named(session.manager.CreateSession, login)
        return session

    def _named(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return method(*arguments, **options)
        except (self.kortex.exception, OSError, FutureTimeoutError) as error:
            raise named_error(getattr(method, "__name__", "call"), error) from error
