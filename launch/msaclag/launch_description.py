"""The graph for `ros2 launch`: the same description as `msaclag up` starts, as launch actions."""

import sys
import time
from collections.abc import Callable
from typing import Any

from launch import Action, LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, LogInfo, OpaqueFunction, Shutdown
from launch.events.process import ProcessExited
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from msaclag.graph import GraphError, NodeDescription, describe, make_folders
from msaclag.launch_arguments import LaunchArguments, default_text, defaults, describe_setting, read_arguments, split
from msaclag.node_process import PATIENCE
from msaclag.pours import make_pours
from msaclag.respawn import Respawn
from msaclag_ros.settings import settings_of

OnExit = Callable[[ProcessExited, LaunchContext], Action | list[Action] | None]


def launch_description(task: str) -> LaunchDescription:
    """What a launch file returns.

    Args:
        task: a name of `msaclag.launch_arguments.TASKS`, and of the launch file before ".launch.py".
    """
    return LaunchDescription([*_declarations(task), OpaqueFunction(function=_start, args=[task])])


def _declarations(task: str) -> list[DeclareLaunchArgument]:
    return [
        DeclareLaunchArgument(
            setting.name,
            default_value=default_text(setting),
            description=describe_setting(setting),
        )
        for setting in settings_of(LaunchArguments, default=defaults(task))
    ]


def _start(context: LaunchContext, task: str) -> list[Action]:
    given = {setting.name: context.launch_configurations[setting.name] for setting in settings_of(LaunchArguments)}
    if any(word.endswith(f"{task}.launch.py") for word in sys.argv):  # included by no other file, whose arguments vary
        given = {**split(context.argv), **given}
    arguments = read_arguments(task, given)
    nodes = describe(arguments)
    make_folders(arguments)
    make_pours(arguments)
    respawn = Respawn()
    return [_node(node, respawn) for node in nodes]


def _node(node: NodeDescription, respawn: Respawn) -> Node:
    parameters: list[Any] = [] if node.params_file is None else [str(node.params_file)]
    parameters.append({name: ParameterValue(value, value_type=type(value)) for name, value in node.parameters.items()})
    return Node(
        package=node.package,
        executable=node.executable,
        name=node.name,
        namespace=node.namespace,
        parameters=parameters,
        ros_arguments=["--log-level", f"{node.logger}:={node.log_level}", "--enclave", node.enclave],
        output="both",
        sigterm_timeout=str(PATIENCE),
        on_exit=_on_exit(node, respawn),
    )


def _on_exit(node: NodeDescription, respawn: Respawn) -> OnExit:
    def go_on_or_end(event: ProcessExited, context: LaunchContext) -> Action | list[Action] | None:
        if context.is_shutdown:
            return None
        decision = respawn.after(node, event.returncode, time.monotonic())
        told = LogInfo(msg=f"[{node.name}] {decision.message}")
        if decision.successor is not None:
            return [told, _node(decision.successor, respawn)]
        if not node.essential:
            return told
        if event.returncode:
            raise GraphError(f"{node.name} {decision.message}")  # makes the exit code of `ros2 launch` 1
        return Shutdown(reason=f"{node.name} {decision.message}")

    return go_on_or_end
