"""Keeps the tests' ROS graphs apart: from each other, and from all else on the network."""

import itertools
import os
import random
from collections.abc import Callable, Iterator

import domain_coordinator
import pytest


def _in_turn() -> Callable[[], int]:
    """The next of the coordinator's domains: one that was just left may still have participants in this process."""
    domains = list(range(1, 101))
    start = random.randrange(len(domains))  # workers that start apart seldom meet
    return itertools.cycle(domains[start:] + domains[:start]).__next__


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
