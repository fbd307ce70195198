"""The emulated arm: what it is told to do, what state it is in, and what it does every 25 ms."""

from collections.abc import Callable
from math import degrees, isfinite, pi, radians
from typing import Any

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import Vector
from kinova_pour_env.scene import Mug, Scene
from sim_bridge.kortex_emulator.emulated_twin import EmulatedTwin
from sim_bridge.kortex_emulator.gripper import Gripper
from sim_bridge.kortex_emulator.motions import Motion
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import (
    Base_pb2,
    Common_pb2,
    ControlConfig_pb2,
    Errors_pb2,
)
from sim_bridge.kortex_emulator.protection_zones import zone_ahead
from sim_bridge.kortex_emulator.refusal import Refusal
from sim_bridge.kortex_emulator.tool import ToolPose, base_twist, moved, tool_pose
from sim_bridge.twin_config import TwinConfig
from sim_bridge.urdf import COFFEE_DENSITY, MUG_MASS

ESTOP_BITS = Base_pb2.EMERGENCY_STOP_ACTIVATED | Base_pb2.EMERGENCY_LINE_ACTIVATED
RECOVERY_TIME = 0.5
"""s from ClearFaults to ready."""
ABORT_AFTER = 0.3
"""s that an action which is going to be aborted runs."""

Notify = Callable[[str, Any], None]
"""Takes a topic of the Base service and the notification."""


def held_mass(mug: Mug) -> float:
    """The mass of a mug with its coffee, kg."""
    return MUG_MASS + COFFEE_DENSITY * pi * mug.radius**2 * mug.height * mug.fill


