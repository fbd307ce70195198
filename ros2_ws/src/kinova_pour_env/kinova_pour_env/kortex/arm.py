"""The Gen3 over the Kortex API. Obeys `kinova_pour_env.arm.Arm`, in real time."""

import logging
import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmError, ArmState, ArmUnreachable, Vector, checked_twist, come_to_rest
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME, joint_positions_at
from kinova_pour_env.kortex import wheel
from kinova_pour_env.kortex.actions import halt
from kinova_pour_env.kortex.attendance import Attendance
from kinova_pour_env.kortex.commissioning import commission
from kinova_pour_env.kortex.config import Credentials, KortexConfig, find_credentials
from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.kortex.errors import CallTimedOut, InFault, KortexError, SessionLost, named_error
from kinova_pour_env.kortex.feedback import FeedbackReader
from kinova_pour_env.kortex.phases import Phases
from kinova_pour_env.kortex.preflight import Preflight
from kinova_pour_env.kortex.stopper import stopper_call
from kinova_pour_env.kortex.units import twist_command
from kinova_pour_env.safety.nearness import NearestDistance
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety.stopper import StopperCall
from kinova_pour_env.scene import Scene

EMERGENCY_STOP = "emergency stop"

COMMAND_DELAY = 0.005
"""s from the beginning of a period to its twist: what a policy answers to the reading by then keeps the stream even."""

OLDEST_TWIST = 0.05
"""s after the beginning of its period: a later twist is of before a freeze, in which the arm may have been stopped."""

_log = logging.getLogger(__name__)


