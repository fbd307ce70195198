from concurrent.futures import TimeoutError as FutureTimeoutError

import pytest

from kinova_pour_env.arm import ArmError
from kinova_pour_env.kortex import errors
from kinova_pour_env.kortex.errors import SUB_CODES, named_error, words_of


class Refusal(Exception):
    """As a KServerException answers."""

    def __init__(self, sub_code):
        super().__init__("sub name")
        self.sub_code = sub_code

    def get_error_sub_code(self):
        return self.sub_code


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (Refusal(12), errors.SessionLost, "does not know the session"),
        (Refusal(19), errors.NotMoving, "not moving"),
        (Refusal(22), errors.InFault, "in fault"),
        (Refusal(25), errors.EmergencyStopOn, "release it"),
        (Refusal(54), errors.SessionLost, "outside of a session"),
        (Refusal(75), errors.WrongServoingMode, "servoing mode"),
        (Refusal(130), errors.NotInControl, "another session controls the arm"),
        (Refusal(131), errors.CallTimedOut, "in time"),
        (Refusal(999), errors.CallRefused, "sub-code 999"),
        (TimeoutError(), errors.CallTimedOut, "no answer"),
        (FutureTimeoutError(), errors.CallTimedOut, "no answer"),
        (BrokenPipeError(32, "Broken pipe"), errors.SessionLost, "Broken pipe"),
    ],
    ids=str,
)
def test_what_kinova_raises_gets_a_name_and_words(raised, kind, words):
    error = named_error("SendTwistCommand", raised)
    assert type(error) is kind
    assert str(error).startswith("SendTwistCommand: ")
    assert words in str(error)


def test_an_emergency_stop_is_a_fault_and_every_error_is_the_arms():
    assert issubclass(errors.EmergencyStopOn, errors.InFault)
    assert all(issubclass(kind, errors.KortexError) for kind, _, _ in SUB_CODES.values())
    assert issubclass(errors.KortexError, ArmError)


def test_a_reason_of_an_abort():
    assert words_of(65) == "a joint would leave its limits"
    assert words_of(4711) == "sub-code 4711"
