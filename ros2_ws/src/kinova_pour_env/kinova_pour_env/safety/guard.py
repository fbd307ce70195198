"""The guard of an arm, from the side of the process that drives it."""

import logging
import os
import select
import subprocess
import sys
import time

from kinova_pour_env.arm import ArmError
from kinova_pour_env.safety.guard_link import RESTING, prepare, write_time
from kinova_pour_env.safety.guard_process import READY, GuardOrder
from kinova_pour_env.safety.stopper import StopperCall

CONNECTING = 20.0
"""s in which the guard must have imported what it needs and connected to the arm."""
ENDING = 5.0
"""s in which it lets go of the arm."""


_log = logging.getLogger(__name__)


class Guard:
    """A second process with its own connection, which stops the arm when this one hangs or dies.

    Attributes:
        lost: the guard has died, or reads no more: nothing may move without it.
    """

    def __init__(self, stopper: StopperCall, timeout: float) -> None:
        """Start it, and wait until it is connected.

        Args:
            stopper: how it gets its connection.
            timeout: s without a command after which it stops the arm.

        Raises:
            ArmError: it could not connect; what it said stands on standard error.
        """
        self.lost = False
        self._resting = True
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kinova_pour_env.safety.guard_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._pipe = self._process.stdin.fileno()
        answered = self._told(GuardOrder(stopper, timeout).line())
        if not answered:
            self._process.kill()
            self._process.wait()
            raise ArmError(
                f"the process that guards the arm could not connect to it by {stopper.factory} within {CONNECTING:g} s"
            )
        prepare(self._pipe)

    def beat(self) -> None:
        """A command is being sent now."""
        self._write(time.monotonic())

    def rest(self) -> None:
        """The arm stands, and no command is due."""
        self._write(RESTING)

    def close(self) -> None:
        """Let the guard go; an arm that is not at rest it stops before, and is left alone as long as it tries to."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(ENDING)
        except subprocess.TimeoutExpired:
            if self._resting:
                self._process.kill()
                self._process.wait()
            else:
                _log.error("the guard still tries to stop the arm: press the emergency stop")

    def _told(self, order: bytes) -> bool:
        assert self._process.stdout is not None
        try:
            os.write(self._pipe, order)
        except BrokenPipeError:
            return False
        answered, _, _ = select.select([self._process.stdout], [], [], CONNECTING)
        return bool(answered) and self._process.stdout.readline().decode().strip() == READY

    def _write(self, value: float) -> None:
        self.lost = self.lost or not write_time(self._pipe, value)
        self._resting = value == RESTING and not self.lost
