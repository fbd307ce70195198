"""What the emulated arm does as the real one does, unasked."""

import time

import pytest
from kortex_api.autogen.messages import Base_pb2, Common_pb2, ControlConfig_pb2, Errors_pb2

from kinova_pour_env.scene import Scene
from sim_bridge.kortex_emulator.robot import Robot
from sim_bridge.twin_config import TwinConfig

MIXED, TOOL, BASE = (
    Base_pb2.CARTESIAN_REFERENCE_FRAME_MIXED,
    Base_pb2.CARTESIAN_REFERENCE_FRAME_TOOL,
    Base_pb2.CARTESIAN_REFERENCE_FRAME_BASE,
)
HOME = (0, 15, 180, 230, 0, 55, 90)


def velocity(client):
    base = client.feedback.base
    linear = (base.tool_twist_linear_x, base.tool_twist_linear_y, base.tool_twist_linear_z)
    return *linear, base.tool_twist_angular_x, base.tool_twist_angular_y, base.tool_twist_angular_z


def test_joints_are_reported_from_0_to_360_degrees(client):
    positions = [actuator.position for actuator in client.feedback.actuators]
    angles = [angle.value for angle in client.base.GetMeasuredJointAngles().joint_angles]
    for reported in (positions, angles):
        assert all(0 <= angle <= 360 for angle in reported)
        assert [(angle + 90) % 360 - 90 for angle in reported] == pytest.approx(HOME, abs=0.05)
    client.twist(linear_y=0.1)
    time.sleep(0.5)
    assert client.feedback.actuators[0].position > 300


def test_torques_have_the_sign_reversed(client):
    """At Home gravity pulls the arm down about joint 2, whose motor holds it up."""
    torque = client.feedback.actuators[1].torque
    assert abs(torque) > 5
    robot = Robot(Scene(), TwinConfig(), lambda topic, event: None)
    robot.tick()
    held_by = robot.twin.read().joint_torques[1]
    robot.close()
    assert torque == pytest.approx(-held_by, abs=0.5)


def test_pose_and_wrench_are_wrong_until_tool_and_payload_are_told(client):
    base = client.feedback.base
    assert base.tool_pose_x == pytest.approx(0.4567, abs=1e-3)  # the flange
    assert base.tool_external_wrench_force_z == pytest.approx(-9.81 * (0.921 + 0.25 + 0.358), abs=0.1)
    tool = ControlConfig_pb2.ToolConfiguration()
    tool.tool_transform.z = 0.12
    tool.tool_mass = 0.921
    tool.tool_mass_center.z = 0.04
    client.control_config.SetToolConfiguration(tool)
    payload = ControlConfig_pb2.PayloadInformation(payload_mass=0.608)
    client.control_config.SetPayloadInformation(payload)
    time.sleep(0.1)
    base = client.feedback.base
    assert base.tool_pose_x == pytest.approx(0.5767, abs=1e-3)
    assert (base.tool_pose_theta_x, base.tool_pose_theta_y, base.tool_pose_theta_z) == pytest.approx(
        (90, 0, 90), abs=0.1
    )
    assert base.tool_external_wrench_force_z == pytest.approx(0, abs=0.05)
    assert base.tool_external_wrench_torque_y == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    ("frame", "twist", "expected"),
    [
        (BASE, {"linear_y": 0.05}, (0, 0.05, 0, 0, 0, 0)),
        (MIXED, {"linear_y": 0.05}, (0, 0.05, 0, 0, 0, 0)),
        (TOOL, {"linear_y": 0.05}, (0, 0, 0.05, 0, 0, 0)),  # the tool's y points up, its z ahead
        (TOOL, {"angular_z": 8}, (0, 0, 0, 8, 0, 0)),
        (MIXED, {"angular_z": 8}, (0, 0, 0, 8, 0, 0)),
        (BASE, {"angular_z": 8}, (0, 0, 0, 0, 0, 8)),
    ],
)
def test_twists_are_in_metres_and_degrees_per_second_in_their_frame(client, frame, twist, expected):
    client.twist(frame, **twist)
    time.sleep(0.45)
    assert velocity(client)[:3] == pytest.approx(expected[:3], abs=0.003)
    assert velocity(client)[3:] == pytest.approx(expected[3:], abs=0.8)


def test_the_last_twist_is_kept_for_ever(client):
    client.twist(linear_z=0.03)
    time.sleep(1.5)
    assert client.speed == pytest.approx(0.03, abs=0.003)
    client.twist()
    time.sleep(0.4)
    assert client.speed < 0.002


def test_a_hanging_program_is_not_noticed(connect, control):
    """The session manager keeps the connection alive although nobody commands."""
    connect(connection_timeout=200).twist(linear_z=0.03)
    time.sleep(0.8)
    assert not control.status()["standing"]


def test_the_motion_of_a_dead_program_stops_after_the_connection_timeout(connect, control, until):
    client = connect(connection_timeout=300)
    client.twist(linear_z=0.05)
    time.sleep(0.1)
    client.sessions._closing.set()  # as if the process had been killed
    client.transport.disconnect()
    assert not control.status()["standing"]
    until(lambda: control.status()["standing"], timeout=1.0)


def test_a_session_closes_when_nothing_is_heard_of_it(connect, refusal):
    client = connect(connection_timeout=0, session_timeout=150)
    time.sleep(0.4)
    assert refusal(client.base.GetArmState) == Errors_pb2.INVALID_SESSION


