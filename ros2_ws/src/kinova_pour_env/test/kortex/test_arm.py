"""The driver against the emulated arm, in real time: what it does, and what it makes of each fault."""

import json
import socket
import time
from collections import deque
from contextlib import closing
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest

from kinova_pour_env import gen3
from kinova_pour_env.arm import Arm, ArmError, Attended, Guarded, come_to_rest
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kinematics import angles_from_rotation, cup_kinematics, rotation_vector
from kinova_pour_env.kortex import errors
from kinova_pour_env.kortex.actions import carry_out
from kinova_pour_env.kortex.arm import KortexArm
from kinova_pour_env.kortex.config import Credentials, KortexConfig
from kinova_pour_env.kortex.units import joint_action
from kinova_pour_env.safety.stopper import StopperCall
from kinova_pour_env.scene import Scene, TargetCup

emulated = pytest.importorskip("sim_bridge.emulated")
EmulatorControl = pytest.importorskip("sim_bridge.kortex_emulator.control").EmulatorControl
Mirror = pytest.importorskip("sim_bridge.mirror").Mirror

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
        if phase == "acknowledge":
            arm.acknowledge()
        if phase == "refill":
            arm.refilled()
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


def test_a_fault_is_named_though_a_twist_was_refused_before_the_feedback_told_of_it(arm, control):
    control.status()  # a connection's first call takes longer
    arm.advance()
    time.sleep(gen3.COMMAND_PERIOD)  # the reading after the twist comes at once
    control.fault(bank_a=0x100000)
    while not (state := stream(arm, TO_THE_LEFT, 1)).faults:
        pass
    assert "maximum force at the end effector" in state.faults


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


def test_after_a_fault_everything_is_checked_though_the_mode_was_refused(arm, control):
    control.fault(bank_a=0x100000)
    time.sleep(0.1)
    control.fail_calls("SetServoingMode", 21, 1)
    with pytest.raises(errors.NotReady):
        reset(arm)
    time.sleep(1.0)
    assert "preflight" in reset(arm)


def test_the_mode_is_asked_for_once_the_arm_has_recovered(arm, control):
    """The emulator refuses it before, as a starting arm does."""
    control.fault(bank_a=0x100000)
    time.sleep(0.1)
    assert reset(arm)[-1] == "refill"


def test_a_wrong_servoing_mode_is_mended_by_the_next_reset(arm, control):
    base = arm.connection.kortex.base
    low_level = base.ServoingModeInformation(servoing_mode=3)
    arm.connection.call(arm.connection.base.SetServoingMode, low_level)
    assert any("wrong servoing mode" in fault for fault in stream(arm, TO_THE_LEFT, 2).faults)
    assert "preflight" in reset(arm)
    assert stream(arm, TO_THE_LEFT, 2).faults == ()


@pytest.mark.parametrize(
    ("broken", "stops"),
    [
        (("SendTwistCommand",), lambda arm: arm.stop()),
        (("SendTwistCommand", "Stop"), lambda arm: arm.stop()),
        (("ApplyEmergencyStop", "SendTwistCommand"), lambda arm: arm.emergency_stop()),
    ],
)
def test_whatever_the_wheel_raises_the_next_way_to_stop_is_tried(arm, control, broken, stops):
    stream(arm, TO_THE_LEFT, 20)
    for name in broken:
        control.garble_calls(name, 2 if name == "ApplyEmergencyStop" else 1)
    stops(arm)
    assert arm.halted
    assert comes_to_rest(control)


def test_a_stop_of_the_second_process_goes_on_over_whatever_the_wheel_raises(arm, control):
    stopper = arm.stopper().connect()
    stream(arm, TO_THE_LEFT, 20)
    control.garble_calls("Stop", 2)
    stopper.stop()
    stopper.close()
    assert comes_to_rest(control)


def test_a_connection_whose_arm_could_not_be_stopped_is_not_taken_for_sound(arm, control):
    stream(arm, TO_THE_LEFT, 2)
    control.fail_calls("SendTwistCommand", 3, 10)
    control.fail_calls("Stop", 3, 10)
    arm.stop()
    assert not arm.halted
    with pytest.raises(errors.CallRefused):
        arm.connect()
    control.behave()
    assert arm.connect()
    assert arm.halted


def test_a_stop_waits_for_no_login_that_is_not_answered(arm, control, monkeypatch):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        config = replace(arm.connection._config, tcp_port=silent.getsockname()[1])
        stream(arm, TO_THE_LEFT, 2)
        with monkeypatch.context() as dark:
            dark.setattr(arm.connection, "_config", config)
            control.drop_session()
            time.sleep(0.05)
            begin = time.monotonic()
            arm.stop()
            assert time.monotonic() - begin < 2 * DRIVER.call_timeout
            assert not arm.halted
    arm.stop()
    assert arm.halted


