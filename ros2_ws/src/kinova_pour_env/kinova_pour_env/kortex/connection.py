"""The sessions with the arm: TCP for calls, UDP for feedback; every call has its deadline and errors of ours."""

import logging
import socket
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from inspect import signature
from threading import RLock
from typing import Any, NamedTuple

from kinova_pour_env.kortex.config import Credentials, KortexConfig
from kinova_pour_env.kortex.errors import KortexError, SessionLost, named_error
from kinova_pour_env.kortex.wheel import Kortex

CLOSING_TIME = 0.5
"""s that a session gets for its farewell."""

_log = logging.getLogger(__name__)


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

    def open(self, then: Callable[[], None] | None = None) -> None:
        """Connect again, and only then close what was open before: a moving arm does not wait for a farewell.

        Args:
            then: done on the new sessions before the old ones are closed.

        Raises:
            KortexError: the arm cannot be reached, or refuses the login; what was open before stays.
        """
        with self._opening:
            self._knock()
            new: list[_Session] = []
            try:
                self._log_in(new, self.kortex.TCPTransport(), self._config.tcp_port)
                if self._feedback:
                    self._log_in(new, self.kortex.UDPTransport(), self._config.udp_port)
            except Exception:
                self._end(new)
                raise
            old, self._sessions = self._sessions, new
            self.base = self.kortex.BaseClient(new[0].router)
            self.control_config = self.kortex.ControlConfigClient(new[0].router)
            if self._feedback:
                self.base_cyclic = self.kortex.BaseCyclicClient(new[1].router)
            try:
                if then is not None:
                    then()
            finally:
                self._end(old)

    def call(self, method: Callable[..., Any], *arguments: Any, timeout: float | None = None) -> Any:
        """Call a method of a client and wait for its answer.

        Args:
            method: a bound method of one of the clients.
            arguments: of it, without Kinova's options.
            timeout: s; the configured deadline if left out.

        Raises:
            KortexError: by name, what went wrong.
        """
        return self._named(method, *arguments, options=self._options(timeout or self._config.call_timeout))

    def answered(self, method: Callable[..., Any], *arguments: Any) -> Generator[None, None, Any]:
        """As `call`, for a thread that must not be blocked: yields until the answer is there.

        Raises:
            KortexError: by name, what went wrong.
        """
        caller = ThreadPoolExecutor(1, "call")
        try:
            answer = caller.submit(self.call, method, *arguments)
            while not answer.done():
                yield
            return answer.result()
        finally:
            caller.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End the sessions; an arm that does not answer is let go all the same."""
        with self._opening:
            sessions, self._sessions = self._sessions, []
            self._end(sessions)

    def _end(self, sessions: list[_Session]) -> None:
        for session in reversed(sessions):
            self._part(session.manager.CloseSession, self._options(CLOSING_TIME))
            self._part(session.transport.disconnect)

    def _part(self, farewell: Callable[..., Any], *arguments: Any) -> None:
        try:
            self._named(farewell, *arguments)
        except KortexError as error:
            _log.info("a session ends without a farewell: %s", error)

    def _options(self, timeout: float) -> Any:
        options = self.kortex.RouterClientSendOptions()
        options.timeout_ms = round(1000 * timeout)
        return options

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

    def _log_in(self, sessions: list[_Session], transport: Any, port: int) -> None:
        """Add a session to those that are to be ended, and log in."""
        router = self.kortex.RouterClient(transport, lambda error: None)
        self._named(transport.connect, self._config.robot_ip, port)
        session = _Session(transport, router, self.kortex.SessionManager(router))
        sessions.append(session)
        login = self.kortex.session.CreateSessionInfo()
        login.username = self._credentials.username
        login.password = self._credentials.password
        login.session_inactivity_timeout = round(1000 * self._config.session_inactivity)
        login.connection_inactivity_timeout = round(1000 * self._config.connection_inactivity)
        deadline = [self._options(self._config.call_timeout)] if _takes_options(session.manager.CreateSession) else []
        self._named(session.manager.CreateSession, login, *deadline)

    def _named(self, method: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return method(*arguments, **options)
        except Exception as error:  # a broken connection lets all kinds out of Kinova's package
            raise named_error(getattr(method, "__name__", "call"), error) from error


def _takes_options(create_session: Callable[..., Any]) -> bool:
    """Whether a login can be given a deadline: Kinova's own examples give none, and the wheel's versions may differ."""
    parameters = signature(create_session).parameters.values()
    return len(parameters) > 1 or any(each.kind is each.VAR_POSITIONAL for each in parameters)
