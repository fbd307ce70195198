"""Injects faults into a running emulator. Each method returns when the emulator has taken it in."""

import json
from types import TracebackType
from typing import Any

from sim_bridge.kortex_emulator.path.kortex_api.Exceptions.KServerException import KServerException
from sim_bridge.kortex_emulator.path.kortex_api.RouterClient import RouterClient
from sim_bridge.kortex_emulator.path.kortex_api.TCPTransport import TCPTransport

TIMEOUT = 5.0
"""s."""


class EmulatorControl:
    """A connection to the emulator beside those of its users; it needs no session."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        """Connect.

        Raises:
            OSError: no emulator listens there.
        """
        self._transport = TCPTransport()
        self._router = RouterClient(self._transport)
        self._transport.connect(host, port)

    def __enter__(self) -> "EmulatorControl":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect."""
        self._transport.disconnect()

    def fail_calls(self, name: str, sub_code: int, times: int = 1) -> None:
        """Answer the next calls of a method with an error.

        Args:
            name: as in the API, e.g. "SendTwistCommand"; "*" for any but those of the session.
            sub_code: one of Errors_pb2.SubErrorCodes.
            times: how many calls.
        """
        self._call("fail_calls", name=name, sub_code=sub_code, times=times)

    def lose_calls(self, name: str, times: int = 1) -> None:
        """Neither execute nor answer the next calls: they run into their timeouts."""
        self._call("lose_calls", name=name, times=times)

    def ignore_calls(self, name: str, times: int = 1) -> None:
        """Answer the next calls as if they had been executed, e.g. the first "ApplyEmergencyStop"."""
        self._call("ignore_calls", name=name, times=times)

    def garble_calls(self, name: str, times: int = 1) -> None:
        """Answer the next calls with what is no message, so that the wheel raises what is no exception of Kinova's."""
        self._call("garble_calls", name=name, times=times)

    def delay_calls(self, seconds: float, name: str = "*") -> None:
        """Execute calls at once and answer them so much later, from now on; 0 ends it."""
        self._call("delay_calls", seconds=seconds, name=name)

    def drop_session(self, after: float = 0.0) -> None:
        """Close every session in so many s: the next calls fail with INVALID_SESSION; the arm moves on."""
        self._call("drop_session", after=after)

    def steal_session(self) -> None:
        """Let another client take control: commands fail with SESSION_NOT_IN_CONTROL until `return_session`."""
        self._call("steal_session")

    def return_session(self) -> None:
        """Let the other client go."""
        self._call("return_session")

    def disconnect(self, after: float = 0.0) -> None:
        """Cut every TCP connection but this one in so many s, as long-lived ones are cut in the field."""
        self._call("disconnect", after=after)

    def freeze_feedback(self, seconds: float) -> None:
        """Report the present reading for so long, whatever the arm does."""
        self._call("freeze_feedback", seconds=seconds)

    def delay_feedback(self, seconds: float) -> None:
        """Report readings that are so old, up to 15 s, from now on; 0 ends it."""
        self._call("delay_feedback", seconds=seconds)

    def freeze_base_imu(self, frozen: bool = True) -> None:
        """Let the pedestal's IMU report zeros."""
        self._call("freeze_base_imu", frozen=frozen)

    def fault(self, bank_a: int = 0, bank_b: int = 0) -> None:
        """Set bits of Base_pb2.SafetyIdentifier in the fault banks: the arm stops until ClearFaults."""
        self._call("fault", bank_a=bank_a, bank_b=bank_b)

    def press_estop(self) -> None:
        """Press the red button; ClearFaults is refused until it is released."""
        self._call("press_estop")

    def release_estop(self) -> None:
        """Release the red button; the fault stays until ClearFaults."""
        self._call("release_estop")

    def abort_next_action(self, reason: int) -> None:
        """Let the next action begin and then abort, with one of Errors_pb2.SubErrorCodes as abort_details."""
        self._call("abort_next_action", reason=reason)

    def saturate(self, speed: float | None) -> None:
        """Never move the tool faster than so many m/s, without telling anybody; None ends it."""
        self._call("saturate", speed=speed)

    def interrupt_gripper(self, interrupted: bool = True) -> None:
        """Let twists stop the gripper on its way, as firmware 2.5.2 does."""
        self._call("interrupt_gripper", interrupted=interrupted)

    def hold(self, mass: float) -> None:
        """Let the fingers hold so many kg, e.g. a mug from which coffee was poured."""
        self._call("hold", mass=mass)

    def behave(self) -> None:
        """End everything above but the arm's faults and the pressed button."""
        self._call("behave")

    def restart(self) -> None:
        """Switch the arm off and on again: no fault, nobody logged in, standing at Home at once."""
        self._call("restart")

    def kill(self) -> None:
        """End the emulator as a power cut would; no answer comes."""
        self._router.send("Emulator", "kill", b"{}", 0)

    def status(self) -> dict[str, Any]:
        """What is so, without session and faults in between.

        Returns:
            state (Common_pb2.ArmState), standing, cup_position [3] m, cup_velocity [3] m/s, joint_positions [7] rad,
            contacts, and the `Punctuality` of the 40 Hz.
        """
        status: dict[str, Any] = self._call("status")
        return status

    def journal(self, since: float = 0.0) -> dict[str, Any]:
        """What the arm was told, and how it moved, after a time of CLOCK_MONOTONIC; at most the last 75 s.

        Returns:
            "orders" and "periods", each a list of `journal.Order` and `journal.Period` as lists.
        """
        journal: dict[str, Any] = self._call("journal", since=since)
        return journal

    def _call(self, method: str, /, **arguments: Any) -> Any:
        try:
            frame = self._router.send("Emulator", method, json.dumps(arguments).encode(), 0).result(TIMEOUT)
        except KServerException as error:
            raise ValueError(error.description) from error
        return json.loads(frame.payload)
