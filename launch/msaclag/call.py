"""`msaclag call SERVICE`: a person's word to a running graph, where `ros2 service call` is not installed."""

import time
from typing import Literal

from rich.console import Console
from tyro.conf import Positional

from msaclag_ros.enclave import enclave
from msaclag_ros.settings import SettingError

DISCOVERY = 6.0
"""s in which the service has to show."""
ANSWER = 20.0
"""s in which it has to answer; a checkpoint takes some."""

REFUSED = 1


def call(
    service: Positional[Literal["acknowledge", "refilled", "soft_stop", "emergency_stop", "save_checkpoint"]],
    namespace: str = "",
) -> int:
    """Call a service of the running graph, and show its answer. Exit code: 0 if it did what was asked, else 1.

        msaclag call acknowledge
        msaclag call refilled

    Args:
        service: acknowledge: you have looked, the arm may move. refilled: the mug is full. soft_stop: end the episode,
            come to rest. emergency_stop: stop at once; the red button is surer. save_checkpoint: now.
        namespace: Of the graph, as namespace:= gave it.
    """
    import rclpy  # takes a second, which --help need not wait for
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.node import Node
    from std_srvs.srv import Trigger

    context = rclpy.Context()
    rclpy.init(args=enclave("operator", namespace), context=context)
    try:
        node = Node("_msaclag_call", namespace=f"/{namespace.strip('/')}", context=context)
        name = node.resolve_service_name(service)
        client = node.create_client(Trigger, service)
        if not client.wait_for_service(DISCOVERY):
            raise SettingError(
                f"nobody offers {name} in domain {context.get_domain_id()}: is the graph running, and is "
                "this its namespace and ROS_DOMAIN_ID?"
            )
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(node)
        answer = client.call_async(Trigger.Request())
        latest = time.monotonic() + ANSWER
        while not answer.done() and time.monotonic() < latest:
            executor.spin_once(timeout_sec=0.1)
        executor.shutdown()
        if not answer.done():
            raise SettingError(f"{name} did not answer within {ANSWER:g} s: is its node hanging?")
    finally:
        rclpy.shutdown(context=context)
    response = answer.result()
    Console(highlight=False).print(response.message, markup=False, soft_wrap=True)
    return 0 if response.success else REFUSED
