"""Closes the gripper by position, opens it by speed, and waits for it by asking where it is."""

import time

from _connection import Connection
from kortex_api.autogen.client_stubs.BaseClientRpc import BaseClient
from kortex_api.autogen.messages import Base_pb2

with Connection() as router:
    base = BaseClient(router)
    command = Base_pb2.GripperCommand()
    finger = command.gripper.finger.add()
    finger.finger_identifier = 1
    command.mode = Base_pb2.GRIPPER_POSITION
    finger.value = 1.0
    base.SendGripperCommand(command)

    request = Base_pb2.GripperRequest()
    request.mode = Base_pb2.GRIPPER_SPEED
    time.sleep(0.1)
    while base.GetMeasuredGripperMovement(request).finger[0].value != 0.0:
        time.sleep(0.01)
    request.mode = Base_pb2.GRIPPER_POSITION
    closed = base.GetMeasuredGripperMovement(request).finger[0].value
    assert 0 < closed < 0.1, closed  # a mug stands between the fingers

    command.mode = Base_pb2.GRIPPER_SPEED
    finger.value = 0.5
    base.SendGripperCommand(command)
    while base.GetMeasuredGripperMovement(request).finger[0].value > 0.001:
        time.sleep(0.01)
    print("done")