class KortexArm:
    """A Gen3 with a held mug.

    One thread commands it; `read`, `stop`, `emergency_stop` and `acknowledge` may come from others. What goes wrong
    while twists are streamed becomes a fault in the state, never an exception: the episode ends by it, and the next
    reset connects again, waits for a person, and checks everything anew.

    Attributes:
        scene: with the mug that it holds.
        config: of the driver.
        unattended: false: somebody stands beside a real arm.
        connection: to the arm.
        attendance: the person beside it.
        safety: margins that its ways in a reset keep.
        nearest: least distances between bodies at joint positions, where something tells them.
        acting: it moves by itself, in an action or with its fingers, which a zero twist does not end.
        phases: of its resets, with the checks of the last preflight.
    """

    Config: ClassVar[type[Any]] = KortexConfig
    unattended = False

    def __init__(
        self, scene: Scene, config: KortexConfig | None = None, credentials: Credentials | None = None
    ) -> None:
        """Connect; nothing moves before a reset, which tells the arm what it holds.

        Args:
            scene: with the mug.
            config: of the driver; the defaults if left out.
            credentials: who logs in; from the environment or the configured file if left out.

        Raises:
            ArmError: Kinova's package is missing, or nobody to log in as, or the arm cannot be reached.
        """
        self.scene = scene
        self.config = config or KortexConfig()
        self.period = gen3.COMMAND_PERIOD
        self.real_time = True
        kortex = wheel.load()
        self._credentials = credentials or find_credentials(self.config.credentials_file)
        self.connection = Connection(kortex, self.config, self._credentials)
        try:
            self._reader = FeedbackReader(self.connection, self.config)
        except KortexError:
            self.connection.close()
            raise
        self._trouble: KortexError | None = None
        self.acting = False
        self._stopped = False
        self._halted = self._new_sessions = True
        self._closed = False
        self._next_tick = time.monotonic()
        self.attendance = Attendance(automatic=self.unattended)
        self.safety = SafetyConfig()
        self.nearest: NearestDistance | None = None
        self.phases = Phases(self)

    def reset(self, random: np.random.Generator, scene: Scene | None = None) -> Generator[str, None, None]:
        """Go to a first state with a full mug, as the twin does, by way of a person where one is needed.

        Args:
            random: of the draw of the start.
            scene: as it is; a real arm cannot change what stands around it.

        Yields:
            Often, the phase: "connect", "acknowledge" (a fault waits for a person), "preflight", "retreat", "home",
            "refill" (the mug waits for one). Closing the iterator leaves the arm standing.

        Raises:
            ArmError: it cannot get there; the arm stands.
        """
        if scene is not None and scene != self.scene:
            raise ArmError("the arm cannot change its scene: switch task.disturbance of target cup and mug off")
        spread = self.scene.start_spread
        start = joint_positions_at(CUP_AT_HOME + random.uniform(-spread, spread, 3), "start")
        try:
            yield from self.phases.to(start)
        finally:
            self.stop()
            self.acting = self.acting and not self._halted

    def send_twist(self, twist: Vector) -> None:
        """Replace the commanded twist [6]; a faulted arm ignores it, and one of before a freeze is not sent.

        Raises:
            ArmError: the twist is not six finite numbers, or the emergency stop is on.
        """
        wanted = checked_twist(twist)
        if self._stopped:
            raise ArmError("the emergency stop is on: reset the arm first")
        if self._trouble is None:
            due = max(self._next_tick + COMMAND_DELAY, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            if self._stopped or time.monotonic() - self._next_tick > OLDEST_TWIST:
                return
            try:
                self._command(wanted)
            except KortexError as error:
                self._trouble = error

    def advance(self) -> ArmState:
        """Wait for the next period of 25 ms; one that is late is not made up for.

        It takes two where the arm refused a twist for a fault that its feedback does not name yet.
        """
        state = self._next_reading()
        if isinstance(self._trouble, InFault) and not state.faults:
            state = self._next_reading()
        return self._with_faults(state)

    def read(self) -> ArmState:
        """The latest state."""
        return self._with_faults(self._reader.latest())

    def stop(self) -> None:
        """Zero twist, where it does not act by itself; if that fails, Kinova's Stop, and that over a new connection."""
        if not self._closed:
            self._halted = False
            self._halted = self._stop()

    @property
    def halted(self) -> bool:
        """Whether the last stop got through (see `arm.Guarded`)."""
        return self._halted

    def emergency_stop(self) -> None:
        """Kinova's emergency stop, twice: once is not reliable; `stop` where neither gets through.

        Twists are refused until a reset has cleared it.
        """
        self._stopped, self._halted = True, False
        self.attendance.forget()
        applied = False
        for _ in range(2):
            try:
                self.connection.call(self.connection.base.ApplyEmergencyStop, timeout=self.config.command_timeout)
                applied = True
            except InFault:  # it is on
                applied = True
            except Exception as error:  # whatever Kinova's package raises, it is tried again
                failure = named_error("ApplyEmergencyStop", error)
                _log.warning("%s", failure)
        if applied:
            self._halted = True
        else:
            self._trouble = failure
            _log.error("the emergency stop did not get through, press the button: %s", self._trouble)
            self.stop()

    def stopper(self) -> StopperCall:
        """How a second process can stop the arm when this one hangs (see `arm.Guarded`)."""
        return stopper_call(self.config, self._credentials)

    def heed(self, safety: SafetyConfig, nearest: NearestDistance | None) -> None:
        """Keep these margins on the ways of a reset (see `arm.Heedful`)."""
        self.safety, self.nearest = safety, nearest

    def acknowledge(self) -> str:
        """A person has looked: faults may be cleared (see `arm.Attended`)."""
        return self.attendance.acknowledge(self.read().faults)

    def refilled(self) -> str:
        """The mug is full (see `arm.Attended`)."""
        return self.attendance.refilled()

    def close(self) -> None:
        """Leave the arm standing and end the sessions."""
        if self._closed:
            return
        self.stop()
        try:
            deque(come_to_rest(self), maxlen=0)
            self._halt()
        except ArmError as error:
            _log.warning("the arm is let go: %s", error)
        self._closed = True
        self.connection.close()

    def connect(self) -> bool:
        """See that the sessions live, make new ones where they do not, and forget what went wrong on the old ones.

        Returns:
            Whether they are new since the last time, also those that a stop has made, or something went wrong on them:
            all has to be told and checked.

        Raises:
            KortexError: the arm cannot be reached, or not be stopped.
        """
        try:
            self.connection.call(self.connection.base.GetArmState)
            self._reader.refresh()
            alive = not self._reader.lost
        except (SessionLost, CallTimedOut):
            alive = False
        if not alive:
            self._reconnect()
            self._reader.restart()
        if not self._halted:
            self.stop()
        if not self._halted and self._trouble is not None:
            raise self._trouble
        anew = self._new_sessions or self._trouble is not None
        self._trouble, self._new_sessions = None, False
        return anew

    def clear_faults(self) -> None:
        """Clear the arm's faults and the emergency stop, as a person has permitted; it takes some time to recover.

        Raises:
            KortexError: the arm refuses it.
        """
        self.connection.call(self.connection.base.ClearFaults)
        self._stopped = False

    def close_gripper(self) -> None:
        """Send the fingers towards each other; a stream of twists would interrupt them.

        Raises:
            KortexError: the arm refuses it.
        """
        base = self.connection.kortex.base
        command = base.GripperCommand()
        command.mode = base.GRIPPER_POSITION
        finger = command.gripper.finger.add()
        finger.finger_identifier = 1
        finger.value = self.config.gripper_position
        self.connection.call(self.connection.base.SendGripperCommand, command)

    def preflight(self) -> Preflight:
        """Tell the arm how it is commanded and what it holds; the checks before the first motion, of it as it is now.

        Raises:
            KortexError: the arm refuses it.
        """
        commission(self.connection, self.config, self.scene)
        return Preflight(self.connection, self._reader, self.config, self.scene)

    def _next_reading(self) -> ArmState:
        self._next_tick = max(self._next_tick + self.period, time.monotonic())
        time.sleep(max(0.0, self._next_tick - time.monotonic()))
        return self._reader.refresh()

    def _command(self, twist: Vector) -> None:
        command = twist_command(self.connection.kortex, twist)
        self.connection.call(self.connection.base.SendTwistCommand, command, timeout=self.config.command_timeout)

    def _stop(self) -> bool:
        """Whether one of the ways to stop got through."""
        for attempt in (self._halt if self.acting else self._zero_twist, self._halt, self._reconnect_and_halt):
            try:
                attempt()
                return True
            except InFault as error:  # it stands by itself
                self._trouble = error
                return True
            except Exception as error:  # whatever Kinova's package raises, the next way may do it
                self._trouble = named_error("stop", error)
                _log.warning("%s", self._trouble)
        _log.error("the arm could not be stopped, press the emergency stop: %s", self._trouble)
        return False

    def _zero_twist(self) -> None:
        self._command(np.zeros(6))

    def _halt(self) -> None:
        halt(self.connection, self.config.command_timeout)

    def _reconnect(self, then: Callable[[], None] | None = None) -> None:
        self.connection.open(then)
        self._new_sessions = True

    def _reconnect_and_halt(self) -> None:
        self._reconnect(self._halt)

    def _with_faults(self, state: ArmState) -> ArmState:
        """The state with what the driver itself knows to be wrong."""
        own = ((EMERGENCY_STOP,) if self._stopped else ()) + ((str(self._trouble),) if self._trouble else ())
        if not own:
            return state
        link_alone = not self._stopped and isinstance(self._trouble, ArmUnreachable)
        unreachable = link_alone and (state.unreachable or not state.faults)
        return replace(state, faults=(*state.faults, *own), unreachable=unreachable)
