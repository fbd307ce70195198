"""The client of the DeviceManager service."""

from ..services import DEVICE_MANAGER
from .stub import client_class

DeviceManagerClient = client_class(DEVICE_MANAGER)