def test_only_one_session_moves_the_arm_and_every_one_stops_it(connect, control, refusal):
    first, second = connect(), connect()
    first.twist(linear_z=0.05)
    assert refusal(second.twist) == Errors_pb2.SESSION_NOT_IN_CONTROL
    second.base.Stop()
    second.twist(linear_z=0.05)
    assert refusal(first.twist) == Errors_pb2.SESSION_NOT_IN_CONTROL


def test_without_a_session_nothing_is_answered(connect, refusal):
    client = connect()
    client.sessions.CloseSession()
    assert refusal(client.base.GetArmState) == Errors_pb2.INVALID_SESSION


def test_a_wrong_password_is_refused(connect, refusal):
    assert refusal(lambda: connect(password="secret")) == Errors_pb2.INVALID_PASSWORD


def test_twists_need_single_level_servoing(client, refusal):
    client.base.SetServoingMode(Base_pb2.ServoingModeInformation(servoing_mode=Base_pb2.LOW_LEVEL_SERVOING))
    assert client.state == Common_pb2.ARMSTATE_SERVOING_LOW_LEVEL
    assert refusal(client.twist) == Errors_pb2.WRONG_SERVOING_MODE


def test_numbers_that_are_none_are_refused(client, refusal):
    assert refusal(lambda: client.twist(linear_x=float("nan"))) == Errors_pb2.INVALID_PARAM


def test_an_action_is_not_disturbed_by_twists_or_actions(client, refusal):
    client.base.ExecuteActionFromReference(client.action("Retract").handle)
    assert refusal(client.twist) == Errors_pb2.ROBOT_MOVEMENT_IN_PROGRESS
    handle = client.action("Home").handle
    assert refusal(lambda: client.base.ExecuteActionFromReference(handle)) == Errors_pb2.ROBOT_MOVEMENT_IN_PROGRESS


def test_an_action_pauses_goes_on_and_stops(client, control):
    def begin():
        client.base.ExecuteActionFromReference(client.action("Retract").handle)
        time.sleep(0.4)
        client.base.PauseAction()
        time.sleep(0.4)
        assert client.speed < 1e-3
        client.base.ResumeAction()
        time.sleep(0.4)
        assert client.speed > 0.01
        client.base.StopAction()

    events = client.run(begin)
    assert [event.action_event for event in events] == [
        Base_pb2.ACTION_START,
        Base_pb2.ACTION_PAUSE,
        Base_pb2.ACTION_START,
        Base_pb2.ACTION_ABORT,
    ]
    assert events[-1].abort_details == Errors_pb2.CONTROL_MANUAL_STOP


def test_a_pose_out_of_reach_is_aborted(client):
    action = Base_pb2.Action(reach_pose={"target_pose": {"x": 1.3, "z": 0.43, "theta_x": 90, "theta_z": 90}})
    action.reach_pose.constraint.speed.translation = 0.5
    events = client.run(lambda: client.base.ExecuteAction(action), timeout=20)
    assert events[-1].abort_details == Errors_pb2.CONTROL_OUTSIDE_WORKSPACE


def test_joint_angles_beyond_the_limits_are_refused(client, refusal):
    action = Base_pb2.Action()
    for joint in range(7):
        action.reach_joint_angles.joint_angles.joint_angles.add(joint_identifier=joint, value=150)
    assert refusal(lambda: client.base.ExecuteAction(action)) == Errors_pb2.CONTROL_JOINT_POSITION_LIMIT


def test_soft_limits_hold(client, refusal):
    limit = ControlConfig_pb2.TwistLinearSoftLimit(
        control_mode=ControlConfig_pb2.CARTESIAN_JOYSTICK, twist_linear_soft_limit=0.04
    )
    client.control_config.SetTwistLinearSoftLimit(limit)
    client.twist(linear_z=0.2)
    time.sleep(0.4)
    assert client.speed == pytest.approx(0.04, abs=0.004)
    limit.twist_linear_soft_limit = 0.6
    assert refusal(lambda: client.control_config.SetTwistLinearSoftLimit(limit)) == Errors_pb2.INVALID_PARAM


def test_protection_zones_hold_for_twists_and_not_for_actions(client):
    reached = []
    client.base.OnNotificationProtectionZoneTopic(reached.append, Base_pb2.NotificationOptions())
    zone = Base_pb2.ProtectionZone(name="above", is_enabled=True)
    zone.shape.shape_type = Base_pb2.SPHERE
    zone.shape.origin.x, zone.shape.origin.z = 0.4567, 0.58
    zone.shape.dimensions.append(0.1)
    for row, column in (("row1", "column1"), ("row2", "column2"), ("row3", "column3")):
        setattr(getattr(zone.shape.orientation, row), column, 1.0)
    client.base.CreateProtectionZone(zone)
    client.twist(linear_z=0.1)
    time.sleep(1.2)
    assert client.speed < 2e-3
    assert 0.45 < client.feedback.base.tool_pose_z < 0.48
    assert [event.event for event in reached] == [Base_pb2.REACHED]
    action = Base_pb2.Action(
        reach_pose={"target_pose": {"x": 0.4567, "y": 0.0014, "z": 0.56, "theta_x": 90, "theta_z": 90}}
    )
    assert client.run(lambda: client.base.ExecuteAction(action))[-1].action_event == Base_pb2.ACTION_END


def test_feedback_comes_over_udp_too(connect):
    client = connect(udp=True)
    first = client.feedback.frame_id
    time.sleep(0.1)
    assert client.feedback.frame_id > first
