"""Messages of the DeviceConfig service. Source: Kinova's DeviceConfig service description."""

from ...schema import define
from . import Common_pb2

__getattr__ = define(
    globals(),
    "Kinova.Api.DeviceConfig",
    enums={},
    messages={
        "DeviceType": "device_type:DeviceTypes",
        "FirmwareVersion": "firmware_version:uint32",
        "BootloaderVersion": "bootloader_version:uint32",
        "ModelNumber": "model_number:string",
        "PartNumber": "part_number:string",
        "PartNumberRevision": "part_number_revision:string",
        "SerialNumber": "serial_number:string",
        "MACAddress": "mac_address:bytes",
        "IPv4Settings": "ipv4_address:uint32 ipv4_subnet_mask:uint32 ipv4_default_gateway:uint32",
    },
    public=(Common_pb2,),
)