class Robot:
    """The arm. It keeps the last twist for ever."""

    def __init__(self, scene: Scene, twin: TwinConfig, notify: Notify) -> None:
        """Stand at Home, ready.

        Raises:
            ArmError: the twin cannot be made.
        """
        self.scene = scene
        self.twin = EmulatedTwin(scene, twin)
        self.notify = notify
        self.restart()

    def restart(self) -> None:
        """As after switching it off and on again, at Home."""
        self.twin.stand_at_home()
        self.gripper = Gripper(self.scene.mug)
        self.tool = ControlConfig_pb2.ToolConfiguration()
        self.payload = ControlConfig_pb2.PayloadInformation()
        self.linear_limit = gen3.LINEAR_SPEED
        """m/s, soft."""
        self.angular_limit = degrees(gen3.ANGULAR_SPEED)
        """Degrees per second, soft."""
        self.servoing_mode: int = Base_pb2.SINGLE_LEVEL_SERVOING
        self.bank_a = 0
        self.bank_b = 0
        self.estop_pressed = False
        self.zones: dict[int, Any] = {}
        """Base_pb2.ProtectionZone by identifier."""
        self._zone_reached: int | None = None
        self._recovering = 0.0
        self._twist: Any = None
        self._motion: Motion | None = None
        self._handle = Base_pb2.ActionHandle()
        self._paused = False
        self._ran = 0.0
        self.behave()
        self._state = self.state

    def behave(self) -> None:
        """Move as told again, holding a full mug; faults stay."""
        self.saturation = float("inf")
        """m/s that the arm does not exceed although nobody told it."""
        self.abort_next: int | None = None
        """Sub-code with which the next action is going to fail."""
        self.twist_interrupts_gripper = False
        self.held_mass = held_mass(self.scene.mug)
        """kg in the fingers."""

    # What it is

    @property
    def state(self) -> int:
        """One of Common_pb2.ArmState."""
        if self.bank_a or self.bank_b:
            return int(Common_pb2.ARMSTATE_IN_FAULT)
        if self._recovering > 0:
            return int(Common_pb2.ARMSTATE_INITIALIZATION)
        if self.servoing_mode == Base_pb2.LOW_LEVEL_SERVOING:
            return int(Common_pb2.ARMSTATE_SERVOING_LOW_LEVEL)
        return int(Common_pb2.ARMSTATE_SERVOING_READY)

    @property
    def tool_pose(self) -> ToolPose:
        """Of the configured tool."""
        return tool_pose(self.twin.joints, self.tool.tool_transform)

    @property
    def standing(self) -> bool:
        """Whether nothing moves it: no action, and a zero twist."""
        return self._motion is None and self._twist is None

    def require_ready(self) -> None:
        """The arm may move.

        Raises:
            Refusal: it may not, and why.
        """
        if self.bank_a & ESTOP_BITS:
            raise Refusal(Errors_pb2.ROBOT_IN_EMERGENCY_STOP, "the emergency stop is on")
        if self.bank_a or self.bank_b:
            raise Refusal(Errors_pb2.ROBOT_IN_FAULT, f"fault bank A is {self.bank_a:#x}, B is {self.bank_b:#x}")
        if self._recovering > 0:
            raise Refusal(Errors_pb2.ROBOT_NOT_READY, "the arm is recovering from a fault")
        if self.servoing_mode != Base_pb2.SINGLE_LEVEL_SERVOING:
            raise Refusal(Errors_pb2.WRONG_SERVOING_MODE, "the arm is not in single-level servoing")

    # What it is told

    def set_servoing_mode(self, mode: int) -> None:
        """SINGLE_LEVEL_SERVOING or LOW_LEVEL_SERVOING; whatever moves stops.

        Raises:
            Refusal: the arm is recovering from a fault.
        """
        if self._recovering > 0:
            raise Refusal(Errors_pb2.ROBOT_NOT_READY, "the arm is recovering from a fault")
        self.stop()
        self.servoing_mode = mode
        self.notify("ServoingModeTopic", Base_pb2.ServoingModeNotification(servoing_mode=mode))

    def send_twist(self, command: Any) -> None:
        """Keep a TwistCommand until the next one; its duration is not implemented.

        Raises:
            Refusal: the arm may not move, is executing an action, or a number is not finite.
        """
        self.require_ready()
        if self._motion is not None:
            raise Refusal(Errors_pb2.ROBOT_MOVEMENT_IN_PROGRESS, "an action is being executed")
        values = [value for _, value in command.twist.ListFields()]
        if not all(map(isfinite, values)):
            raise Refusal(Errors_pb2.INVALID_PARAM, "the twist is not finite")
        self._twist = command if any(values) else None
        if self.twist_interrupts_gripper:
            self.gripper.halt()

    def begin(self, motion: Motion, handle: Any) -> None:
        """Begin an action.

        Raises:
            Refusal: the arm may not move, or is executing another one.
        """
        self.require_ready()
        if self._motion is not None:
            raise Refusal(Errors_pb2.ROBOT_MOVEMENT_IN_PROGRESS, "another action is being executed")
        self._motion, self._handle = motion, handle
        self._twist, self._paused, self._ran = None, False, 0.0
        self._notify_action(Base_pb2.ACTION_START)

    def pause(self, paused: bool) -> None:
        """Hold the action, or let it go on.

        Raises:
            Refusal: there is none.
        """
        if self._motion is None:
            raise Refusal(Errors_pb2.CONTROL_NO_ACTION, "no action is being executed")
        if paused != self._paused:
            self._paused = paused
            self._notify_action(Base_pb2.ACTION_PAUSE if paused else Base_pb2.ACTION_START)

    def stop(self) -> None:
        """Zero twist, no action; the ramp brings the arm to rest."""
        self._twist = None
        self.twin.stop()
        self.gripper.halt()
        self._abort(Errors_pb2.CONTROL_MANUAL_STOP)

    def emergency_stop(self) -> None:
        """As the button or ApplyEmergencyStop."""
        self.fault(Base_pb2.EMERGENCY_STOP_ACTIVATED, 0)

    def fault(self, bank_a: int, bank_b: int) -> None:
        """Stop at once with these bits set in the fault banks, until they are cleared."""
        self.bank_a |= bank_a
        self.bank_b |= bank_b
        self._twist = None
        self.twin.emergency_stop()
        self.gripper.halt()
        self._abort(Errors_pb2.ROBOT_IN_EMERGENCY_STOP if self.bank_a & ESTOP_BITS else Errors_pb2.ROBOT_IN_FAULT)

    def clear_faults(self) -> None:
        """Forget the faults and get ready.

        Raises:
            Refusal: the emergency stop is still pressed.
        """
        if self.estop_pressed:
            raise Refusal(Errors_pb2.ROBOT_IN_EMERGENCY_STOP, "the emergency stop is still pressed")
        if self.bank_a or self.bank_b:
            self.bank_a = self.bank_b = 0
            self.twin.clear_faults()
            self._recovering = RECOVERY_TIME

    def move_tool(self, twist: Vector) -> None:
        """Drive the tool's origin with a twist [6] in base axes, m/s and rad/s, within the limits."""
        linear, angular = np.linalg.norm(twist[:3]), np.linalg.norm(twist[3:])
        linear_limit = min(self.linear_limit, self.saturation, gen3.LINEAR_SPEED)
        share = np.repeat(
            [
                min(1.0, linear_limit / max(float(linear), 1e-9)),
                min(1.0, radians(self.angular_limit) / max(float(angular), 1e-9)),
            ],
            3,
        )
        self.twin.send_twist(moved(share * twist, self.tool_pose.position, self.twin.read().cup_position))

    # What it does

    def tick(self) -> None:
        """One period of 25 ms."""
        if self.bank_a or self.bank_b:
            pass
        elif self._recovering > 0:
            self._recovering -= gen3.COMMAND_PERIOD
        elif self._motion is not None:
            self._work(self._motion)
        elif self._twist is not None:
            self._obey(self._twist)
        else:
            self.twin.stop()
        state = self.twin.advance()
        self.gripper.tick()
        if state.faults and not (self.bank_a or self.bank_b):
            self.fault(Base_pb2.JOINT_FAULT, 0)
        if self.state != self._state:
            self._state = self.state
            self.notify("ArmStateTopic", Base_pb2.ArmStateNotification(active_state=self._state))

    def close(self) -> None:
        """Let go of the twin."""
        self.twin.close()

    def _obey(self, command: Any) -> None:
        tool = self.tool_pose
        twist = base_twist(command, tool.rotation)
        zone = zone_ahead(self.zones, tool.position, twist[:3])
        if zone is not None:
            twist = np.zeros(6)
            if zone != self._zone_reached:
                handle = Base_pb2.ProtectionZoneHandle(identifier=zone)
                event = Base_pb2.ProtectionZoneNotification(event=Base_pb2.REACHED, handle=handle)
                self.notify("ProtectionZoneTopic", event)
        self._zone_reached = zone
        self.move_tool(twist)

    def _work(self, motion: Motion) -> None:
        self._ran += gen3.COMMAND_PERIOD
        if self.abort_next is not None and self._ran > ABORT_AFTER:
            reason, self.abort_next = self.abort_next, None
            self._abort(reason)
            return
        try:
            done = motion.step(self, self._paused)
        except Refusal as refusal:
            self._abort(refusal.sub_code)
            return
        if done:
            self._motion = None
            self._notify_action(Base_pb2.ACTION_END)

    def _abort(self, reason: int) -> None:
        motion, self._motion = self._motion, None
        if motion is not None:
            motion.stop(self)
            self._notify_action(Base_pb2.ACTION_ABORT, reason)

    def _notify_action(self, event: int, reason: int = Errors_pb2.SUB_ERROR_NONE) -> None:
        self.notify(
            "ActionTopic",
            Base_pb2.ActionNotification(action_event=event, handle=self._handle, abort_details=reason),
        )
