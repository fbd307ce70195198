"""The driver against the emulated arm, in real time: what it does, and what it makes of each fault."""

import json
import time
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest

from kinova_pour_env import gen3
from kinova_pour_env.arm import Arm, ArmError, Attended, Guarded
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kinematics import angles_from_rotation
from kinova_pour_env.kortex import errors
from kinova_pour_env.kortex.arm import KortexArm
from kinova_pour_env.kortex.config import Credentials, KortexConfig
from kinova_pour_env.safety.stopper import StopperCall
from kinova_pour_env.scene import Scene, TargetCup

emulated = pytest.importorskip("sim_bridge.emulated")
EmulatorControl = pytest.importorskip("sim_bridge.kortex_emulator.control").EmulatorControl

DRIVER = KortexConfig(robot_ip="127.0.0.1", call_timeout=1.0, reconnection=1.0, retreat_speed=0.25, retreat_turn=1.0)
TO_THE_LEFT = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])


@pytest.fixture(scope="module")
def arm():
    made = emulated.EmulatedArm(Scene(), emulated.EmulatedConfig(driver=DRIVER))
    reset(made)
    yield made
    made.close()


@pytest.fixture
def control(arm):
    """Of the emulator's misbehaviour, which ends with the test; the arm is brought back from where the test left it."""
    with EmulatorControl(arm.emulator.port) as control:
        yield control
    with EmulatorControl(arm.emulator.port) as control:  # the test may have cut that one
        control.behave()
        control.return_session()
        control.release_estop()
    arm.stop()
    if arm.read().faults or np.linalg.norm(arm.read().cup_position - CUP_AT_HOME) > 0.15:
        reset(arm)


def reset(arm):
    """A reset beside which a person stands who acknowledges everything at once; the phases it went through."""
    told = []
    for phase in arm.reset(np.random.default_rng(0)):
        if phase not in told:
            told.append(phase)
        if phase in ("acknowledge", "refill"):
            arm.acknowledge()
    return told


def stream(arm, twist, periods):
    for _ in range(periods):
        arm.send_twist(twist)
        state = arm.advance()
    return state


def comes_to_rest(control, within=1.0):
    """Whether the arm itself, whatever the driver knows of it, stands within so many s."""
    latest = time.monotonic() + within
    while time.monotonic() < latest:
        if np.linalg.norm(control.status()["cup_velocity"]) < 1e-3:
            return True
        time.sleep(0.05)
    return False


def test_it_is_an_arm_beside_which_a_person_stands(arm):
    held: Arm = arm
    assert held.real_time
    assert isinstance(arm, Attended) and isinstance(arm, Guarded)
    assert not arm.unattended


def test_a_reset_passes_preflight_and_ends_beside_home(arm, control):
    stream(arm, np.array([0, 0, 0, 0.5, 0, 0]), 30)
    arm.stop()
    assert reset(arm) == ["connect", "retreat", "home", "weigh", "refill"]
    assert all(check.passed for check in arm.phases.checks), arm.phases.checks
    assert len(arm.phases.checks) == 13
    state = arm.read()
    assert (np.abs(state.cup_position - CUP_AT_HOME) <= Scene().start_spread + 1e-3).all()
    np.testing.assert_allclose(state.cup_rotation, np.eye(3), atol=2e-3)
    assert state.faults == ()
    np.testing.assert_allclose(state.wrench, 0, atol=1e-3)  # the arm knows what it holds
    assert np.linalg.norm(state.wrist_acceleration) == pytest.approx(9.81, abs=0.01)


def test_a_twist_moves_the_cups_origin_in_the_bases_axes(arm, control):
    before = arm.read()
    state = stream(arm, np.array([0.05, 0.1, 0.0, 0.3, 0.0, 0.0]), 50)
    arm.stop()
    np.testing.assert_allclose(state.cup_velocity, (0.05, 0.1, 0.0), atol=3e-3)
    np.testing.assert_allclose(state.cup_angular_velocity, (0.3, 0, 0), atol=3e-3)
    moved = state.cup_position - before.cup_position
    assert moved[0] == pytest.approx(moved[1] / 2, abs=5e-3)
    assert moved[2] == pytest.approx(0, abs=2e-3)
    assert angles_from_rotation(state.cup_rotation)[2] > 0.2


def test_it_keeps_40_hz_and_time_goes_on(arm, control):
    begin, states = time.monotonic(), []
    for _ in range(40):
        arm.send_twist(np.zeros(6))
        states.append(arm.advance())
    assert time.monotonic() - begin == pytest.approx(40 * gen3.COMMAND_PERIOD, rel=0.1)
    assert all(after.time >= before.time for before, after in pairwise(states))


