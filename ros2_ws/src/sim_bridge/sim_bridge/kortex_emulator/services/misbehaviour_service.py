"""What a test asks the emulator to do wrong; `EmulatorControl` is the other end."""

import os
import signal
from collections.abc import Callable
from typing import Any, Protocol

from sim_bridge.kortex_emulator.emulator import Emulator
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Base_pb2
from sim_bridge.kortex_emulator.punctuality import Punctuality


class Host(Protocol):
    """What runs the emulator."""

    def later(self, delay: float, what: Callable[[], None]) -> None:
        """Do something in so many s."""

    def cancel(self) -> None:
        """Forget what was to be done later."""

    def disconnect(self) -> None:
        """Cut every TCP connection but those that inject faults."""

    def punctuality(self) -> Punctuality:
        """How late the periods begin."""


class MisbehaviourService:
    """Each method takes what `EmulatorControl` sends and returns what it gets, as JSON has it."""

    def __init__(self, emulator: Emulator, host: Host) -> None:
        """Take the emulator and what runs it."""
        self._emulator = emulator
        self._host = host

    # Calls

    def fail_calls(self, name: str, sub_code: int, times: int) -> None:
        """Answer calls with an error."""
        self._emulator.misbehaviour.fail(name, sub_code, times)

    def lose_calls(self, name: str, times: int) -> None:
        """Neither execute nor answer calls."""
        self._emulator.misbehaviour.lose(name, times)

    def ignore_calls(self, name: str, times: int) -> None:
        """Answer calls as if they had been executed."""
        self._emulator.misbehaviour.ignore(name, times)

    def garble_calls(self, name: str, times: int) -> None:
        """Answer calls with what is no message."""
        self._emulator.misbehaviour.garble(name, times)

    def delay_calls(self, seconds: float, name: str) -> None:
        """Answer calls late."""
        self._emulator.misbehaviour.delay(name, seconds)

    def behave(self) -> None:
        """Forget what was planned for calls, feedback and motion; faults of the arm stay."""
        self._emulator.behave()

    def restart(self) -> None:
        """Switch the arm off and on again."""
        self._host.cancel()
        self._emulator.restart()

    # Sessions

    def drop_session(self, after: float) -> None:
        """Close every session."""
        self._host.later(after, self._emulator.sessions.drop)

    def steal_session(self) -> None:
        """Let another client take control."""
        self._emulator.sessions.steal()

    def return_session(self) -> None:
        """Let it go."""
        self._emulator.sessions.give_back()

    def disconnect(self, after: float) -> None:
        """Cut every TCP connection."""
        self._host.later(after, self._host.disconnect)

    # Feedback

    def freeze_feedback(self, seconds: float) -> None:
        """Report the same reading."""
        self._emulator.feedback.freeze(seconds)

    def delay_feedback(self, seconds: float) -> None:
        """Report old readings."""
        self._emulator.feedback.delay(seconds)

    def freeze_base_imu(self, frozen: bool) -> None:
        """Let the pedestal's IMU report zeros."""
        self._emulator.feedback.freeze_base_imu(frozen)

    # The arm

    def fault(self, bank_a: int, bank_b: int) -> None:
        """Set bits in the fault banks."""
        self._emulator.robot.fault(bank_a, bank_b)

    def press_estop(self) -> None:
        """The red button."""
        self._emulator.robot.estop_pressed = True
        self._emulator.robot.fault(Base_pb2.EMERGENCY_LINE_ACTIVATED, 0)

    def release_estop(self) -> None:
        """Faults stay until they are cleared."""
        self._emulator.robot.estop_pressed = False

    def abort_next_action(self, reason: int) -> None:
        """Let the next action fail."""
        self._emulator.robot.abort_next = reason

    def saturate(self, speed: float | None) -> None:
        """Never move faster than so many m/s."""
        self._emulator.robot.saturation = float("inf") if speed is None else speed

    def interrupt_gripper(self, interrupted: bool) -> None:
        """Let twists stop the gripper."""
        self._emulator.robot.twist_interrupts_gripper = interrupted

    def hold(self, mass: float) -> None:
        """Hold another mass."""
        self._emulator.robot.held_mass = mass

    def kill(self) -> None:
        """End at once."""
        os.kill(os.getpid(), signal.SIGKILL)

    # What is so

    def journal(self, since: float) -> dict[str, Any]:
        """What came in and how the arm moved."""
        return self._emulator.journal.since(since)

    def status(self) -> dict[str, Any]:
        """How the arm moves and how punctual it is."""
        robot = self._emulator.robot
        state = robot.twin.read()
        return {
            "state": robot.state,
            "standing": robot.standing,
            "cup_position": state.cup_position.tolist(),
            "cup_velocity": state.cup_velocity.tolist(),
            "joint_positions": robot.twin.joints.tolist(),
            "contacts": [list(contact.bodies) for contact in state.contacts],
            **self._host.punctuality()._asdict(),
        }
