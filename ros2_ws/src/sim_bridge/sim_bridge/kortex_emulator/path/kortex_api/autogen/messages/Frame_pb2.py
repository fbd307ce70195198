"""What a transport carries: this project's own, as Kinova's description of it is not public."""

from ...schema import define
from . import Errors_pb2

__getattr__ = define(
    globals(),
    "Kinova.Api.Frame",
    enums={
        "FrameTypes": {
            "MSG_FRAME_UNSPECIFIED": 0,
            "MSG_FRAME_REQUEST": 1,
            "MSG_FRAME_RESPONSE": 2,
            "MSG_FRAME_NOTIFICATION": 3,
        },
    },
    messages={
        "Error": "error_code:ErrorCodes error_sub_code:SubErrorCodes error_sub_string:string",
        "Frame": (
            "type:FrameTypes identifier:uint32 service:string method:string device:uint32 payload:bytes error:Error"
        ),
    },
    public=(Errors_pb2,),
)
