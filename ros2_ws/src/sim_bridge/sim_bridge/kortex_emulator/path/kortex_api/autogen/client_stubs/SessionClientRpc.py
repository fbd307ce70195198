"""The client of the Session service."""

from ..services import SESSION
from .stub import client_class

SessionClient = client_class(SESSION)
