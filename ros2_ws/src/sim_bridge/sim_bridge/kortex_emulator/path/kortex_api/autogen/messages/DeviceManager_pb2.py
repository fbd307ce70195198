"""Messages of the DeviceManager service. Source: Kinova's DeviceManager service description."""

from ...schema import define
from . import Common_pb2

__getattr__ = define(
    globals(),
    "Kinova.Api.DeviceManager",
    enums={},
    messages={"DeviceHandles": "device_handle:DeviceHandle*"},
    public=(Common_pb2,),
)
