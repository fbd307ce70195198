"""Logging in and out."""

from typing import Any

from sim_bridge.kortex_emulator.services.caller import Caller
from sim_bridge.kortex_emulator.session import Sessions


class SessionService:
    """The Session service."""

    def __init__(self, sessions: Sessions) -> None:
        """Take the sessions to manage."""
        self._sessions = sessions

    def create_session(self, caller: Caller, info: Any) -> None:
        """Log in."""
        self._sessions.create(caller.connection, info, caller.now)

    def close_session(self, caller: Caller, _: Any) -> None:
        """Log out."""
        self._sessions.close(caller.connection)

    def keep_alive(self, caller: Caller, _: Any) -> None:
        """That it came in is enough."""
        self._sessions.of(caller.connection)
