"""The client of the BaseCyclic service."""

from ..services import BASE_CYCLIC
from .stub import client_class

BaseCyclicClient = client_class(BASE_CYCLIC)
