"""Keeps the tests' ROS graphs apart: from each other, and from all else on the network."""

import os
from collections.abc import Iterator

import domain_coordinator
import pytest


@pytest.fixture(scope="session", autouse=True)
def worker_ros_domain() -> Iterator[int]:
    """A ROS domain for what outlives a test, such as a module's nodes; this process's alone."""
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    with domain_coordinator.domain_id() as domain:
        os.environ["ROS_DOMAIN_ID"] = str(domain)
        yield domain


@pytest.fixture(autouse=True)
def ros_domain(worker_ros_domain: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The ROS domain of a test and its child processes; no other test on this machine has it at the same time."""
    with domain_coordinator.domain_id() as domain:
        monkeypatch.setenv("ROS_DOMAIN_ID", str(domain))
        yield domain
