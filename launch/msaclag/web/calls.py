"""What the console asks of the graph: its services, and the environment's parameters. One thread calls and spins."""

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import NamedTuple

from rcl_interfaces.srv import GetParameters
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python
from std_srvs.srv import Trigger

from msaclag.call import ANSWER
from msaclag.web.surroundings import ENVIRONMENT, Surroundings, asked, surroundings
from msaclag_ros.settings import SettingError

SERVICES = ("soft_stop", "acknowledge", "refilled", "save_checkpoint")
ASK_AGAIN = 3.0
"""s after which parameters are asked for again that were not answered."""


class Request(NamedTuple):
    """A press of a button.

    Attributes:
        service: that is to be called.
        answered: called with whether it did what was asked, and what it said.
    """

    service: str
    answered: Callable[[bool, str], None]


class _Pending(NamedTuple):
    request: Request
    future: object
    latest: float


class Calls:
    """Clients of the graph; `request` may come from any thread, all else from one.

    Attributes:
        around: what the environment told of itself; None until it did.
    """

    def __init__(self, context: Context, namespace: str) -> None:
        """Call into a namespace."""
        self.around: Surroundings | None = None
        self._node = Node("_msaclag_console", namespace=namespace, context=context, start_parameter_services=False)
        self._executor = SingleThreadedExecutor(context=context)
        self._executor.add_node(self._node)
        self._services = {name: self._node.create_client(Trigger, name) for name in SERVICES}
        self._parameters = self._node.create_client(GetParameters, f"{ENVIRONMENT}/get_parameters")
        self._requests: SimpleQueue[Request] = SimpleQueue()
        self._pending: list[_Pending] = []
        self._asked_at: float | None = None
        self._names = asked()

    def request(self, request: Request) -> None:
        """Have a service called."""
        self._requests.put(request)

    def ask_again(self) -> None:
        """The environment may be another one: ask it for its parameters anew."""
        self._asked_at = None
        self.around = None

    def spin(self, seconds: float) -> None:
        """Send what is to be sent, and wait for answers for so long."""
        self._send()
        if self.around is None:
            self._ask()
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=left)
        self._conclude()

    def close(self) -> None:
        """Call no more."""
        self._executor.shutdown()
        self._node.destroy_node()

    def _send(self) -> None:
        while True:
            try:
                request = self._requests.get_nowait()
            except Empty:
                return
            client = self._services[request.service]
            if not client.service_is_ready():
                request.answered(False, f"nobody offers {client.srv_name}: is its node running?")
                continue
            future = client.call_async(Trigger.Request())
            self._pending.append(_Pending(request, future, time.monotonic() + ANSWER))

    def _conclude(self) -> None:
        waiting = []
        for each in self._pending:
            if each.future.done():  # type: ignore[attr-defined]
                response = each.future.result()  # type: ignore[attr-defined]
                each.request.answered(response.success, response.message)
            elif time.monotonic() > each.latest:
                each.request.answered(False, f"no answer within {ANSWER:g} s: is its node hanging?")
            else:
                waiting.append(each)
        self._pending = waiting

    def _ask(self) -> None:
        now = time.monotonic()
        if self._asked_at is not None and now - self._asked_at < ASK_AGAIN:
            return
        if self._parameters.service_is_ready():
            self._asked_at = now
            request = GetParameters.Request(names=self._names)
            self._parameters.call_async(request).add_done_callback(self._told)

    def _told(self, future: object) -> None:
        values = map(parameter_value_to_python, future.result().values)  # type: ignore[attr-defined]
        try:
            self.around = surroundings(dict(zip(self._names, values, strict=True)))
        except (SettingError, ValueError) as error:
            self._node.get_logger().warning(f"the environment's parameters are not understood: {error}")
