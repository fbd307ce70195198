"""What keeps the arm standing until a person has looked."""

from threading import Lock

from rclpy.node import Node
from std_srvs.srv import Trigger

from kinova_pour_env.arm import Arm, Attended


class MotionLock:
    """Engaged by a violation on an arm or an emergency stop, released by the service `acknowledge`.

    Beside an unattended arm, which no real one is, the next reset releases it.

    Attributes:
        reason: of the first of those since the last acknowledgement; empty while the arm may move.
        service: where to acknowledge, fully qualified.
    """

    def __init__(self, node: Node, arm: Arm) -> None:
        """Not engaged; what engages it is logged by the node, and the arm is told of each acknowledgement."""
        self.reason = ""
        self.service = node.resolve_service_name("acknowledge")
        self._logger = node.get_logger()
        self._arm = arm
        self._changing = Lock()
        self._unattended = isinstance(arm, Attended) and arm.unattended

    def engage(self, reason: str) -> None:
        """No motion from now on; any thread may come."""
        with self._changing:
            if reason == self.reason:
                return
            self.reason = self.reason or reason
        remedy = "goes on by itself" if self._unattended else f"call {self.service} when it is safe to go on"
        self._logger.error(f"{reason}: {remedy}")

    def acknowledge(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Serve `acknowledge`, of what was there when it was called."""
        with self._changing:
            reason, self.reason = self.reason, ""
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
