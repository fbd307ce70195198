"""What each service can be asked, and which topics it notifies on: for the clients and for the emulator alike."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .messages import (
    Base_pb2,
    BaseCyclic_pb2,
    Common_pb2,
    ControlConfig_pb2,
    DeviceConfig_pb2,
    DeviceManager_pb2,
    Session_pb2,
)

Message = Any
"""A class that protobuf made."""

_NOTHING = Common_pb2.Empty


class Service(NamedTuple):
    """One of the arm's services.

    Attributes:
        name: Kinova's.
        methods: what is sent and what comes back, by name; `Empty` for nothing.
        topics: what is notified, by name.
    """

    name: str
    methods: Mapping[str, tuple[Message, Message]]
    topics: Mapping[str, Message]


def _service(
    name: str,
    commands: Mapping[str, Message],
    queries: Mapping[str, Message],
    exchanges: Mapping[str, tuple[Message, Message]] | None = None,
    topics: Mapping[str, Message] | None = None,
) -> Service:
    methods = {method: (sent, _NOTHING) for method, sent in commands.items()}
    methods |= {method: (_NOTHING, received) for method, received in queries.items()}
    methods |= exchanges or {}
    if topics:
        methods |= {topic: (Common_pb2.NotificationOptions, Common_pb2.NotificationHandle) for topic in topics}
        methods["Unsubscribe"] = (Common_pb2.NotificationHandle, _NOTHING)
    return Service(name, methods, topics or {})


SESSION = _service(
    "Session",
    commands={"CreateSession": Session_pb2.CreateSessionInfo, "CloseSession": _NOTHING, "KeepAlive": _NOTHING},
    queries={},
)
BASE = _service(
    "Base",
    commands={
        "ApplyEmergencyStop": _NOTHING,
        "ClearFaults": _NOTHING,
        "DeleteProtectionZone": Base_pb2.ProtectionZoneHandle,
        "ExecuteAction": Base_pb2.Action,
        "ExecuteActionFromReference": Base_pb2.ActionHandle,
        "PauseAction": _NOTHING,
        "PlayCartesianTrajectory": Base_pb2.ConstrainedPose,
        "PlayJointTrajectory": Base_pb2.ConstrainedJointAngles,
        "ResumeAction": _NOTHING,
        "SendGripperCommand": Base_pb2.GripperCommand,
        "SendTwistCommand": Base_pb2.TwistCommand,
        "SetServoingMode": Base_pb2.ServoingModeInformation,
        "Stop": _NOTHING,
        "StopAction": _NOTHING,
    },
    queries={
        "GetActuatorCount": Base_pb2.ActuatorInformation,
        "GetAllJointsSpeedHardLimitation": Base_pb2.JointsLimitationsList,
        "GetArmState": Base_pb2.ArmStateInformation,
        "GetFirmwareBundleVersions": Base_pb2.FirmwareBundleVersions,
        "GetMeasuredCartesianPose": Base_pb2.Pose,
        "GetMeasuredJointAngles": Base_pb2.JointAngles,
        "GetOperatingMode": Base_pb2.OperatingModeInformation,
        "GetServoingMode": Base_pb2.ServoingModeInformation,
        "GetTwistHardLimitation": Base_pb2.TwistLimitation,
        "GetTwistSoftLimitation": Base_pb2.TwistLimitation,
        "ReadAllProtectionZones": Base_pb2.ProtectionZoneList,
    },
    exchanges={
        "ComputeForwardKinematics": (Base_pb2.JointAngles, Base_pb2.Pose),
        "CreateProtectionZone": (Base_pb2.ProtectionZone, Base_pb2.ProtectionZoneHandle),
        "GetMeasuredGripperMovement": (Base_pb2.GripperRequest, Base_pb2.Gripper),
        "ReadAction": (Base_pb2.ActionHandle, Base_pb2.Action),
        "ReadAllActions": (Base_pb2.RequestedActionType, Base_pb2.ActionList),
    },
    topics={
        "ActionTopic": Base_pb2.ActionNotification,
        "ArmStateTopic": Base_pb2.ArmStateNotification,
        "ConfigurationChangeTopic": Base_pb2.ConfigurationChangeNotification,
        "ProtectionZoneTopic": Base_pb2.ProtectionZoneNotification,
        "ServoingModeTopic": Base_pb2.ServoingModeNotification,
    },
)
BASE_CYCLIC = _service("BaseCyclic", commands={}, queries={"RefreshFeedback": BaseCyclic_pb2.Feedback})
CONTROL_CONFIG = _service(
    "ControlConfig",
    commands={
        "SetGravityVector": ControlConfig_pb2.GravityVector,
        "SetPayloadInformation": ControlConfig_pb2.PayloadInformation,
        "SetToolConfiguration": ControlConfig_pb2.ToolConfiguration,
        "SetTwistAngularSoftLimit": ControlConfig_pb2.TwistAngularSoftLimit,
        "SetTwistLinearSoftLimit": ControlConfig_pb2.TwistLinearSoftLimit,
    },
    queries={
        "GetGravityVector": ControlConfig_pb2.GravityVector,
        "GetKinematicHardLimits": ControlConfig_pb2.KinematicLimits,
        "GetPayloadInformation": ControlConfig_pb2.PayloadInformation,
        "GetToolConfiguration": ControlConfig_pb2.ToolConfiguration,
    },
    exchanges={
        "GetKinematicSoftLimits": (ControlConfig_pb2.ControlModeInformation, ControlConfig_pb2.KinematicLimits),
    },
)
DEVICE_CONFIG = _service(
    "DeviceConfig",
    commands={},
    queries={
        "GetBootloaderVersion": DeviceConfig_pb2.BootloaderVersion,
        "GetDeviceType": DeviceConfig_pb2.DeviceType,
        "GetFirmwareVersion": DeviceConfig_pb2.FirmwareVersion,
        "GetMACAddress": DeviceConfig_pb2.MACAddress,
        "GetModelNumber": DeviceConfig_pb2.ModelNumber,
        "GetPartNumber": DeviceConfig_pb2.PartNumber,
        "GetPartNumberRevision": DeviceConfig_pb2.PartNumberRevision,
        "GetSerialNumber": DeviceConfig_pb2.SerialNumber,
    },
)
DEVICE_MANAGER = _service("DeviceManager", commands={}, queries={"ReadAllDevices": DeviceManager_pb2.DeviceHandles})

SERVICES = {
    service.name: service for service in (SESSION, BASE, BASE_CYCLIC, CONTROL_CONFIG, DEVICE_CONFIG, DEVICE_MANAGER)
}
