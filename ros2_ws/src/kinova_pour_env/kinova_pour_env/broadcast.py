"""What the environment tells: each control period, and all else that it publishes."""

from collections.abc import Callable
from typing import Any

from builtin_interfaces.msg import Time
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_msgs.msg import String

from kinova_pour_env import messages
from kinova_pour_env.arm import ArmState
from kinova_pour_env.step import Tick
from msaclag_msgs.msg import CupMotion
from msaclag_ros.endpoints import publisher


class Broadcast:
    """The environment's publishers; the thread that owns the arm calls `tick`, any thread `publish`."""

    def __init__(self, node: Node, now: Callable[[], Time], *, clock: bool) -> None:
        """Make the publishers.

        Args:
            node: whose they are.
            now: the time of the arm.
            clock: tell it on /clock; for an arm that does not keep to real time.
        """
        self._context, self._name = node.context, node.get_fully_qualified_name()
        self._now, self._tell_clock = now, clock
        topics = (
            "observation",
            "transition",
            "safety_violation",
            "cup_motion",
            "reset_phase",
            "joint_states",
            "clock",
        )
        self._out = {name: publisher(node, name) for name in topics}
        self._phase = ""
        self._noted: tuple[Tick, int, Time] | None = None
        # Filled anew each period: to make them takes rclpy four times as long.
        self._motion, self._joints, self._clock = CupMotion(), JointState(), Clock()

    def publish(self, name: str, message: Any) -> None:
        """Publish on one of the topics, unless ROS is being shut down."""
        if self._context.ok():
            self._out[name].publish(message)

    def joints(self, state: ArmState, stamp: Time) -> None:
        """Publish where the joints are."""
        messages.fill_joint_state(self._joints, state, stamp)
        self.publish("joint_states", self._joints)

    def phase(self, name: str) -> None:
        """Publish the phase of a reset where it is a new one; empty for none."""
        if name != self._phase:
            self._phase = name
            self.publish("reset_phase", String(data=name))

    def note(self, tick: Tick, episode: int) -> None:
        """Keep one control period for `tell_noted`, for it has time; but not a violation."""
        self._noted = tick, episode, self._now()
        if tick.violations:
            self.tell_noted()

    def tell_noted(self) -> None:
        """Publish the period that was noted, if it was not."""
        noted, self._noted = self._noted, None
        if noted is not None:
            self._publish_tick(*noted)

    def tick(self, tick: Tick, episode: int) -> None:
        """Publish one control period of an episode."""
        self._publish_tick(tick, episode, self._now())

    def _publish_tick(self, tick: Tick, episode: int, stamp: Time) -> None:
        if self._tell_clock:
            self._clock.clock = stamp
            self.publish("clock", self._clock)
        messages.fill_cup_motion(self._motion, tick, stamp, episode)
        self.publish("cup_motion", self._motion)
        self.joints(tick.arm_state, stamp)
        for violation in tick.violations:
            self.publish("safety_violation", messages.violation_message(violation, stamp, self._name))
