import sys
import threading
import time
from contextlib import ExitStack, suppress

import pytest

from sim_bridge.kortex_emulator import API_PATH
from sim_bridge.kortex_emulator.control import EmulatorControl
from sim_bridge.kortex_emulator.process import EmulatorProcess

sys.path.insert(0, str(API_PATH))

from kortex_api.autogen.client_stubs.BaseClientRpc import BaseClient
from kortex_api.autogen.client_stubs.BaseCyclicClientRpc import BaseCyclicClient
from kortex_api.autogen.client_stubs.ControlConfigClientRpc import ControlConfigClient
from kortex_api.autogen.messages import Base_pb2, Session_pb2
from kortex_api.Exceptions.KServerException import KServerException
from kortex_api.RouterClient import RouterClient, RouterClientSendOptions
from kortex_api.SessionManager import SessionManager
from kortex_api.TCPTransport import TCPTransport
from kortex_api.UDPTransport import UDPTransport


class Client:
    """A program's connection to the arm, as Kinova's examples make it."""

    def __init__(self, port, connection_timeout=2000, session_timeout=10000, password="admin", udp=False):
        self.transport = UDPTransport() if udp else TCPTransport()
        self.router = RouterClient(self.transport, RouterClient.basicErrorCallback)
        self.transport.connect("127.0.0.1", port + 1 if udp else port)
        self.base = BaseClient(self.router)
        self.cyclic = BaseCyclicClient(self.router)
        self.control_config = ControlConfigClient(self.router)
        self.sessions = SessionManager(self.router)
        self.sessions.CreateSession(
            Session_pb2.CreateSessionInfo(
                username="admin",
                password=password,
                session_inactivity_timeout=session_timeout,
                connection_inactivity_timeout=connection_timeout,
            )
        )

    @property
    def state(self):
        return self.base.GetArmState().active_state

    @property
    def feedback(self):
        return self.cyclic.RefreshFeedback()

    @property
    def speed(self):
        base = self.feedback.base
        return (base.tool_twist_linear_x**2 + base.tool_twist_linear_y**2 + base.tool_twist_linear_z**2) ** 0.5

    def twist(self, frame=Base_pb2.CARTESIAN_REFERENCE_FRAME_BASE, **parts):
        self.base.SendTwistCommand(Base_pb2.TwistCommand(reference_frame=frame, twist=Base_pb2.Twist(**parts)))

    def action(self, name):
        actions = self.base.ReadAllActions(Base_pb2.RequestedActionType(action_type=Base_pb2.REACH_JOINT_ANGLES))
        return next(action for action in actions.action_list if action.name == name)

    def run(self, begin, timeout=15):
        """Begins an action and returns its notifications up to the last."""
        over, events = threading.Event(), []

        def noticed(event):
            events.append(event)
            if event.action_event in (Base_pb2.ACTION_END, Base_pb2.ACTION_ABORT):
                over.set()

        handle = self.base.OnNotificationActionTopic(noticed, Base_pb2.NotificationOptions())
        begin()
        assert over.wait(timeout)
        self.base.Unsubscribe(handle)
        return events

    def home(self):
        return self.run(lambda: self.base.ExecuteActionFromReference(self.action("Home").handle))

    def close(self):
        options = RouterClientSendOptions()
        options.timeout_ms = 200
        with suppress(Exception):  # what the test did to the session is its business
            self.sessions.CloseSession(options)
        self.transport.disconnect()


@pytest.fixture
def refusal():
    """The sub-code with which the arm refuses a call."""

    def of(call):
        with pytest.raises(KServerException) as caught:
            call()
        return caught.value.get_error_sub_code()

    return of


@pytest.fixture
def until():
    """Waits for something to become true."""

    def wait(condition, timeout=3.0):
        end = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def emulator():
    """One emulator for all tests that leave it as it was."""
    with EmulatorProcess() as process:
        yield process


@pytest.fixture
def control(emulator):
    """Injects faults; afterwards the emulator is as before, at Home."""
    with EmulatorControl(emulator.port) as control:
        yield control
        control.restart()


@pytest.fixture
def connect(emulator, control):
    """Makes clients that are closed after the test."""
    with ExitStack() as stack:

        def make(port=emulator.port, **settings):
            client = Client(port, **settings)
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture
def client(connect):
    return connect()
