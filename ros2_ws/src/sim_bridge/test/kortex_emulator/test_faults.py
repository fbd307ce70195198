"""Each misbehaviour that is known from the field, on demand."""

import time
from concurrent.futures import TimeoutError as CallTimeout

import pytest
from kortex_api.autogen.messages import Base_pb2, Common_pb2, Errors_pb2
from kortex_api.Exceptions.KServerException import KServerException
from kortex_api.RouterClient import RouterClientSendOptions


def refusal(call):
    """The sub-code with which the arm refuses a call."""
    with pytest.raises(KServerException) as caught:
        call()
    return caught.value.get_error_sub_code()


def until(condition, timeout=3.0):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_call_fails_with_the_code_that_was_asked_for(client, control):
    control.fail_calls("SendTwistCommand", Errors_pb2.SAFETY_THRESHOLD_REACHED, times=2)
    for _ in range(2):
        assert refusal(lambda: client.twist(linear_z=0.1)) == Errors_pb2.SAFETY_THRESHOLD_REACHED
    client.twist()


def test_a_call_without_answer_times_out_and_was_not_executed(client, control):
    options = RouterClientSendOptions()
    options.timeout_ms = 100
    control.lose_calls("SendTwistCommand")
    command = Base_pb2.TwistCommand(twist=Base_pb2.Twist(linear_z=0.1))
    with pytest.raises(CallTimeout):
        client.base.SendTwistCommand(command, options=options)
    assert control.status()["standing"]


def test_a_late_answer_times_out_although_the_call_was_executed(client, control):
    options = RouterClientSendOptions()
    options.timeout_ms = 100
    control.delay_calls(0.4, "SendTwistCommand")
    command = Base_pb2.TwistCommand(twist=Base_pb2.Twist(linear_z=0.1))
    with pytest.raises(CallTimeout):
        client.base.SendTwistCommand(command, options=options)
    assert not control.status()["standing"]


def test_a_call_is_ignored_although_it_was_answered(client, control):
    control.ignore_calls("ApplyEmergencyStop")
    client.base.ApplyEmergencyStop()
    assert client.base.GetArmState().active_state == Common_pb2.ARMSTATE_SERVOING_READY
    client.base.ApplyEmergencyStop()
    assert client.base.GetArmState().active_state == Common_pb2.ARMSTATE_IN_FAULT


def test_a_dropped_session_is_invalid_and_another_can_be_made(client, connect, control):
    control.drop_session()
    until(lambda: not _answers(client))
    assert refusal(client.base.GetArmState) == Errors_pb2.INVALID_SESSION
    connect().twist()


def _answers(client):
    try:
        client.base.GetArmState()
    except KServerException:
        return False
    return True
