"""The Gen3 over the Kortex API. Obeys `kinova_pour_env.arm.Arm`, in real time."""

import logging
import time
from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmError, ArmState, Vector, checked_twist
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME, joint_positions_at
from kinova_pour_env.kortex import wheel
from kinova_pour_env.kortex.actions import halt
from kinova_pour_env.kortex.attendance import Attendance
from kinova_pour_env.kortex.commissioning import commission, select_servoing
from kinova_pour_env.kortex.config import Credentials, KortexConfig, find_credentials
from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.kortex.errors import CallTimedOut, InFault, KortexError, SessionLost
from kinova_pour_env.kortex.feedback import FeedbackReader
from kinova_pour_env.kortex.phases import Phases
from kinova_pour_env.kortex.preflight import Preflight
from kinova_pour_env.kortex.stopper import stopper_call
from kinova_pour_env.kortex.units import twist_command
from kinova_pour_env.safety.stopper import StopperCall
from kinova_pour_env.scene import Scene

EMERGENCY_STOP = "emergency stop"

COMMAND_DELAY = 0.0045
"""s from the beginning of a period to its twist: what a policy answers to the reading by then keeps the stream even."""

STANDING = 0.01
"""rad/s: slower joints stand."""
COMING_TO_REST = 2.0
"""s that the arm's own ramp takes at most."""

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
        self._stopped = False
        self._halted = self._new_sessions = True
        self._closed = False
        self._next_tick = time.monotonic()
        self.attendance = Attendance(automatic=self.unattended)
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
            late = time.monotonic() - due > self.period  # frozen meanwhile, and perhaps stopped by the guard
            if late or self._stopped:
                return
            try:
                self._command(wanted)
            except KortexError as error:
                self._trouble = error

    def advance(self) -> ArmState:
        """Wait for the next period of 25 ms; one that is late is not made up for."""
        self._next_tick = max(self._next_tick + self.period, time.monotonic())
        time.sleep(max(0.0, self._next_tick - time.monotonic()))
        return self._with_faults(self._reader.refresh())

    def read(self) -> ArmState:
        """The latest state."""
        return self._with_faults(self._reader.latest())

    def stop(self) -> None:
        """Zero twist; if that does not get through, Kinova's Stop, and that over a new connection."""
        if not self._closed:
            self._halted = self._stop()

    @property
    def halted(self) -> bool:
        """Whether the last stop got through (see `arm.Guarded`)."""
        return self._halted

    def emergency_stop(self) -> None:
        """Kinova's emergency stop, twice: once is not reliable; `stop` where neither gets through.

        Twists are refused until a reset has cleared it.
        """
        self._stopped = True
        self.attendance.forget()
        failures = []
        for _ in range(2):
            try:
                self.connection.call(self.connection.base.ApplyEmergencyStop, timeout=self.config.command_timeout)
            except InFault:  # it is on
                continue
            except KortexError as error:
                failures.append(error)
        if len(failures) == 2:
            self._trouble = failures[-1]
            _log.error("the emergency stop did not get through, press the button: %s", self._trouble)
            self.stop()
        else:
            self._halted = True

    def stopper(self) -> StopperCall:
        """How a second process can stop the arm when this one hangs (see `arm.Guarded`)."""
        return stopper_call(self.config, self._credentials)

    def acknowledge(self) -> str:
        """A person says that it may go on: faults may be cleared, or the mug is full (see `arm.Attended`)."""
        return self.attendance.acknowledge(self.read().faults)

    def close(self) -> None:
        """Leave the arm standing and end the sessions."""
        if self._closed:
            return
        self.stop()
        self.come_to_rest()
        with suppress(KortexError):
            self._halt()
        self._closed = True
        self.connection.close()

    def come_to_rest(self) -> None:
        """Wait until the joints stand, or as long as the ramp can last."""
        latest = time.monotonic() + COMING_TO_REST
        while np.abs(self.advance().joint_velocities).max() > STANDING and time.monotonic() < latest:
            pass

    def connect(self) -> bool:
        """See that the sessions live, make new ones where they do not, and forget what went wrong on the old ones.

        Returns:
            Whether they are new since the last time, also those that a stop has made: all has to be told and checked.

        Raises:
            KortexError: the arm cannot be reached.
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
        self._trouble = None
        new, self._new_sessions = self._new_sessions, False
        return new

    def clear_faults(self) -> None:
        """Clear the arm's faults and the emergency stop, as a person has permitted.

        Raises:
            KortexError: the arm refuses it.
        """
        self.connection.call(self.connection.base.ClearFaults)
        self._stopped = False
        select_servoing(self.connection)

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

    def _command(self, twist: Vector) -> None:
        command = twist_command(self.connection.kortex, twist)
        self.connection.call(self.connection.base.SendTwistCommand, command, timeout=self.config.command_timeout)

    def _stop(self) -> bool:
        """Whether one of the ways to stop got through."""
        for attempt in (self._zero_twist, self._halt, self._reconnect_and_halt):
            try:
                attempt()
                return True
            except InFault as error:  # it stands by itself
                self._trouble = error
                return True
            except KortexError as error:
                self._trouble = error
        _log.error("the arm could not be stopped, press the emergency stop: %s", self._trouble)
        return False

    def _zero_twist(self) -> None:
        self._command(np.zeros(6))

    def _halt(self) -> None:
        halt(self.connection, self.config.command_timeout)

    def _reconnect(self) -> None:
        self.connection.open()
        self._new_sessions = True

    def _reconnect_and_halt(self) -> None:
        self._reconnect()
        self._halt()

    def _with_faults(self, state: ArmState) -> ArmState:
        """The state with what the driver itself knows to be wrong."""
        own = ((EMERGENCY_STOP,) if self._stopped else ()) + ((str(self._trouble),) if self._trouble else ())
        return replace(state, faults=(*state.faults, *own)) if own else state
