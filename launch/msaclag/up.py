"""`msaclag up`: the graph of a launch file as processes, where `ros2 launch` is not installed."""

import signal
from threading import Event
from typing import Annotated, Literal

from rich.console import Console
from tyro.conf import FlagCreatePairsOff, Positional, arg

from msaclag.graph import NodeDescription, describe, make_folders
from msaclag.launch_arguments import LaunchArguments, listing, read_arguments, split
from msaclag.node_process import executable
from msaclag.pours import make_pours
from msaclag.status_listener import StatusListener
from msaclag.supervision import Supervision
from msaclag.terminal import RunDisplay, summary_table
from msaclag_ros.interruption import INTERRUPTED, asked_to_end

DONE = 0


def up(
    task: Positional[Literal["pour_coffee_sim", "pour_coffee_real"]],
    arguments: Annotated[Positional[tuple[str, ...]], arg(metavar="[NAME:=VALUE ...]")] = (),
    *,
    show_args: FlagCreatePairsOff[bool] = False,
) -> int:
    """Start recorder, environment and learner as processes, show how the training goes, and end them in order.

    The arguments are those of the launch file of the same name, written the same way:

        msaclag up pour_coffee_sim steps:=3000 seed:=7

    The folder of the run (run_dir:=, by default runs/TIME-TASK) holds checkpoint, metrics, summary.json, the bag and
    the log of each node. Ctrl-C leaves the arm standing and all of these whole. With respawn:=true, the default of
    pour_coffee_real, a node that died is started again and goes on where it was. Exit code: that of the first node
    that failed, 2 for a wrong argument, 130 after Ctrl-C, else 0.

    Args:
        task: The launch file: the twin or the Gen3. They differ only in the defaults of the arguments.
        arguments: name:=value, as ros2 launch takes them.
        show_args: List the arguments with their defaults and what they take.
    """
    console = Console(highlight=False)
    if show_args:
        console.print(f"Arguments of {task}:\n{listing(task)}", soft_wrap=True, markup=False)
        return DONE
    return run_graph(read_arguments(task, split(arguments)), console)


def run_graph(arguments: LaunchArguments, console: Console) -> int:
    """Run the graph until an essential node ends, and is not started again, or a signal comes.

    Returns:
        The exit code: of the first node that failed, 130 when interrupted, else 0.

    Raises:
        GraphError: it cannot start; nothing runs then.
    """
    with asked_to_end() as asked:
        nodes = describe(arguments)
        for node in nodes:
            executable(node)
        make_folders(arguments)
        make_pours(arguments)
        code = _run(nodes, arguments, RunDisplay(console), asked)
        if code == DONE and (table := summary_table(arguments.output)):
            console.print(table)
            _draw(arguments, console)
    outcome = {DONE: "done", INTERRUPTED: "interrupted"}.get(code, f"ended with exit code {code}")
    console.print(f"{outcome}: {arguments.output}", soft_wrap=True)
    return code


def _draw(arguments: LaunchArguments, console: Console) -> None:
    from msaclag import figures  # matplotlib and tensorboard take a second, which the start need not wait for
    from msaclag.recorded_run import MetricsError

    try:
        figures.draw(arguments.output)
    except MetricsError as error:
        console.print(f"no figures: {error}", soft_wrap=True)


def _run(nodes: list[NodeDescription], arguments: LaunchArguments, view: RunDisplay, asked: Event) -> int:
    running = Supervision(arguments.output / "log", view.say)
    with view.shown(), StatusListener(nodes[0].namespace) as listener:
        try:
            for node in nodes:
                running.start(node)
            while not asked.is_set() and not running.over:
                if status := listener.wait(0.2):
                    view.show(status)
                running.look_after()
            ended = running.ended
        finally:
            closed = running.end()
    if asked.is_set():
        return INTERRUPTED
    orderly = (DONE, -signal.SIGTERM, INTERRUPTED)
    after = {name: code for name, code in closed.items() if name not in ended and code not in orderly}
    needed = {node.name for node in nodes if node.essential}
    failure = next((code for name, code in {**ended, **after}.items() if code and name in needed), DONE)
    return failure if failure >= 0 else 128 - failure  # as a shell tells of a signal