def test_a_late_period_is_not_made_up_for(arm, control):
    arm.advance()
    time.sleep(0.2)
    begin = time.monotonic()
    for _ in range(4):
        arm.advance()
    assert time.monotonic() - begin > 2.5 * gen3.COMMAND_PERIOD


def test_stop_brings_it_to_rest(arm, control):
    stream(arm, TO_THE_LEFT, 20)
    arm.stop()
    assert comes_to_rest(control)


@pytest.mark.parametrize("wrong", [np.zeros(5), np.full(6, np.nan), np.array([0, 0, np.inf, 0, 0, 0])])
def test_what_is_no_twist_is_refused(arm, wrong):
    with pytest.raises(ArmError, match="six finite numbers"):
        arm.send_twist(wrong)


def test_another_scene_is_refused(arm):
    with pytest.raises(ArmError, match="cannot change its scene"):
        next(arm.reset(np.random.default_rng(0), Scene(target_cup=TargetCup(x=0.5))))


def test_an_emergency_stop_whose_first_call_is_lost(arm, control):
    control.ignore_calls("ApplyEmergencyStop", 1)
    stream(arm, TO_THE_LEFT, 20)
    arm.emergency_stop()
    assert comes_to_rest(control, 0.3)
    assert "emergency stop" in arm.read().faults
    with pytest.raises(ArmError, match="emergency stop is on"):
        arm.send_twist(TO_THE_LEFT)
    phases = arm.reset(np.random.default_rng(0))
    assert [next(phases) for _ in range(10)][1:] == ["acknowledge"] * 9  # nothing is cleared unasked
    assert control.status()["state"] == 4
    assert "emergency stop" in arm.acknowledge()
    assert next(phase for phase in phases if phase != "acknowledge") == "preflight"
    phases.close()
    assert arm.read().faults == ()


def test_an_emergency_stop_over_a_lost_session_stops_it_all_the_same(arm, control):
    stream(arm, TO_THE_LEFT, 20)
    control.drop_session()
    time.sleep(0.05)
    arm.emergency_stop()
    assert arm.halted
    assert comes_to_rest(control)
    assert "emergency stop" in arm.read().faults


def test_a_fault_waits_for_a_person_and_is_cleared_then(arm, control):
    stream(arm, TO_THE_LEFT, 10)
    control.fault(bank_a=0x100000)
    state = stream(arm, TO_THE_LEFT, 3)
    assert "maximum force at the end effector" in state.faults
    phases = arm.reset(np.random.default_rng(0))
    assert [next(phases) for _ in range(5)] == ["connect", *["acknowledge"] * 4]
    phases.close()
    assert control.status()["state"] == 4
    assert "preflight" in reset(arm)
    assert arm.read().faults == ()


def test_a_fault_that_came_after_the_acknowledgement_waits_for_another(arm, control):
    control.fault(bank_a=0x100000)
    time.sleep(0.05)
    assert "maximum force at the end effector" in arm.advance().faults
    assert arm.acknowledge() == "maximum force at the end effector"
    control.fault(bank_a=0x200000)
    time.sleep(0.05)
    arm.advance()
    phases = arm.reset(np.random.default_rng(0))
    assert [next(phases) for _ in range(5)] == ["connect", *["acknowledge"] * 4]
    assert control.status()["state"] == 4
    phases.close()
    assert "preflight" in reset(arm)


def test_a_pressed_button_is_not_cleared(arm, control):
    control.press_estop()
    time.sleep(0.05)
    assert "emergency line activated" in arm.advance().faults
    with pytest.raises(errors.EmergencyStopOn, match="release it"):
        reset(arm)
    control.release_estop()
    assert reset(arm)[-1] == "refill"


def test_a_reset_cancelled_at_any_phase_leaves_it_standing(arm, control):
    stream(arm, np.array([0, 0, 0, 0.8, 0, 0]), 40)
    arm.stop()
    for last in ("retreat", "home", "refill"):
        phases = arm.reset(np.random.default_rng(7))
        assert next(phase for phase in phases if phase == last) == last
        for _ in range(8):
            assert next(phases) == last
        phases.close()
        assert comes_to_rest(control)


@pytest.mark.parametrize("lost", [False, True])
def test_a_second_process_could_stop_it(arm, control, lost):
    stream(arm, TO_THE_LEFT, 20)
    call = arm.stopper()
    assert "password" not in repr(call)
    stopper = StopperCall(**json.loads(json.dumps(asdict(call)))).connect()
    if lost:
        control.drop_session()
        time.sleep(0.05)
    assert np.linalg.norm(control.status()["cup_velocity"]) > 0.05
    stopper.stop()
    assert comes_to_rest(control)
    stopper.stop()
    stopper.close()


