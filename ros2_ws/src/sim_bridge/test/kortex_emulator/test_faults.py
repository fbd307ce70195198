"""Each misbehaviour that is known from the field, on demand."""

import time
from concurrent.futures import TimeoutError as CallTimeout

import pytest
from kortex_api.autogen.messages import Base_pb2, Common_pb2, ControlConfig_pb2, Errors_pb2
from kortex_api.Exceptions.KServerException import KServerException
from kortex_api.RouterClient import RouterClientSendOptions

UP = Base_pb2.TwistCommand(reference_frame=Base_pb2.CARTESIAN_REFERENCE_FRAME_BASE, twist=Base_pb2.Twist(linear_z=0.1))


@pytest.fixture
def soon():
    """Options of a call that waits for a tenth of a second."""
    options = RouterClientSendOptions()
    options.timeout_ms = 100
    return options


def answers(client):
    try:
        client.base.GetArmState()
    except KServerException:
        return False
    return True


# Calls


def test_a_call_fails_with_the_code_that_was_asked_for(client, control, refusal):
    control.fail_calls("SendTwistCommand", Errors_pb2.SAFETY_THRESHOLD_REACHED, times=2)
    for _ in range(2):
        assert refusal(lambda: client.base.SendTwistCommand(UP)) == Errors_pb2.SAFETY_THRESHOLD_REACHED
    client.base.SendTwistCommand(UP)


def test_a_call_without_answer_times_out_and_was_not_executed(client, control, soon):
    control.lose_calls("SendTwistCommand")
    with pytest.raises(CallTimeout):
        client.base.SendTwistCommand(UP, options=soon)
    assert control.status()["standing"]


def test_a_late_answer_times_out_although_the_call_was_executed(client, control, soon):
    control.delay_calls(0.3, "SendTwistCommand")
    with pytest.raises(CallTimeout):
        client.base.SendTwistCommand(UP, options=soon)
    assert not control.status()["standing"]
    control.delay_calls(0, "SendTwistCommand")
    client.base.SendTwistCommand(UP, options=soon)


def test_a_call_is_answered_although_it_was_ignored(client, control):
    control.ignore_calls("ApplyEmergencyStop")
    client.base.ApplyEmergencyStop()
    assert client.state == Common_pb2.ARMSTATE_SERVOING_READY
    client.base.ApplyEmergencyStop()
    assert client.state == Common_pb2.ARMSTATE_IN_FAULT


def test_an_arm_that_answers_nothing_moves_on(client, control, soon):
    client.base.SendTwistCommand(UP)
    control.lose_calls("*", times=1000)
    before = control.status()["cup_position"]
    with pytest.raises(CallTimeout):
        client.base.Stop(options=soon)
    assert control.status()["cup_position"][2] > before[2]


def test_what_a_control_connection_cannot_mean_is_refused(control):
    with pytest.raises(ValueError, match="no misbehaviour 'explode'"):
        control._call("explode")


# Sessions


def test_a_dropped_session_is_invalid_and_another_can_be_made(client, connect, control, refusal, until):
    client.base.SendTwistCommand(UP)
    control.drop_session(after=0.05)
    assert answers(client)
    until(lambda: not answers(client))
    assert refusal(client.base.GetArmState) == Errors_pb2.INVALID_SESSION
    assert not control.status()["standing"]
    connect().base.SendTwistCommand(UP)


def test_a_connection_that_was_cut_does_not_answer(client, control, soon, connect, until):
    control.disconnect(after=0.05)
    assert answers(client)
    until(lambda: not client.transport._thread.is_alive())
    with pytest.raises((OSError, CallTimeout)):
        client.base.GetArmState(options=soon)
    assert answers(connect())


def test_a_stolen_session_reads_and_stops_but_does_not_move(client, control, refusal):
    client.base.SendTwistCommand(UP)
    control.steal_session()
    assert refusal(lambda: client.base.SendTwistCommand(UP)) == Errors_pb2.SESSION_NOT_IN_CONTROL
    client.base.Stop()
    assert control.status()["standing"]
    control.return_session()
    client.base.SendTwistCommand(UP)


# Feedback


def test_frozen_feedback_stays_while_the_arm_moves(client, control, until):
    client.base.SendTwistCommand(UP)
    control.freeze_feedback(0.5)
    frozen = client.feedback
    height = control.status()["cup_position"][2]
    time.sleep(0.2)
    assert client.feedback == frozen
    assert control.status()["cup_position"][2] > height
    until(lambda: client.feedback != frozen)


def test_delayed_feedback_shows_what_was(client, control):
    control.delay_feedback(0.5)
    client.base.SendTwistCommand(UP)
    time.sleep(0.3)
    assert client.speed < 1e-3
    time.sleep(0.5)
    assert client.speed > 0.05


