"""Keeps the tests' ROS graphs apart: from each other, and from all else on the network."""

import itertools
import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

import domain_coordinator
import pytest

from msaclag_ros.transport import speak_locally

if TYPE_CHECKING:
    from rclpy.node import Node

Spinning = Callable[..., AbstractContextManager[None]]


def _in_turn() -> Callable[[], int]:
    """The next of the coordinator's domains: one that was just left may still have participants in this process."""
    domains = list(range(1, 101))
    start = random.randrange(len(domains))  # workers that start apart seldom meet
    return itertools.cycle(domains[start:] + domains[:start]).__next__


speak_locally()
os.environ.setdefault("OMP_NUM_THREADS", "1")  # two threads to each of two workers take twice the time
_next_domain = _in_turn()


@pytest.fixture(scope="session", autouse=True)
def worker_ros_domain() -> Iterator[int]:
    """A ROS domain for what outlives a test, such as a module's nodes; this process's alone."""
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    with domain_coordinator.domain_id(_next_domain) as domain:
        os.environ["ROS_DOMAIN_ID"] = str(domain)
        yield domain


@pytest.fixture(autouse=True)
def ros_domain(worker_ros_domain: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The ROS domain of a test and its child processes; no other test on this machine has it at the same time."""
    with domain_coordinator.domain_id(_next_domain) as domain:
        monkeypatch.setenv("ROS_DOMAIN_ID", str(domain))
        yield domain


@pytest.fixture(scope="session")
def spinning() -> Spinning:
    """A context manager in which nodes of one context are spun by a thread."""
    from rclpy.executors import SingleThreadedExecutor  # ROS takes a second, which most tests need not wait for

    @contextmanager
    def spinning(*nodes: "Node") -> Iterator[None]:
        executor, over = SingleThreadedExecutor(context=nodes[0].context), Event()
        for node in nodes:
            executor.add_node(node)

        def spin() -> None:
            while not over.is_set():
                executor.spin_once(0.05)

        thread = Thread(target=spin)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            executor.shutdown()

    return spinning
