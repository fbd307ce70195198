"""What the interface module at the wrist reports. Source: Kinova's InterconnectCyclic messages."""

from ...schema import define
from . import Common_pb2, GripperCyclic_pb2

__getattr__ = define(
    globals(),
    "Kinova.Api.InterconnectCyclic",
    enums={},
    messages={
        "MessageId": "identifier:fixed32",
        "Feedback": (
            "feedback_id:MessageId status_flags:fixed32 jitter_comm:fixed32"
            " imu_acceleration_x:float imu_acceleration_y:float imu_acceleration_z:float"
            " imu_angular_velocity_x:float imu_angular_velocity_y:float imu_angular_velocity_z:float"
            " voltage:float temperature_core:float fault_bank_a:fixed32 fault_bank_b:fixed32"
            " warning_bank_a:fixed32 warning_bank_b:fixed32"
            " tool_feedback( gripper_feedback:GripperCyclic.Feedback )"
        ),
    },
    public=(Common_pb2, GripperCyclic_pb2),
)
