"""The client of the ControlConfig service."""

from ..services import CONTROL_CONFIG
from .stub import client_class

ControlConfigClient = client_class(CONTROL_CONFIG)
