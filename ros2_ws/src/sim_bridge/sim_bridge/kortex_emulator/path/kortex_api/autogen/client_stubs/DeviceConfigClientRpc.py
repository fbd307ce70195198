"""The client of the DeviceConfig service."""

from ..services import DEVICE_CONFIG
from .stub import client_class

DeviceConfigClient = client_class(DEVICE_CONFIG)
