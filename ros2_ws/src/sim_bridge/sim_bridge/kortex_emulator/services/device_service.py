"""What the arm is made of."""

from typing import Any

from kinova_pour_env import gen3
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import (
    Common_pb2,
    DeviceConfig_pb2,
    DeviceManager_pb2,
    Errors_pb2,
)
from sim_bridge.kortex_emulator.refusal import Refusal
from sim_bridge.kortex_emulator.services.caller import Caller

BASE_DEVICE = 0


def _devices() -> dict[int, tuple[int, str]]:
    """Type and model by identifier."""
    large, small = Common_pb2.BIG_ACTUATOR, Common_pb2.SMALL_ACTUATOR
    kinds = [large if joint.effort > 20 else small for joint in gen3.ACTUATED_JOINTS]
    devices = {BASE_DEVICE: (Common_pb2.BASE, "Gen3 emulated base")}
    devices |= {order: (kind, f"emulated actuator {order}") for order, kind in enumerate(kinds, start=1)}
    after = len(kinds) + 1
    devices[after] = (Common_pb2.INTERCONNECT, "emulated interface module")
    devices[after + 1] = (Common_pb2.GRIPPER, "emulated 2F-85")
    return devices


DEVICES = _devices()


class DeviceManagerService:
    """The DeviceManager service."""

    def read_all_devices(self, _: Caller, __: Any) -> Any:
        """All of them, the base first."""
        handles = DeviceManager_pb2.DeviceHandles()
        for identifier, (kind, _model) in DEVICES.items():
            handles.device_handle.add(device_type=kind, device_identifier=identifier, order=identifier)
        return handles


class DeviceConfigService:
    """The DeviceConfig service of each device."""

    def __init__(self, firmware: str) -> None:
        """Take the firmware's version, three numbers with points between."""
        major, minor, patch = (int(number) for number in firmware.split("."))
        self._firmware = major << 24 | minor << 16 | patch << 8

    def get_device_type(self, caller: Caller, _: Any) -> Any:
        """What kind of device it is."""
        return DeviceConfig_pb2.DeviceType(device_type=_device(caller)[0])

    def get_firmware_version(self, caller: Caller, _: Any) -> Any:
        """A byte for each of the version's numbers, the highest first."""
        _device(caller)
        return DeviceConfig_pb2.FirmwareVersion(firmware_version=self._firmware)

    def get_bootloader_version(self, caller: Caller, _: Any) -> Any:
        """As the firmware's."""
        _device(caller)
        return DeviceConfig_pb2.BootloaderVersion(bootloader_version=self._firmware)

    def get_model_number(self, caller: Caller, _: Any) -> Any:
        """Says that it is emulated."""
        return DeviceConfig_pb2.ModelNumber(model_number=_device(caller)[1])

    def get_part_number(self, caller: Caller, _: Any) -> Any:
        """Says that it is emulated."""
        return DeviceConfig_pb2.PartNumber(part_number=f"EMULATED-{_device(caller)[0]}")

    def get_part_number_revision(self, caller: Caller, _: Any) -> Any:
        """Always A."""
        _device(caller)
        return DeviceConfig_pb2.PartNumberRevision(part_number_revision="A")

    def get_serial_number(self, caller: Caller, _: Any) -> Any:
        """Says that it is emulated."""
        _device(caller)
        return DeviceConfig_pb2.SerialNumber(serial_number=f"EMULATED{caller.device:04d}")

    def get_mac_address(self, caller: Caller, _: Any) -> Any:
        """A locally administered one."""
        _device(caller)
        return DeviceConfig_pb2.MACAddress(mac_address=bytes([2, 0, 0, 0, 0, caller.device]))


def _device(caller: Caller) -> tuple[int, str]:
    if caller.device not in DEVICES:
        raise Refusal(Errors_pb2.INVALID_DEVICE, f"there is no device {caller.device}")
    return DEVICES[caller.device]
