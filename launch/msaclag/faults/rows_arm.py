"""What the arm and its API may do: the emulator is told to do it."""

import time
from collections.abc import Callable

from msaclag.faults.row import Row
from msaclag.faults.stage import Stage
from sim_bridge.kortex_emulator.control import EmulatorControl

FORCE = 1 << 20
"""Bit of the base's fault bank: maximum force at the end effector."""

Deed = Callable[[EmulatorControl], None]


def _behave(stage: Stage) -> None:
    stage.control.behave()
    stage.control.release_estop()


def _row(name: str, about: str, deed: Deed, told: str) -> Row:
    def strike(stage: Stage) -> float:
        struck = time.monotonic()
        deed(stage.control)
        return struck

    return Row(name, about, strike, _behave, told=told)


_NO_ANSWER = "no answer from the arm|no command for"
ROWS = (
    _row("session_lost", "Kortex session lost", lambda arm: arm.drop_session(), "does not know the session"),
    _row(
        "session_taken", "another session controls", lambda arm: arm.steal_session(), "another session controls the arm"
    ),
    _row("connection_cut", "TCP connection cut", lambda arm: arm.disconnect(), f"{_NO_ANSWER}|connection"),
    _row("call_lost", "a twist is not answered", lambda arm: arm.lose_calls("SendTwistCommand"), _NO_ANSWER),
    _row(
        "calls_late", "twists are answered 0.3 s late", lambda arm: arm.delay_calls(0.3, "SendTwistCommand"), _NO_ANSWER
    ),
    _row(
        "feedback_frozen",
        "feedback frozen for 0.6 s",
        lambda arm: arm.freeze_feedback(0.6),
        "feedback has been the same",
    ),
    _row(
        "fault_bank",
        "fault bank: maximum force",
        lambda arm: arm.fault(bank_a=FORCE),
        "maximum force at the end effector",
    ),
    _row("estop", "the red button", lambda arm: arm.press_estop(), "emergency line activated"),
)
