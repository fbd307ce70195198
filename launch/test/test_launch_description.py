"""The launch files under ROS's own `launch`, where it is installed."""

import pytest

from msaclag.launch_arguments import TASKS, LaunchArguments

pytest.importorskip("launch_ros.actions", reason="ROS's launch is not installed")

from launch import LaunchContext, LaunchDescription, LaunchService
from launch.actions import DeclareLaunchArgument, ExecuteProcess, OpaqueFunction
from launch_ros.actions import Node

from msaclag.graph import NodeDescription
from msaclag.launch_description import _on_exit, launch_description
from msaclag.respawn import Respawn


@pytest.mark.parametrize("task", TASKS)
def test_every_argument_is_declared_with_its_default(task):
    declared = {
        action.name: "".join(part.text for part in action.default_value)
        for action in launch_description(task).entities
        if isinstance(action, DeclareLaunchArgument)
    }
    assert set(declared) == set(LaunchArguments.__dataclass_fields__)
    assert declared["arm"] == TASKS[task]["arm"]


def test_the_nodes_are_those_of_the_graph(tmp_path):
    context = LaunchContext()
    nodes = []
    for action in launch_description("pour_coffee_sim").entities:
        context.launch_configurations["run_dir"] = str(tmp_path / "run")
        made = action.execute(context)
        if isinstance(action, OpaqueFunction):
            nodes = made
    assert [node.node_executable for node in nodes if isinstance(node, Node)][-2:] == ["env_node", "learner_node"]
    assert len(nodes) == 3


def test_a_wrong_value_ends_the_launch():
    description = launch_description("pour_coffee_sim")
    service = LaunchService(argv=[])
    service.context.launch_configurations["steps"] = "-3"
    service.include_launch_description(description)
    assert service.run() == 1


def test_a_node_that_died_is_started_again_and_one_that_is_done_ends_the_launch(tmp_path):
    """Under ROS's own launch: `sh` in place of the nodes."""
    marks = tmp_path / "marks"
    dies_once = f"echo x >> {marks}; test $(wc -l < {marks}) -gt 1 || kill -9 $$"
    node = NodeDescription("msaclag", "env_node", "env_node", "", respawn=True)
    respawn = Respawn()

    def process() -> ExecuteProcess:
        return ExecuteProcess(cmd=["sh", "-c", dies_once], on_exit=go_on)

    def go_on(event, context):
        decided = _on_exit(node, respawn)(event, context)
        return [decided[0], process()] if isinstance(decided, list) else decided

    service = LaunchService(argv=[])
    service.include_launch_description(LaunchDescription([process()]))
    assert service.run() == 0
    assert len(marks.read_text().split()) == 2
