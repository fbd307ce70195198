"""A detector of one's own: the mug must not come near a place, where somebody stands or something breakable does."""

import sys
from math import hypot
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from rclpy.node import Node

from kinova_pour_env.detectors import WORKSPACE, Violation
from kinova_pour_env.messages import violation_message
from msaclag_msgs.msg import CupMotion
from msaclag_ros.endpoints import publisher, subscribe
from msaclag_ros.node_main import run
from msaclag_ros.parameters import declare, refuse_unknown


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class KeepOutConfig:
    """The place: an upright cylinder in the arm's base frame."""

    x: float = 0.65
    """Its axis, m."""
    y: float = 0.15
    """Its axis, m."""
    radius: Annotated[float, Field(gt=0, le=2)] = 0.1
    """How near the mug's middle may come, m."""


class KeepOut(Node):
    """Watches `cup_motion`, and tells once each time that the mug comes too near."""

    def __init__(self) -> None:
        """Watch from now on."""
        super().__init__("keep_out")
        self.exit_code: int | None = None
        self._config = declare(self, KeepOutConfig)
        refuse_unknown(self)
        self._inside = False
        self._violations = publisher(self, "safety_violation")
        subscribe(self, "cup_motion", self._look)

    def close(self) -> None:
        """Nothing to leave whole."""

    def _look(self, motion: CupMotion) -> None:
        place = motion.pose.position
        distance = hypot(place.x - self._config.x, place.y - self._config.y)
        was_inside, self._inside = self._inside, distance < self._config.radius
        if self._inside and not was_inside:
            sentence = f"the mug is {distance:.3f} m from where it must not be, allowed are {self._config.radius:g} m"
            seen = Violation(WORKSPACE, "keep_out", distance, self._config.radius, (), sentence)
            self._violations.publish(violation_message(seen, motion.header.stamp, self.get_fully_qualified_name()))
            self.get_logger().warning(sentence)


if __name__ == "__main__":
    sys.exit(run(KeepOut))
