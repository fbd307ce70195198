"""The launch files under ROS's own `launch`, where it is installed."""

import pytest

from msaclag.launch_arguments import TASKS, LaunchArguments

pytest.importorskip("launch_ros.actions", reason="ROS's launch is not installed")

from launch import LaunchContext, LaunchService
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch_ros.actions import Node

from msaclag.launch_description import launch_description


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
