"""Going home by the action of the arm's memory, with its notification."""

import threading

from kortex_api.autogen.messages import Base_pb2


def run_action(base, begin):
    over = threading.Event()

    def noticed(notification):
        print("EVENT:", Base_pb2.ActionEvent.Name(notification.action_event))
        if notification.action_event == Base_pb2.ACTION_END or notification.action_event == Base_pb2.ACTION_ABORT:
            over.set()

    subscription = base.OnNotificationActionTopic(noticed, Base_pb2.NotificationOptions())
    begin()
    finished = over.wait(20)
    base.Unsubscribe(subscription)
    assert finished


def go_home(base):
    mode = Base_pb2.ServoingModeInformation()
    mode.servoing_mode = Base_pb2.SINGLE_LEVEL_SERVOING
    base.SetServoingMode(mode)
    kind = Base_pb2.RequestedActionType()
    kind.action_type = Base_pb2.REACH_JOINT_ANGLES
    handle = None
    for action in base.ReadAllActions(kind).action_list:
        if action.name == "Home":
            handle = action.handle
    assert handle is not None
    run_action(base, lambda: base.ExecuteActionFromReference(handle))
