"""What keeps the arm standing until a person has looked."""

from rclpy.node import Node
from std_srvs.srv import Trigger


class MotionLock:
    """Engaged by a violation on an arm or an emergency stop, released by the service `acknowledge` alone.

    Attributes:
        reason: of the first of those since the last acknowledgement; empty while the arm may move.
        service: where to acknowledge, fully qualified.
    """

    def __init__(self, node: Node) -> None:
        """Not engaged; what engages it is logged by the node."""
        self.reason = ""
        self.service = node.resolve_service_name("acknowledge")
        self._logger = node.get_logger()

    def engage(self, reason: str) -> None:
        """No motion from now on."""
        self.reason = self.reason or reason
        self._logger.error(f"{reason}: call {self.service} when it is safe to go on")

    def acknowledge(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """Serve `acknowledge`."""
        response.success = True
        response.message = f"acknowledged: {self.reason}" if self.reason else "nothing waited for it"
        self.reason = ""
        return response
