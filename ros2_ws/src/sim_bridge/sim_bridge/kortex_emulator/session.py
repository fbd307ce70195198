"""Who is logged in, and whose commands move the arm."""

from dataclasses import dataclass
from typing import Any

from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Errors_pb2
from sim_bridge.kortex_emulator.refusal import Refusal


@dataclass
class Session:
    """A login over one connection.

    Attributes:
        identifier: unique.
        connection_timeout: s without a frame after which the motion that this session began stops; 0 for never.
        session_timeout: s without a frame after which the session closes; 0 for never.
        heard: when its last frame came in, s.
        open: whether its calls are answered.
    """

    identifier: int
    connection_timeout: float
    session_timeout: float
    heard: float
    open: bool = True


class Sessions:
    """All logins by connection. One of them moves the arm: the last to command it while it stood."""

    def __init__(self, username: str, password: str) -> None:
        """Take who may log in."""
        self._username, self._password = username, password
        self._by_connection: dict[Any, Session] = {}
        self._created = 0
        self._in_control: Session | None = None
        self._thief: Session | None = None

    def create(self, connection: Any, info: Any, now: float) -> Session:
        """Log in over a connection.

        Raises:
            Refusal: wrong user or password.
        """
        if info.username != self._username:
            raise Refusal(Errors_pb2.USER_NOT_FOUND, f"there is no user '{info.username}'")
        if info.password != self._password:
            raise Refusal(Errors_pb2.INVALID_PASSWORD, "wrong password")
        self._created += 1
        session = Session(
            self._created, info.connection_inactivity_timeout / 1000, info.session_inactivity_timeout / 1000, now
        )
        self._by_connection[connection] = session
        return session

    def heard(self, connection: Any, now: float) -> None:
        """A frame came in."""
        if connection in self._by_connection:
            self._by_connection[connection].heard = now

    def of(self, connection: Any) -> Session:
        """The open session of a connection.

        Raises:
            Refusal: there is none, or there is none any more.
        """
        session = self._by_connection.get(connection)
        if session is None:
            raise Refusal(
                Errors_pb2.INVALID_USER_SESSION_ACCESS, "create a session first", Errors_pb2.ERROR_PROTOCOL_SERVER
            )
        if not session.open:
            raise Refusal(
                Errors_pb2.INVALID_SESSION, "the session is closed: create another", Errors_pb2.ERROR_PROTOCOL_SERVER
            )
        return session

    def take_control(self, session: Session, standing: bool) -> None:
        """Let a session move the arm.

        Raises:
            Refusal: another one does.
        """
        holder = self._thief or self._in_control
        if holder is None or holder is session or ((standing or not holder.open) and holder is not self._thief):
            self._in_control = session
        else:
            raise Refusal(Errors_pb2.SESSION_NOT_IN_CONTROL, f"session {holder.identifier} controls the arm")

    def steal(self) -> None:
        """Another client takes control and keeps it."""
        self._created += 1
        self._thief = Session(self._created, 0, 0, 0)

    def give_back(self) -> None:
        """It lets go of the control."""
        self._thief = None

    def close(self, connection: Any) -> None:
        """Log out."""
        self.of(connection).open = False

    def drop(self) -> None:
        """Close every session without telling anybody."""
        for session in self._by_connection.values():
            session.open = False

    def forget(self, connection: Any) -> None:
        """The connection is gone; its motion goes on until the session's connection timeout."""
        session = self._by_connection.pop(connection, None)
        if session is not None:
            session.open = False

    def abandoned(self, now: float) -> bool:
        """Whether the session that moves the arm was silent for too long; closes sessions that were."""
        for session in self._by_connection.values():
            if session.session_timeout and now - session.heard > session.session_timeout:
                session.open = False
        holder = self._in_control
        if holder is None or not holder.connection_timeout:
            return False
        return now - holder.heard > holder.connection_timeout
