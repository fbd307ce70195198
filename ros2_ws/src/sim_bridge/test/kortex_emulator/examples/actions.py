"""Moves by an action to joint angles and by one to a pose of the tool."""

from _connection import Connection
from _home import go_home, run_action
from kortex_api.autogen.client_stubs.BaseClientRpc import BaseClient
from kortex_api.autogen.client_stubs.BaseCyclicClientRpc import BaseCyclicClient
from kortex_api.autogen.messages import Base_pb2

with Connection() as router:
    base, cyclic = BaseClient(router), BaseCyclicClient(router)
    go_home(base)

    feedback = cyclic.RefreshFeedback()
    action = Base_pb2.Action()
    action.name = "to a pose"
    action.application_data = ""
    pose = action.reach_pose.target_pose
    pose.x = feedback.base.tool_pose_x
    pose.y = feedback.base.tool_pose_y - 0.1
    pose.z = feedback.base.tool_pose_z - 0.05
    pose.theta_x = feedback.base.tool_pose_theta_x
    pose.theta_y = feedback.base.tool_pose_theta_y
    pose.theta_z = feedback.base.tool_pose_theta_z
    run_action(base, lambda: base.ExecuteAction(action))
    reached = cyclic.RefreshFeedback().base
    assert abs(reached.tool_pose_y - pose.y) < 0.003 and abs(reached.tool_pose_z - pose.z) < 0.003

    action = Base_pb2.Action()
    action.name = "to joint angles"
    wanted = [10, 20, 180, 240, 0, 50, 90]
    for joint in range(base.GetActuatorCount().count):
        angle = action.reach_joint_angles.joint_angles.joint_angles.add()
        angle.joint_identifier = joint
        angle.value = wanted[joint]
    run_action(base, lambda: base.ExecuteAction(action))
    for actuator, angle in zip(cyclic.RefreshFeedback().actuators, wanted, strict=True):
        assert abs((actuator.position - angle + 180) % 360 - 180) < 0.1
    print("done")
