"""What keeps the arm standing, released by a person alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy
from rclpy.node import Node
from std_srvs.srv import Trigger

from kinova_pour_env.motion_lock import MotionLock


@pytest.fixture
def made(floating_cup: Any, tmp_path: Path) -> Iterator[Callable[[], MotionLock]]:
    """Makes the lock of one process after the other."""
    rclpy.init(args=[])
    node = Node("env_node")
    floating_cup.unattended, floating_cup.acknowledge, floating_cup.refilled = False, lambda: "", lambda: ""
    floating_cup.real_time = True
    yield lambda: MotionLock(node, floating_cup, tmp_path)
    node.destroy_node()
    rclpy.try_shutdown()


@pytest.fixture
def lock(made: Callable[[], MotionLock]) -> MotionLock:
    return made()


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


def test_it_outlives_its_process(made: Callable[[], MotionLock]) -> None:
    made().engage("the mug touches the table")
    second = made()
    assert second.reason == "the mug touches the table"
    assert made().reason == "the mug touches the table", "until somebody acknowledges"
    acknowledge(second)
    assert made().reason == ""


def test_a_process_that_dies_while_the_arm_moves_leaves_it_engaged(made: Callable[[], MotionLock]) -> None:
    first = made()
    first.note_motion(moves=True)
    assert made().reason == "the environment died while it moved the arm"
    first.note_motion(moves=False)
    assert made().reason == "", "it has come to rest"
    first.note_motion(moves=True)
    first.engage("the mug touches the table")
    first.note_motion(moves=False)
    assert made().reason == "the mug touches the table"


def test_beside_an_arm_that_nobody_attends_nothing_is_kept(made: Callable[[], MotionLock], floating_cup: Any) -> None:
    floating_cup.unattended = True
    first = made()
    first.note_motion(moves=True)
    first.engage("the mug touches the table")
    assert made().reason == ""
    first.begin_reset()
    assert first.reason == ""


def test_nothing_moves_where_the_next_process_could_not_be_told(made: Callable[[], MotionLock], tmp_path: Path) -> None:
    lock = made()
    (tmp_path / "motion_lock").mkdir()
    lock.note_motion(moves=True)
    assert lock.reason == f"{tmp_path / 'motion_lock'} cannot be written (Is a directory)"
