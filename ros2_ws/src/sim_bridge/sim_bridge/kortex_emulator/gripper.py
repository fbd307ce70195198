"""The Robotiq 2F-85 as Kortex sees it: one finger, 0 open, 1 closed."""

from kinova_pour_env import gen3
from kinova_pour_env.scene import Mug
from sim_bridge.urdf import MUG_WALL

TRAVEL_TIME = 1.4
"""s from open to closed at full speed: 85 mm at some 60 mm/s."""
PERIOD = gen3.COMMAND_PERIOD


class Gripper:
    """The fingers around a mug.

    Attributes:
        position: 0 open ... 1 closed.
        velocity: of the position, 1/s.
        current: A, of its motor.
    """

    def __init__(self, mug: Mug) -> None:
        """Begin open."""
        self.position = 0.0
        self.velocity = 0.0
        self.current = 0.0
        self._closed = max(0.0, 1 - 2 * (mug.radius + MUG_WALL) / gen3.GRIPPER_STROKE)
        self._goal: float | None = None
        self._speed = 1 / TRAVEL_TIME

    @property
    def moving(self) -> bool:
        """Whether it is on its way."""
        return self._goal is not None

    def move_to(self, position: float) -> None:
        """Go to a position in 0 ... 1 at full speed; a mug between the fingers stops it."""
        self._goal, self._speed = min(1.0, max(0.0, position)), 1 / TRAVEL_TIME

    def move_at(self, speed: float) -> None:
        """Open (positive) or close (negative) at a share of the full speed, in -1 ... 1."""
        speed = min(1.0, max(-1.0, speed))
        self._goal, self._speed = (0.0 if speed > 0 else 1.0), abs(speed) / TRAVEL_TIME
        if speed == 0:
            self.halt()

    def halt(self) -> None:
        """Stay where it is."""
        self._goal = None
        self.velocity = 0.0

    def tick(self) -> None:
        """One period."""
        if self._goal is None:
            return
        goal = min(self._goal, self._closed)
        step = max(-self._speed * PERIOD, min(self._speed * PERIOD, goal - self.position))
        self.position += step
        self.velocity = step / PERIOD
        if step == 0:
            self.current = 0.4 if self._goal > self._closed else 0.0
            self.halt()
