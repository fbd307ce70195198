"""A client's class from the description of its service."""

from collections.abc import Callable
from typing import Any

from ...RouterClient import RouterClient, RouterClientSendOptions
from ..messages import Common_pb2
from ..services import Message, Service


class Stub:
    """Calls the methods of one service and waits for the answers.

    Each method is called as method(message, deviceId=0, options=RouterClientSendOptions()), without the message where
    nothing is sent, and returns the answer's message, or None where there is nothing to tell. It raises
    KServerException when the arm refuses, `concurrent.futures.TimeoutError` when no answer comes in time, and OSError
    when the connection is broken.
    """

    service: Service

    def __init__(self, router: RouterClient) -> None:
        """Take the router to send over."""
        self.router = router

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the emulator's {self.service.name} service has no method {name}")


def client_class(service: Service) -> Any:
    """The class of a service's client, with Kinova's names."""
    methods: dict[str, Any] = {"service": service, "__doc__": f"The {service.name} service."}
    for name, (sent, received) in service.methods.items():
        if name not in service.topics and name != "Unsubscribe":
            methods[name] = _method(service.name, name, sent, received)
    for topic, notification in service.topics.items():
        methods[f"OnNotification{topic}"] = _subscribe(service.name, topic, notification)
    if service.topics:
        methods["Unsubscribe"] = _unsubscribe(service.name)
    for name, method in methods.items():
        if callable(method):
            method.__name__ = name
    return type(f"{service.name}Client", (Stub,), methods)


def _method(service: str, name: str, sent: Message, received: Message) -> Callable[..., Any]:
    def exchange(self: Stub, payload: bytes, deviceId: int, options: RouterClientSendOptions | None) -> Any:
        options = options or RouterClientSendOptions()
        frame = self.router.send(service, name, payload, deviceId).result(options.getTimeoutInSecond())
        answer = received.FromString(frame.payload)
        return None if received is Common_pb2.Empty else answer

    def query(self: Stub, deviceId: int = 0, options: RouterClientSendOptions | None = None) -> Any:
        return exchange(self, b"", deviceId, options)

    def command(self: Stub, message: Any, deviceId: int = 0, options: RouterClientSendOptions | None = None) -> Any:
        return exchange(self, message.SerializeToString(), deviceId, options)

    return query if sent is Common_pb2.Empty else command


def _subscribe(service: str, topic: str, notification: Message) -> Callable[..., Any]:
    def subscribe(
        self: Stub,
        callback: Callable[[Any], None],
        notificationoptions: Any,
        deviceId: int = 0,
        options: RouterClientSendOptions | None = None,
    ) -> Any:
        def notified(payload: bytes) -> None:
            callback(notification.FromString(payload))

        def subscribed(future: Any) -> None:
            if future.exception() is None:
                identifier = Common_pb2.NotificationHandle.FromString(future.result().payload).identifier
                self.router.subscribe(service, identifier, notified)

        future = self.router.send(service, topic, notificationoptions.SerializeToString(), deviceId, subscribed)
        frame = future.result((options or RouterClientSendOptions()).getTimeoutInSecond())
        return Common_pb2.NotificationHandle.FromString(frame.payload)

    return subscribe


def _unsubscribe(service: str) -> Callable[..., Any]:
    def unsubscribe(self: Stub, handle: Any, deviceId: int = 0, options: RouterClientSendOptions | None = None) -> None:
        self.router.unsubscribe(service, handle.identifier)
        future = self.router.send(service, "Unsubscribe", handle.SerializeToString(), deviceId)
        future.result((options or RouterClientSendOptions()).getTimeoutInSecond())

    return unsubscribe
