"""Goes home by an action, then moves by a twist in the tool's axes and stops."""

import time

from _connection import Connection
from _home import go_home
from kortex_api.autogen.client_stubs.BaseClientRpc import BaseClient
from kortex_api.autogen.messages import Base_pb2

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
