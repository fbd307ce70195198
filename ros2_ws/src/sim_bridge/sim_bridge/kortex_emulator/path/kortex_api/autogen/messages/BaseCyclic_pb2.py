"""Messages of the BaseCyclic service. Source: Kinova's BaseCyclic service description; units stand there."""

from ...schema import define
from . import Common_pb2, InterconnectCyclic_pb2


def _floats(*groups: str) -> str:
    """Fields of float: "pose_ x y" stands for pose_x and pose_y."""
    return " ".join(f"{prefix}{name}:float" for prefix, *names in map(str.split, groups) for name in names)


__getattr__ = define(
    globals(),
    "Kinova.Api.BaseCyclic",
    enums={},
    messages={
        "ActuatorFeedback": (
            "command_id:fixed32 status_flags:fixed32 jitter_comm:fixed32 position:float velocity:float torque:float"
            " current_motor:float voltage:float temperature_motor:float temperature_core:float"
            " fault_bank_a:fixed32 fault_bank_b:fixed32 warning_bank_a:fixed32 warning_bank_b:fixed32"
        ),
        "BaseFeedback": (
            "active_state_connection_identifier:uint32 active_state:ArmState arm_voltage:float arm_current:float"
            " temperature_cpu:float temperature_ambient:float "
            + _floats(
                "imu_acceleration_ x y z",
                "imu_angular_velocity_ x y z",
                "tool_pose_ x y z theta_x theta_y theta_z",
                "tool_twist_ linear_x linear_y linear_z angular_x angular_y angular_z",
                "tool_external_wrench_ force_x force_y force_z torque_x torque_y torque_z",
                "commanded_tool_pose_ x y z theta_x theta_y theta_z",
            )
            + " fault_bank_a:fixed32 fault_bank_b:fixed32 warning_bank_a:fixed32 warning_bank_b:fixed32"
        ),
        "Feedback": (
            "frame_id:fixed32 base:BaseFeedback actuators:ActuatorFeedback* interconnect:InterconnectCyclic.Feedback"
        ),
    },
    public=(Common_pb2, InterconnectCyclic_pb2),
)
