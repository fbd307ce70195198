"""A second process's way to stop the Gen3: sessions of its own, alive at any moment (see `safety.guard`)."""

import logging
from threading import Event, Thread
from typing import Any

from pydantic import TypeAdapter

from kinova_pour_env.kortex import wheel
from kinova_pour_env.kortex.actions import halt
from kinova_pour_env.kortex.config import Credentials, KortexConfig
from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.kortex.errors import CallTimedOut, InFault, NotInControl, SessionLost
from kinova_pour_env.safety.stopper import StopperCall

KEEP_ALIVE = 10.0
"""s between two calls: the arm ends a session without any."""

_log = logging.getLogger(__name__)

_CONFIG = TypeAdapter(KortexConfig)


class KortexStopper:
    """Obeys `safety.stopper.Stopper`."""

    def __init__(self, connection: Connection, timeout: float) -> None:
        """Take a connection, and keep it alive.

        Args:
            connection: its own.
            timeout: s for each stop.
        """
        self._connection = connection
        self._timeout = timeout
        self._closed = Event()
        self._keeper = Thread(target=self._keep, name="keep the stopper's session", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """Kinova's Stop, also over a new connection; its emergency stop at last, or where it takes control to stop.

        Raises:
            Exception: none of them got through; what the last one raised.
        """
        for attempt in (self._halt, self._reopen_and_halt):
            try:
                attempt()
                return
            except InFault:  # it stands by itself
                return
            except NotInControl as error:
                _log.warning("%s", error)
                break
            except Exception as error:  # whatever Kinova's package raises, the next way may do it
                _log.warning("%s", error)
        self._stop_hard()

    def close(self) -> None:
        """End the sessions."""
        self._closed.set()
        self._keeper.join()
        self._connection.close()

    def _halt(self) -> None:
        halt(self._connection, self._timeout)

    def _reopen_and_halt(self) -> None:
        self._connection.open(self._halt)

    def _stop_hard(self) -> None:
        """Twice: once is not reliable."""
        failures = []
        for _ in range(2):
            try:
                self._connection.call(self._connection.base.ApplyEmergencyStop, timeout=self._timeout)
            except InFault:  # it is on
                return
            except Exception as error:  # the other try may do it
                failures.append(error)
        if len(failures) == 2:
            raise failures[-1]

    def _keep(self) -> None:
        while not self._closed.wait(KEEP_ALIVE):
            try:
                self._renew()
            except Exception as error:  # the next time may do it
                _log.warning("the session that could stop the arm cannot be renewed: %s", error)

    def _renew(self) -> None:
        try:
            self._connection.call(self._connection.base.GetArmState)
        except (SessionLost, CallTimedOut):
            self._connection.open()


def connect(config: dict[str, Any], username: str, password: str) -> KortexStopper:
    """Connect; `stopper_call` says how it is called.

    Raises:
        ArmError: Kinova's package is missing, or the arm cannot be reached.
    """
    driver = _CONFIG.validate_python(config)
    connection = Connection(wheel.load(), driver, Credentials(username, password), feedback=False)
    return KortexStopper(connection, driver.command_timeout)


def stopper_call(config: KortexConfig, credentials: Credentials, factory: str = f"{__name__}:connect") -> StopperCall:
    """How another process calls `connect`, or a factory that takes the same."""
    arguments = {
        "config": _CONFIG.dump_python(config, mode="json"),
        "username": credentials.username,
        "password": credentials.password,
    }
    return StopperCall(factory, arguments)
