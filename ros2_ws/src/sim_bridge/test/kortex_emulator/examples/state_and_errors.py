"""Reads all there is to read, with options, and catches a refusal."""

from _connection import Connection
from google.protobuf import json_format
from kortex_api.autogen.client_stubs.BaseClientRpc import BaseClient
from kortex_api.autogen.client_stubs.DeviceConfigClientRpc import DeviceConfigClient
from kortex_api.autogen.client_stubs.DeviceManagerClientRpc import DeviceManagerClient
from kortex_api.autogen.messages import Base_pb2, Common_pb2, Errors_pb2
from kortex_api.Exceptions.KServerException import KServerException
from kortex_api.RouterClient import RouterClientSendOptions

with Connection() as router:
    base = BaseClient(router)
    devices, configuration = DeviceManagerClient(router), DeviceConfigClient(router)
    options = RouterClientSendOptions()
    options.timeout_ms = 4000
    kinds = []
    for device in devices.ReadAllDevices().device_handle:
        kinds.append(Common_pb2._DEVICETYPES.values_by_number[device.device_type].name)
        about = {}
        about.update(json_format.MessageToDict(configuration.GetDeviceType(device.device_identifier, options)))
        about.update(json_format.MessageToDict(configuration.GetFirmwareVersion(device.device_identifier, options)))
        about.update(json_format.MessageToDict(configuration.GetSerialNumber(device.device_identifier, options)))
        mac = configuration.GetMACAddress(device.device_identifier, options).mac_address
        print(kinds[-1], about, ":".join(f"{byte:02X}" for byte in mac))
    assert kinds.count("BIG_ACTUATOR") == 4 and kinds.count("SMALL_ACTUATOR") == 3 and kinds[0] == "BASE"

    for action in base.ReadAllActions(Base_pb2.RequestedActionType(), options=options).action_list:
        print(action.name, action.handle.identifier, Base_pb2.ActionType.Name(action.handle.action_type))
        assert action.handle.permission & Common_pb2.READ_PERMISSION
    try:
        base.SendGripperCommand(Base_pb2.GripperCommand(mode=Base_pb2.GRIPPER_POSITION))
    except KServerException as error:
        print(error)
        assert error.get_error_code() == Errors_pb2.ERROR_DEVICE
        assert error.get_error_sub_code() == Errors_pb2.INVALID_PARAM
        print("done")
