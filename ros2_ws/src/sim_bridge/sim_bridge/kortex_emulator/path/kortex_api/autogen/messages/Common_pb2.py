"""Messages and enums of all services. Source: Kinova's Common service description."""

from ...schema import define

__getattr__ = define(
    globals(),
    "Kinova.Api.Common",
    enums={
        "DeviceTypes": {
            "UNSPECIFIED_DEVICE_TYPE": 0,
            "BASE": 1,
            "VISION": 2,
            "BIG_ACTUATOR": 3,
            "SMALL_ACTUATOR": 4,
            "INTERCONNECT": 5,
            "GRIPPER": 6,
            "MEDIUM_ACTUATOR": 7,
            "XBIG_ACTUATOR": 8,
        },
        "Permission": {"NO_PERMISSION": 0, "READ_PERMISSION": 1, "UPDATE_PERMISSION": 2, "DELETE_PERMISSION": 4},
        "NotificationType": {
            "NOTIFICATION_TYPE_UNSPECIFIED": 0,
            "NOTIFICATION_TYPE_THRESHOLD": 1,
            "NOTIFICATION_TYPE_FIX_RATE": 2,
            "NOTIFICATION_TYPE_EVENT": 3,
        },
        "ArmState": {
            "ARMSTATE_UNSPECIFIED": 0,
            "ARMSTATE_BASE_INITIALIZATION": 1,
            "ARMSTATE_IDLE": 2,
            "ARMSTATE_INITIALIZATION": 3,
            "ARMSTATE_IN_FAULT": 4,
            "ARMSTATE_MAINTENANCE": 5,
            "ARMSTATE_SERVOING_LOW_LEVEL": 6,
            "ARMSTATE_SERVOING_READY": 7,
            "ARMSTATE_SERVOING_PLAYING_SEQUENCE": 8,
            "ARMSTATE_SERVOING_MANUALLY_CONTROLLED": 9,
            "ARMSTATE_BRAKE_RELEASING": 10,
            "ARMSTATE_RESERVED": 255,
        },
        "CartesianReferenceFrame": {
            "CARTESIAN_REFERENCE_FRAME_UNSPECIFIED": 0,
            "CARTESIAN_REFERENCE_FRAME_MIXED": 1,
            "CARTESIAN_REFERENCE_FRAME_TOOL": 2,
            "CARTESIAN_REFERENCE_FRAME_BASE": 3,
        },
    },
    messages={
        "Empty": "",
        "DeviceHandle": "device_type:DeviceTypes device_identifier:uint32 order:uint32",
        "NotificationOptions": "type:NotificationType rate_m_sec:uint32 threshold_value:float",
        "NotificationHandle": "identifier:uint32",
        "Timestamp": "sec:uint32 usec:uint32",
        "UserProfileHandle": "identifier:uint32 permission:fixed32",
        "Connection": ("user_handle:UserProfileHandle connection_information:string connection_identifier:uint32"),
    },
)