def test_the_session_is_lost(arm, control):
    stream(arm, TO_THE_LEFT, 20)
    control.drop_session()
    state = stream(arm, TO_THE_LEFT, 3)
    assert any("does not know the session" in fault for fault in state.faults)
    assert np.linalg.norm(control.status()["cup_velocity"]) > 0.05  # it keeps its last twist
    arm.stop()
    assert comes_to_rest(control)
    assert "preflight" in reset(arm)
    assert arm.read().faults == ()


def test_after_a_power_cycle_it_is_told_everything_anew(arm, control):
    stream(arm, TO_THE_LEFT, 20)
    control.restart()
    stream(arm, TO_THE_LEFT, 2)
    arm.stop()
    assert "preflight" in reset(arm)
    assert all(check.passed for check in arm.phases.checks), arm.phases.checks
    np.testing.assert_allclose(arm.advance().wrench, 0, atol=1e-3)


def test_the_connection_is_cut(arm, control):
    stream(arm, TO_THE_LEFT, 20)
    control.disconnect(after=0.05)
    time.sleep(0.1)
    state = stream(arm, TO_THE_LEFT, 8)
    assert state.faults
    arm.stop()
    with EmulatorControl(arm.emulator.port) as again:
        assert comes_to_rest(again)


def test_another_session_takes_control(arm, control):
    stream(arm, TO_THE_LEFT, 20)
    control.steal_session()
    state = stream(arm, TO_THE_LEFT, 2)
    assert any("another session controls the arm" in fault for fault in state.faults)
    arm.stop()
    assert comes_to_rest(control)  # it would have kept its last twist
    with pytest.raises(ArmError, match="another session controls the arm"):
        reset(arm)


def test_feedback_freezes(arm, control):
    stream(arm, TO_THE_LEFT, 10)
    control.freeze_feedback(0.6)
    assert stream(arm, TO_THE_LEFT, 4).faults == ()
    assert any("no new feedback" in fault for fault in stream(arm, TO_THE_LEFT, 8).faults)
    arm.stop()
    time.sleep(0.5)
    assert arm.read().faults == ()


def test_a_twist_without_an_answer(arm, control):
    control.lose_calls("SendTwistCommand", 1)
    state = stream(arm, TO_THE_LEFT, 2)
    assert any("no answer from the arm in time" in fault for fault in state.faults)
    arm.stop()
    assert comes_to_rest(control)


def test_a_twist_of_before_a_freeze_is_not_sent(arm, control, monkeypatch):
    arm.advance()
    begin, sleep = time.monotonic(), time.sleep
    with monkeypatch.context() as frozen:
        frozen.setattr(time, "sleep", lambda seconds: sleep(seconds + 0.2))
        arm.send_twist(TO_THE_LEFT)
    assert control.journal(begin)["orders"] == []
    stream(arm, TO_THE_LEFT, 1)
    assert [order[1] for order in control.journal(begin)["orders"]] == ["SendTwistCommand"]


def test_an_aborted_action_tells_its_reason(arm, control):
    control.abort_next_action(65)
    with pytest.raises(errors.ActionFailed, match="a joint would leave its limits"):
        reset(arm)
    assert comes_to_rest(control)


def test_what_preflight_finds_is_named_with_its_remedy(arm, control):
    control.fail_calls("GetFirmwareBundleVersions", 2, 1)
    control.fault(bank_a=0x100000)  # after it everything is checked anew
    time.sleep(0.05)
    assert arm.advance().faults
    with pytest.raises(ArmError, match=r"preflight: firmware: GetFirmwareBundleVersions: .*; update the firmware$"):
        reset(arm)
    assert [check.name for check in arm.phases.checks if not check.passed] == ["firmware"]


def test_nobody_there_and_wrong_logins(arm):
    driver = replace(arm.config, tcp_port=9)
    with pytest.raises(errors.SessionLost, match=r"no arm answers at 127.0.0.1, port 9 .*check robot_ip"):
        KortexArm(Scene(), driver, Credentials("admin", "admin"))
    with pytest.raises(errors.LoginRefused, match="password is wrong") as error:
        KortexArm(Scene(), arm.config, Credentials("admin", "guessed"))
    assert "guessed" not in str(error.value)


def test_the_arm_goes_dark():
    arm = emulated.EmulatedArm(Scene(), emulated.EmulatedConfig(driver=DRIVER))
    arm.emulator.close()
    state = stream(arm, TO_THE_LEFT, 12)
    assert any("no new feedback" in fault for fault in state.faults)
    assert len(state.faults) == 2  # and what became of the twists
    with pytest.raises(errors.SessionLost, match="no arm answers"):
        reset(arm)
    assert not arm.halted
    arm.emergency_stop()
    assert not arm.halted
    arm.close()
    arm.close()
