"""The client of the Base service."""

from ..services import BASE
from .stub import client_class

BaseClient = client_class(BASE)
