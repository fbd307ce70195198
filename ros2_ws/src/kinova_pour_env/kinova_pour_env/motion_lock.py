"""What keeps the arm standing until a person has looked."""

from pathlib import Path
from threading import Lock

from rclpy.node import Node
from std_srvs.srv import Trigger

from kinova_pour_env.arm import Arm, Attended

FILE = "motion_lock"
DIED = "the environment died while it moved the arm"


class MotionLock:
    """Engaged by a violation on an arm or an emergency stop, released by the service `acknowledge`.

    Beside an unattended arm, which no real one is, the next reset releases it. Beside another in real time it outlives
    this process: a file tells the next one what it has to begin with, where it is engaged or the arm was moving.

    Attributes:
        reason: of the first of those since the last acknowledgement; empty while the arm may move.
        service: where to acknowledge, fully qualified.
        moves: a reset or an episode is under way.
        attended: the arm is in real time, and a person can acknowledge.
    """

    def __init__(self, node: Node, arm: Arm, folder: Path) -> None:
        """Engaged if the process before ended so; what engages it is logged by the node.

        Args:
            node: offers the service.
            arm: is told of each acknowledgement.
            folder: where the file is kept.
        """
        self.reason, self.moves = "", False
        self._unattended = isinstance(arm, Attended) and arm.unattended
        self.attended = arm.real_time and not self._unattended
        self.service = node.resolve_service_name("acknowledge")
        self._logger = node.get_logger()
        self._arm = arm
        self._changing = Lock()
        self._file = folder / FILE if self.attended else None
        if self._file is not None and self._file.exists():
            self.engage(self._file.read_text(errors="replace") or DIED)

    def engage(self, reason: str) -> None:
        """No motion from now on; any thread may come."""
        with self._changing:
            if reason == self.reason:
                return
            self.reason = self.reason or reason
            if not self.moves:  # else the file is there already, and a hard stop must not wait for a disk
                self._keep()
        remedy = "goes on by itself" if self._unattended else f"call {self.service} when it is safe to go on"
        self._logger.error(f"{reason}: {remedy}")

    def acknowledge(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Serve `acknowledge`, of what was there when it was called."""
        with self._changing:
            reason, self.reason = self.reason, ""
            self._keep()
        waiting = self._arm.acknowledge() if isinstance(self._arm, Attended) else ""
        acknowledged = reason or waiting
        response.success = True
        response.message = f"acknowledged: {acknowledged}" if acknowledged else "nothing waited for it"
        self._logger.info(response.message)
        return response

    def begin_reset(self) -> None:
        """A reset begins: where nobody is there who could acknowledge, it does."""
        if self._unattended:
            self.reason = ""

    def note_motion(self, *, moves: bool) -> None:
        """A reset or an episode is under way, or the arm has come to rest after it."""
        if moves == self.moves:
            return
        with self._changing:
            self.moves = moves
            self._keep()

    def _keep(self) -> None:
        """Have the file tell what the next process has to begin with."""
        if self._file is None:
            return
        try:
            if told := self.reason or (DIED if self.moves else ""):
                self._file.write_text(told)
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:
            self.reason = self.reason or f"{self._file} cannot be written ({error.strerror})"
            self._logger.error(f"{self.reason}: what waits for a person would be forgotten with this process")
