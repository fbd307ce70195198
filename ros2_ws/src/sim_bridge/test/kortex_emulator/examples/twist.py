"""Goes home by an action, waits for its notification, then moves by a twist in the tool's axes and stops."""

import threading
import time

from _connection import Connection
from kortex_api.autogen.client_stubs.BaseClientRpc import BaseClient
from kortex_api.autogen.messages import Base_pb2


def go_home(base):
    mode = Base_pb2.ServoingModeInformation()
    mode.servoing_mode = Base_pb2.SINGLE_LEVEL_SERVOING
    base.SetServoingMode(mode)
    kind = Base_pb2.RequestedActionType()
    kind.action_type = Base_pb2.REACH_JOINT_ANGLES
    handles = [action.handle for action in base.ReadAllActions(kind).action_list if action.name == "Home"]
    over = threading.Event()

    def noticed(notification):
        print("EVENT:", Base_pb2.ActionEvent.Name(notification.action_event))
        if notification.action_event in (Base_pb2.ACTION_END, Base_pb2.ACTION_ABORT):
            over.set()

    subscription = base.OnNotificationActionTopic(noticed, Base_pb2.NotificationOptions())
    base.ExecuteActionFromReference(handles[0])
    assert over.wait(20)
    base.Unsubscribe(subscription)


with Connection() as router:
    base = BaseClient(router)
    go_home(base)
    before = base.GetMeasuredCartesianPose()
    command = Base_pb2.TwistCommand()
    command.reference_frame = Base_pb2.CARTESIAN_REFERENCE_FRAME_TOOL
    command.duration = 0
    twist = command.twist
    twist.linear_x = 0
    twist.linear_y = 0.05
    twist.linear_z = 0
    twist.angular_z = 5
    base.SendTwistCommand(command)
    time.sleep(1)
    base.Stop()
    time.sleep(0.5)
    after = base.GetMeasuredCartesianPose()
    assert 0.03 < after.z - before.z < 0.06, after  # the tool's y points up at Home
    print("done")
