"""The emulated arm as a whole: calls go in, answers and notifications come out, and every 25 ms it moves."""

import re
import time
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from sim_bridge.kortex_emulator.config import EmulatorConfig
from sim_bridge.kortex_emulator.feedback import FeedbackStream
from sim_bridge.kortex_emulator.journal import Journal
from sim_bridge.kortex_emulator.misbehaviour import Misbehaviour
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Common_pb2, Errors_pb2, Frame_pb2
from sim_bridge.kortex_emulator.path.kortex_api.autogen.services import SERVICES
from sim_bridge.kortex_emulator.refusal import Refusal
from sim_bridge.kortex_emulator.robot import Robot
from sim_bridge.kortex_emulator.services.base_cyclic_service import BaseCyclicService
from sim_bridge.kortex_emulator.services.base_service import BaseService
from sim_bridge.kortex_emulator.services.caller import Caller
from sim_bridge.kortex_emulator.services.control_config_service import ControlConfigService
from sim_bridge.kortex_emulator.services.device_service import DeviceConfigService, DeviceManagerService
from sim_bridge.kortex_emulator.services.session_service import SessionService
from sim_bridge.kortex_emulator.session import Sessions
from sim_bridge.twin_config import TwinConfig

NEED_CONTROL = frozenset(
    {
        "ExecuteAction",
        "ExecuteActionFromReference",
        "PauseAction",
        "PlayCartesianTrajectory",
        "PlayJointTrajectory",
        "ResumeAction",
        "SendGripperCommand",
        "SendTwistCommand",
        "SetServoingMode",
    }
)
"""Methods for the session in control alone. Any session may stop the arm."""

GARBLED = b"\xff"
"""What no message can be read from."""

Send = Callable[[Hashable, Any, float], None]
"""Takes a connection, a Frame, and in how many s it is to leave."""


class Subscription(NamedTuple):
    """Who is told of a topic."""

    connection: Hashable
    topic: str


class Emulator:
    """The arm behind the API, without sockets and clock."""

    def __init__(self, config: EmulatorConfig, send: Send) -> None:
        """Stand at Home.

        Raises:
            ArmError: the twin cannot be made.
        """
        self._send = send
        self._subscriptions: dict[int, Subscription] = {}
        self._subscribed = 0
        self.robot = Robot(config.scene, TwinConfig(gui=config.gui), self._notify)
        self.feedback = FeedbackStream(self.robot)
        self.sessions = Sessions(config.username, config.password)
        self.misbehaviour = Misbehaviour()
        self.journal = Journal()
        self._handlers: dict[str, Any] = {
            "Session": SessionService(self.sessions),
            "Base": BaseService(self.robot, config.firmware),
            "BaseCyclic": BaseCyclicService(self.feedback),
            "ControlConfig": ControlConfigService(self.robot),
            "DeviceConfig": DeviceConfigService(config.firmware),
            "DeviceManager": DeviceManagerService(),
        }

    def tick(self, now: float) -> None:
        """One period of 25 ms."""
        if self.sessions.abandoned(now) and not self.robot.standing:
            self.robot.stop()
        self.robot.tick()
        self.feedback.tick()
        self.journal.moved(now, self.robot.twin.read())

    def receive(self, connection: Hashable, request: Any, now: float) -> None:
        """Answer a request."""
        self.sessions.heard(connection, now)
        response = Frame_pb2.Frame(type=Frame_pb2.MSG_FRAME_RESPONSE, identifier=request.identifier)
        delay = 0.0
        try:
            outcome = self.misbehaviour.outcome(request.method) if request.service != "Session" else None
            if outcome is not None:
                delay = outcome.delay
                if not outcome.answered:
                    return
                if outcome.garbled:
                    response.payload = GARBLED
            if outcome is None or outcome.executed:
                response.payload = self._answer(Caller(connection, request.device, now), request)
        except Refusal as refusal:
            response.error.error_code = refusal.code
            response.error.error_sub_code = refusal.sub_code
            response.error.error_sub_string = str(refusal)
        self._send(connection, response, delay)

    def forget(self, connection: Hashable) -> None:
        """The connection is gone; what moves goes on as the session's timeouts say."""
        self.sessions.forget(connection)
        self._subscriptions = {
            identifier: subscription
            for identifier, subscription in self._subscriptions.items()
            if subscription.connection != connection
        }

    def behave(self) -> None:
        """End what was injected, but for the faults of the arm and the pressed button."""
        self.misbehaviour.clear()
        self.sessions.give_back()
        self.feedback.behave()
        self.robot.behave()

    def restart(self) -> None:
        """As after switching the arm off and on again; it is at Home, and nobody is logged in."""
        self.behave()
        self.sessions.drop()
        self._subscriptions.clear()
        self.robot.restart()
        self.feedback.restart()

    def close(self) -> None:
        """Let go of the twin."""
        self.robot.close()

    def _answer(self, caller: Caller, request: Any) -> bytes:
        service = SERVICES.get(request.service)
        if service is None:
            raise Refusal(Errors_pb2.UNSUPPORTED_SERVICE, f"there is no service {request.service}")
        if request.method not in service.methods:
            raise Refusal(Errors_pb2.UNSUPPORTED_METHOD, f"{service.name} has no method {request.method}")
        sent, _received = service.methods[request.method]
        try:
            message = sent.FromString(request.payload)
        except Exception as error:  # protobuf's DecodeError has another base class in each of its implementations
            raise Refusal(Errors_pb2.PAYLOAD_DECODING_ERR, f"what came for {request.method} is no message") from error
        if request.method != "CreateSession":
            session = self.sessions.of(caller.connection)
            if request.method in NEED_CONTROL:
                self.sessions.take_control(session, self.robot.standing)
        if request.method in service.topics:
            answer = self._subscribe(caller.connection, request.method)
        elif request.method == "Unsubscribe":
            self._subscriptions.pop(message.identifier, None)
            return b""
        else:
            answer = getattr(self._handlers[service.name], _in_lower_case(request.method))(caller, message)
            self.journal.told(caller.now, request.method, message)
        if isinstance(answer, bytes):
            return answer
        return b"" if answer is None else bytes(answer.SerializeToString())

    def _subscribe(self, connection: Hashable, topic: str) -> Any:
        self._subscribed += 1
        self._subscriptions[self._subscribed] = Subscription(connection, topic)
        return Common_pb2.NotificationHandle(identifier=self._subscribed)

    def _notify(self, topic: str, notification: Any) -> None:
        notification.timestamp.sec = int(time.time())
        for identifier, subscription in self._subscriptions.items():
            if subscription.topic == topic:
                frame = Frame_pb2.Frame(
                    type=Frame_pb2.MSG_FRAME_NOTIFICATION,
                    identifier=identifier,
                    service="Base",
                    method=topic,
                    payload=notification.SerializeToString(),
                )
                self._send(subscription.connection, frame, 0.0)


def _in_lower_case(method: str) -> str:
    """SendTwistCommand becomes send_twist_command, GetMACAddress get_mac_address."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", method).lower()
