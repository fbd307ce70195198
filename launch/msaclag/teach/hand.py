"""`msaclag demonstrate hand`: the graph of a launch file with a person in the learner's place."""

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from rich.console import Console
from tyro.conf import Positional, arg

from msaclag.launch_arguments import LaunchArguments, read_arguments, split
from msaclag.teach.steering import Device, Order
from msaclag_ros.interruption import INTERRUPTED, asked_to_end
from msaclag_ros.settings import SettingError

if TYPE_CHECKING:
    from msaclag.teach.lessons import Lessons
    from msaclag.teach.teacher import Teacher

PERIOD = 0.01
"""s between two looks at the hand."""
OF_LEARNING = ("steps", "evaluation_episodes", "checkpoint", "demonstrations", "pours", "resume")
"""Launch arguments that nobody obeys here."""


def hand(
    task: Positional[Literal["pour_coffee_sim", "pour_coffee_real"]],
    file: Positional[Path],
    arguments: Annotated[Positional[tuple[str, ...]], arg(metavar="[NAME:=VALUE ...]")] = (),
    *,
    device: Literal["keyboard", "gamepad"] = "keyboard",
    episodes: Annotated[int, Field(ge=1), arg(help="Episodes to keep.")] = 10,
) -> int:
    """Drive an arm by hand, and add the episodes that went well to a file of demonstrations.

        msaclag demonstrate hand pour_coffee_sim runs/by_hand.safetensors gui:=true
        msaclag demonstrate hand pour_coffee_real runs/by_hand.safetensors robot_ip:=192.168.1.10 --device gamepad
        msaclag up pour_coffee_real demonstrations:=runs/by_hand.safetensors

    The graph of the launch file runs with you in the learner's place: the safety filter limits what you ask for, a
    violation ends the episode and on an arm locks it until you go on, and everything is in the bag. The mug moves as
    long as a key repeats, or the gamepad's shoulder button is held; let go, and it comes to rest. Each kept episode is
    written at once; an existing file is added to. What is recorded is what was asked for, with the rewards of setting:=
    and reward:=: train with the same.

    Guiding the arm by its hand (Kinova's admittance modes) is not offered: the arm then goes where it is pushed, not
    where twists send it, so that no filter stands between, and there is no action to record.

    Args:
        task: The launch file whose arguments these are; `msaclag up TASK --show-args` lists them.
        file: Where to.
        arguments: name:=value, as `msaclag up` takes them.
        device: What you hold. A gamepad needs pygame-ce.
        episodes: After so many it ends by itself; Ctrl-C ends it before.
    """
    given = split(arguments)
    if refused := [name for name in OF_LEARNING if name in given]:
        raise SettingError(f"{refused[0]}:= is for learning, which nobody does here: leave it out")
    if file.is_dir() or not file.suffix:
        raise SettingError(f"{file} is no name for a file of demonstrations: write e.g. {file}/by_hand.safetensors")
    if not file.absolute().parent.is_dir():
        raise SettingError(f"{file}: there is no folder {file.absolute().parent}")
    chosen = read_arguments(task, given)
    return _teach(chosen, _device(device), file, episodes)


def _device(name: str) -> Device:
    if name == "gamepad":
        from msaclag.teach.gamepad import Gamepad

        return Gamepad()
    from msaclag.teach.keyboard import Keyboard

    return Keyboard()


def _teach(arguments: LaunchArguments, device: Device, file: Path, wanted: int) -> int:
    from msaclag.graph import describe, make_folders
    from msaclag.node_process import executable
    from msaclag.supervision import Supervision
    from msaclag.teach.lessons import Lessons
    from msaclag.teach.teacher import Teacher
    from msaclag.teach.view import View
    from msaclag.terminal import RunDisplay  # ROS and torch take seconds, which a mistake need not wait for

    console = Console(highlight=False)
    attended = replace(arguments, respawn=False)  # whoever holds the device sees what died
    nodes = [node for node in describe(attended) if node.name != "learner_node"]
    for node in nodes:
        executable(node)
    make_folders(arguments)
    lessons = Lessons(file)
    running = Supervision(arguments.output / "log", RunDisplay(console).say)
    try:
        with asked_to_end() as asked, ExitStack() as stack:
            stack.callback(running.end)
            for node in nodes:
                running.start(node)
            teacher = stack.enter_context(Teacher(nodes[-1].namespace, 1 / arguments.rate))
            stack.enter_context(device)
            view = stack.enter_context(View(console, device.guide))
            while lessons.kept < wanted and not running.over and not asked.is_set():
                running.look_after()
                teacher.spin(PERIOD)
                steering = device.read(time.monotonic())
                teacher.action = steering.action
                if teacher.reset_result is not None and not lessons.opened:
                    lessons.open(*teacher.task())
                for order in steering.orders:
                    _obey(order, teacher, lessons)
                view.show(teacher, lessons.kept, wanted)
            return INTERRUPTED if asked.is_set() else next(iter(running.ended.values()), 0)
    finally:
        console.print(f"{lessons.kept} episodes were kept, {file} holds {lessons.held}", soft_wrap=True)
        console.print(str(arguments.output), soft_wrap=True)


def _obey(order: Order, teacher: "Teacher", lessons: "Lessons") -> None:
    """Do what was ordered, where it makes sense; the arm goes back to a first state after a verdict."""
    from msaclag.teach.teacher import CONNECT, DRIVE, JUDGE, RESET, STAND

    state = teacher.state
    if order is Order.EMERGENCY_STOP and state != CONNECT:
        teacher.emergency_stop()
    elif order is Order.END and state == DRIVE:
        teacher.end_episode()
    elif order is Order.GO_ON and state in (RESET, STAND):
        teacher.go_on()
    elif order is Order.KEEP and state == JUDGE and teacher.episode and teacher.complete:
        lessons.keep(teacher.episode)
        teacher.begin()
    elif order is Order.DISCARD and state == JUDGE:
        teacher.begin()
