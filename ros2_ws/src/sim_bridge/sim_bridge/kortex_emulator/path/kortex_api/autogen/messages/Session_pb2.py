"""Messages of the Session service. Source: Kinova's documentation of the Python API."""

from ...schema import define
from . import Common_pb2

__getattr__ = define(
    globals(),
    "Kinova.Api.Session",
    enums={},
    messages={
        "CreateSessionInfo": (
            "username:string password:string session_inactivity_timeout:uint32 connection_inactivity_timeout:uint32"
        ),
    },
    public=(Common_pb2,),
)
