"""What the gripper reports. Source: Kinova's GripperCyclic messages."""

from ...schema import define
from . import Common_pb2

__getattr__ = define(
    globals(),
    "Kinova.Api.GripperCyclic",
    enums={},
    messages={
        "MessageId": "identifier:fixed32",
        "MotorFeedback": (
            "motor_id:fixed32 position:float velocity:float current_motor:float voltage:float temperature_motor:float"
        ),
        "Feedback": (
            "feedback_id:MessageId status_flags:fixed32 fault_bank_a:fixed32 fault_bank_b:fixed32"
            " warning_bank_a:fixed32 warning_bank_b:fixed32 motor:MotorFeedback*"
        ),
    },
    public=(Common_pb2,),
)