def test_the_imu_of_the_pedestal_freezes_and_that_of_the_wrist_does_not(client, control):
    assert client.feedback.base.imu_acceleration_z == pytest.approx(9.81)
    control.freeze_base_imu()
    time.sleep(0.05)
    feedback = client.feedback
    assert feedback.base.imu_acceleration_z == 0
    wrist = feedback.interconnect
    assert wrist.imu_acceleration_x**2 + wrist.imu_acceleration_y**2 + wrist.imu_acceleration_z**2 > 90


# The arm


def test_a_fault_stops_the_arm_until_it_is_cleared(client, control, refusal, until):
    client.base.SendTwistCommand(UP)
    time.sleep(0.1)
    control.fault(bank_a=Base_pb2.MAXIMUM_CURRENT, bank_b=4)
    until(lambda: client.feedback.base.fault_bank_a)
    feedback = client.feedback.base
    assert (feedback.fault_bank_a, feedback.fault_bank_b) == (Base_pb2.MAXIMUM_CURRENT, 4)
    assert feedback.active_state == Common_pb2.ARMSTATE_IN_FAULT
    assert refusal(lambda: client.base.SendTwistCommand(UP)) == Errors_pb2.ROBOT_IN_FAULT
    client.base.ClearFaults()
    assert refusal(lambda: client.base.SendTwistCommand(UP)) == Errors_pb2.ROBOT_NOT_READY
    until(lambda: client.state == Common_pb2.ARMSTATE_SERVOING_READY)
    assert control.status()["standing"]


def test_a_pressed_emergency_stop_cannot_be_cleared(client, control, refusal, until):
    client.base.SendTwistCommand(UP)
    control.press_estop()
    assert refusal(lambda: client.base.SendTwistCommand(UP)) == Errors_pb2.ROBOT_IN_EMERGENCY_STOP
    assert refusal(client.base.ClearFaults) == Errors_pb2.ROBOT_IN_EMERGENCY_STOP
    control.release_estop()
    assert client.state == Common_pb2.ARMSTATE_IN_FAULT
    client.base.ClearFaults()
    until(lambda: client.state == Common_pb2.ARMSTATE_SERVOING_READY)


def test_an_aborted_action_says_why(client, control):
    control.abort_next_action(Errors_pb2.CONTROL_OUTSIDE_WORKSPACE)
    events = client.run(lambda: client.base.ExecuteActionFromReference(client.action("Retract").handle))
    assert [event.action_event for event in events] == [Base_pb2.ACTION_START, Base_pb2.ACTION_ABORT]
    assert events[-1].abort_details == Errors_pb2.CONTROL_OUTSIDE_WORKSPACE
    assert client.home()[-1].action_event == Base_pb2.ACTION_END


def test_an_action_is_aborted_by_a_fault(client, control):
    def begin():
        client.base.ExecuteActionFromReference(client.action("Retract").handle)
        control.press_estop()

    assert client.run(begin)[-1].abort_details == Errors_pb2.ROBOT_IN_EMERGENCY_STOP


def test_a_saturated_arm_is_slower_than_told(client, control):
    control.saturate(0.05)
    client.base.SendTwistCommand(UP)
    time.sleep(0.5)
    assert client.speed == pytest.approx(0.05, abs=0.005)


def test_a_twist_interrupts_the_gripper_on_its_way(client, control):
    control.interrupt_gripper()
    closing = Base_pb2.GripperCommand(mode=Base_pb2.GRIPPER_SPEED)
    closing.gripper.finger.add(finger_identifier=1, value=-0.005)
    client.base.SendGripperCommand(closing)
    client.base.SendTwistCommand(UP)
    time.sleep(0.1)
    assert client.feedback.interconnect.gripper_feedback.motor[0].velocity == 0


def test_poured_coffee_is_missing_in_the_wrench(client, control):
    def weight():
        time.sleep(0.1)
        return client.feedback.base.tool_external_wrench_force_z

    client.control_config.SetToolConfiguration(
        ControlConfig_pb2.ToolConfiguration(tool_transform={"z": 0.12}, tool_mass=0.921, tool_mass_center={"z": 0.04})
    )
    client.control_config.SetPayloadInformation(ControlConfig_pb2.PayloadInformation(payload_mass=0.5))
    control.hold(0.5)
    assert weight() == pytest.approx(0, abs=0.01)
    control.hold(0.4)
    assert weight() == pytest.approx(0.981, abs=0.01)


def test_behaving_again_ends_everything(client, control):
    control.fail_calls("*", Errors_pb2.METHOD_FAILED, times=1000)
    control.saturate(0.01)
    control.delay_feedback(1)
    control.steal_session()
    control.behave()
    client.base.SendTwistCommand(UP)
    time.sleep(0.4)
    assert client.speed > 0.05
