"""A person's word to a running graph."""

from collections.abc import Iterator

import pytest
import rclpy
from rclpy.node import Node
from std_srvs.srv import Trigger

from msaclag import cli


@pytest.fixture
def graph(ros_domain, spinning) -> Iterator[list[str]]:
    """Stands in for an environment in the namespace /left; gives the names of the services that were called."""
    context = rclpy.Context()
    rclpy.init(args=[], context=context)
    node = Node("env_node", namespace="/left", context=context)
    called: list[str] = []

    def answer(name: str, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        called.append(name)
        response.success, response.message = name == "acknowledge", f"{name} was called"
        return response

    for name in ("acknowledge", "save_checkpoint"):
        node.create_service(Trigger, name, lambda request, response, name=name: answer(name, request, response))
    with spinning(node):
        yield called
    node.destroy_node()
    rclpy.shutdown(context=context)


def test_what_is_called_answers(graph, capsys):
    assert cli.main(["call", "acknowledge", "--namespace", "left"]) == 0
    assert cli.main(["call", "save_checkpoint", "--namespace", "/left"]) == 1
    assert graph == ["acknowledge", "save_checkpoint"]
    assert "acknowledge was called" in capsys.readouterr().out


def test_nobody_is_there(ros_domain, capsys, monkeypatch):
    monkeypatch.setattr("msaclag.call.DISCOVERY", 0.2)
    assert cli.main(["call", "acknowledge"]) == 2
    assert "nobody offers /acknowledge" in capsys.readouterr().err
