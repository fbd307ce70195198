"""Kinova's package `kortex_api`: found or explained, and imported only when an arm is made.

Its generated messages are of protoc 3.5. protobuf 3.5.1, which it pins, does not import on Python 3.10 or later
(`collections.MutableMapping` is gone); protobuf 4 and later refuse such messages in C ("Descriptors cannot be created
directly") but take them in pure Python, which is fast enough for a hundred messages a second.
"""

import os
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any, NamedTuple

from kinova_pour_env.arm import ArmError

MISSING = (
    "Kinova's Kortex API for Python (kortex_api 2.6 or later) is not installed and is not on PyPI: get the wheel that "
    "the readme of Kinova's repository Kinova-kortex2_Gen3_G3L links to, then `pip install --no-deps` it, and "
    "`pip install deprecated==1.2.7`. Leave protobuf as it is: the 3.5.1 that the wheel asks for does not run on "
    "Python 3.10 or later, and this driver reads its messages with later ones"
)

PURE_PYTHON = "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"


class Kortex(NamedTuple):
    """What is used of the wheel, under Kinova's names.

    Attributes:
        base: messages and enumerations of Base.
        control_config: of ControlConfig.
        session: of Session.
    """

    TCPTransport: Any
    UDPTransport: Any
    RouterClient: Any
    RouterClientSendOptions: Any
    SessionManager: Any
    BaseClient: Any
    BaseCyclicClient: Any
    ControlConfigClient: Any
    base: ModuleType
    control_config: ModuleType
    session: ModuleType


def load() -> Kortex:
    """Import the wheel.

    Raises:
        ArmError: it is missing, or the installed protobuf cannot carry it.
    """
    if _major_version("kortex_api") and _major_version("protobuf") >= 4 and "google.protobuf" not in sys.modules:
        os.environ.setdefault(PURE_PYTHON, "python")
    try:
        router = _module("RouterClient")
        return Kortex(
            TCPTransport=_module("TCPTransport").TCPTransport,
            UDPTransport=_module("UDPTransport").UDPTransport,
            RouterClient=router.RouterClient,
            RouterClientSendOptions=router.RouterClientSendOptions,
            SessionManager=_module("SessionManager").SessionManager,
            BaseClient=_module("autogen.client_stubs.BaseClientRpc").BaseClient,
            BaseCyclicClient=_module("autogen.client_stubs.BaseCyclicClientRpc").BaseCyclicClient,
            ControlConfigClient=_module("autogen.client_stubs.ControlConfigClientRpc").ControlConfigClient,
            base=_module("autogen.messages.Base_pb2"),
            control_config=_module("autogen.messages.ControlConfig_pb2"),
            session=_module("autogen.messages.Session_pb2"),
        )
    except ModuleNotFoundError as error:
        if error.name == "kortex_api":
            raise ArmError(MISSING) from None
        raise ArmError(f"kortex_api needs '{error.name}': pip install deprecated==1.2.7 protobuf") from error
    except (AttributeError, ImportError, TypeError) as error:
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise ArmError(
            f"kortex_api cannot be imported with protobuf {_major_version('protobuf') or '?'} on Python {python} "
            f"({str(error).splitlines()[0]}): set {PURE_PYTHON}=python before the start, or pip install "
            "'protobuf>=3.20,<4'"
        ) from error


def _module(name: str) -> ModuleType:
    return import_module(f"kortex_api.{name}")


def _major_version(distribution: str) -> int:
    """Of what pip has installed under this name; 0 without it (the emulator's stand-in is a folder)."""
    try:
        return int(version(distribution).split(".")[0])
    except PackageNotFoundError:
        return 0
