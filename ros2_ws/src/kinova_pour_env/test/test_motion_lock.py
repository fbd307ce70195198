"""What keeps the arm standing, released by a person alone."""

from collections.abc import Iterator
from typing import Any

import pytest
import rclpy
from rclpy.node import Node
from std_srvs.srv import Trigger

from kinova_pour_env.motion_lock import MotionLock


@pytest.fixture
def lock(floating_cup: Any) -> Iterator[MotionLock]:
    rclpy.init(args=[])
    node = Node("env_node")
    floating_cup.unattended, floating_cup.acknowledge, floating_cup.refilled = False, lambda: "", lambda: ""
    yield MotionLock(node, floating_cup)
    node.destroy_node()
    rclpy.try_shutdown()


def acknowledge(lock: MotionLock) -> str:
    message: str = lock.acknowledge(Trigger.Request(), Trigger.Response()).message
    return message


def test_it_keeps_the_first_reason_until_somebody_acknowledges(lock: MotionLock) -> None:
    assert acknowledge(lock) == "nothing waited for it"
    lock.engage("the mug touches the table")
    lock.engage("no command for 0.2 s")
    assert lock.reason == "the mug touches the table"
    lock.begin_reset()
    assert acknowledge(lock) == "acknowledged: the mug touches the table"
    assert lock.reason == ""


def test_what_comes_while_somebody_acknowledges_waits_for_the_next_time(lock: MotionLock, floating_cup: Any) -> None:
    def seen_meanwhile() -> str:
        lock.engage("the mug touches the table")
        return ""

    lock.engage("no command for 0.2 s")
    floating_cup.acknowledge = seen_meanwhile
    assert acknowledge(lock) == "acknowledged: no command for 0.2 s"
    assert lock.reason == "the mug touches the table"