def test_fingers_on_their_way_are_stopped_with_the_reset(arm, control):
    base = arm.connection.kortex.base
    opened = base.GripperCommand(mode=base.GRIPPER_POSITION)
    opened.gripper.finger.add(finger_identifier=1, value=0.0)
    arm.connection.call(arm.connection.base.SendGripperCommand, opened)
    time.sleep(0.5)

    def finger():
        request = base.GripperRequest(mode=base.GRIPPER_POSITION)
        return arm.connection.call(arm.connection.base.GetMeasuredGripperMovement, request).finger[0].value

    arm.phases._holding = False
    phases = arm.reset(np.random.default_rng(0))
    assert next(phase for phase in phases if phase == "refill")
    arm.refilled()
    for _ in range(3):
        next(phases)
    assert arm.acting
    phases.close()
    stood = finger()
    time.sleep(0.5)
    assert finger() == pytest.approx(stood, abs=1e-6)
    arm.phases._holding = False


def elbow_turned(amount):
    """Joint positions [7] at which the mug stands as at Home, and a joint by so many rad elsewhere."""
    home = np.array(gen3.HOME)
    positions, before = home, None
    while np.abs(positions - home).max() < amount:
        null = np.linalg.svd(cup_kinematics(positions).jacobian)[2][-1]
        before = null if before is None or null @ before > 0 else -null
        positions = positions + 0.005 * before
        off = np.concatenate((CUP_AT_HOME - cup_kinematics(positions).position, np.zeros(3)))
        positions = positions + np.linalg.pinv(cup_kinematics(positions).jacobian) @ off
    return positions


def bring(arm, positions):
    """To joint positions [7], by a joint action."""
    with closing(carry_out(arm.connection, joint_action(arm.connection.kortex, "bring", positions, 4.0), 20)) as moving:
        for _ in moving:
            time.sleep(0.02)


@pytest.fixture
def mirrored(arm):
    """The arm's ways are seen by a mirror."""
    mirror = Mirror(Scene())
    arm.heed(arm.safety, mirror.nearest)
    yield
    arm.heed(arm.safety, None)
    mirror.close()


@pytest.mark.parametrize("room", [0.003, 0.05])
def test_a_reset_begins_and_passes_where_a_joint_is_near_its_limit(arm, control, mirrored, room):
    """The mug is upright; to lift it turns the joint farther."""
    limit = gen3.ACTUATED_JOINTS[5].limit
    bring(arm, np.array((0.04, 1.71, 1.75, -2.08, 0.16, limit - room, 3.05)))
    arm.phases._ready = False
    turned, told = [], []
    for phase in arm.reset(np.random.default_rng(0)):
        turned.append(arm.read().joint_positions[5])
        told += [phase] if phase not in told else []
        arm.refilled()
    assert told[:4] == ["connect", "preflight", "retreat", "home"]
    assert max(turned) < min(limit, limit - room + 0.03)
    assert abs(turned[-1] - gen3.HOME[5]) < 0.2


LYING = np.array((0.848, 1.3567, 3.0076, -1.3766, 0.8889, 1.2029, -0.1088))
"""The mug lies low beside the target cup, the gripper 11 mm from it: so an episode ended on the emulated arm."""


def lifted(positions, height):
    """The same with the mug held as it is, so many m higher."""
    wanted = cup_kinematics(positions)
    for _ in range(60):
        cup = cup_kinematics(positions)
        away = wanted.position + np.array((0, 0, height)) - cup.position
        turned = rotation_vector(wanted.rotation @ cup.rotation.T)
        positions = positions + 0.3 * np.linalg.pinv(cup.jacobian) @ np.concatenate((away, turned))
    return positions


def test_a_mug_that_has_no_room_to_turn_is_lifted_first(arm, control, mirrored, caplog):
    for positions in (lifted(LYING, 0.25), LYING):
        bring(arm, positions)
    begun, states = time.monotonic(), []
    with caplog.at_level("INFO"), closing(arm.reset(np.random.default_rng(0))) as phases:
        for phase in phases:
            states.append(arm.read())
            if phase == "refill":
                break
    assert "it is lifted first" in caplog.text and "the joints look for" not in caplog.text
    assert not any(touching for *_, touching in control.journal(begun)["periods"])
    turning = next(state for state in states if np.linalg.norm(rotation_vector(state.cup_rotation)) < 1.4)
    assert turning.cup_position[2] > CUP_AT_HOME[2] - 0.03


def test_an_arm_in_another_posture_goes_home_by_itself_if_it_is_seen(arm, control):
    bring(arm, elbow_turned(0.8))
    with pytest.raises(ArmError, match=r"joint_\d is 0\.\d+ rad from where the arm begins"):
        deque(arm.reset(np.random.default_rng(0)), maxlen=0)
    mirror = Mirror(Scene())
    arm.heed(arm.safety, mirror.nearest)
    with closing(arm.reset(np.random.default_rng(0))) as phases:
        assert next(phase for phase in phases if phase == "refill")
    arm.heed(arm.safety, None)
    mirror.close()


def test_a_reset_cancelled_at_any_phase_leaves_it_standing(arm, control):
    stream(arm, np.array([0, 0, 0, 0.8, 0, 0]), 40)
    arm.stop()
    deque(come_to_rest(arm), maxlen=0)  # preflight passes on a standing arm alone
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
    time.sleep(0.1)  # as before: nor one that comes late, though it is sent at once
    arm.send_twist(TO_THE_LEFT)
    assert control.journal(begin)["orders"] == []
    arm.advance()
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
