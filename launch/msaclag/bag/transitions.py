"""Transitions as bags and logs of the environment hold them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rclpy.serialization import deserialize_message
from rich.console import Console

from kinova_pour_env.transition_segment import TOPIC
from msaclag.bag.progress import read
from msaclag.bag.reading import BagFile, bag_files
from msaclag_msgs.msg import Transition
from msaclag_ros.settings import SettingError

ABOUT = "about"
"""The topic on which a log says what is true of all its transitions; a bag has none."""


@dataclass
class Recording:
    """What one bag or log holds.

    Attributes:
        path: of it.
        transitions: each once, in the order of their numbers.
        conditions: of the task, as a log tells them; empty for a bag.
        missing: numbers between the first and the last that are not there.
        damages: a sentence for each file from which something is lost, or, of a bag, may be.
    """

    path: Path
    transitions: list[Transition]
    conditions: dict[str, Any] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)
    damages: list[str] = field(default_factory=list)


def read_recording(path: Path, console: Console) -> Recording:
    """All that is whole in a bag's folder, or in the folder of a log (RUN_DIR/transitions), or in one of their files.

    Args:
        path: of it.
        console: for a bar.

    Raises:
        SettingError: nothing is there, or no transition in it.
    """
    files = bag_files(path)
    recording = Recording(path, [])
    by_number: dict[int, Transition] = {}
    for _, message in read(files, console, {TOPIC, ABOUT}):
        if message.topic == ABOUT:
            recording.conditions |= json.loads(json.loads(message.data).get("conditions", "{}"))
        else:
            transition = deserialize_message(message.data, Transition)
            by_number.setdefault(transition.seq, transition)
    recording.damages = [f"{file.path}: {file.losses}" for file in files if _worth_telling(file)]
    if not by_number:
        told = "; ".join(recording.damages)
        raise SettingError(f"{path} holds no transition: {told or 'was it recorded with the graph of this project?'}")
    numbers = sorted(by_number)
    recording.transitions = [by_number[number] for number in numbers]
    recording.missing = sorted(set(range(numbers[0], numbers[-1])) - by_number.keys())
    return recording


def _worth_telling(file: BagFile) -> bool:
    """A log that was cut off lost nothing: each transition was on the disk before it was told to anybody."""
    return file.losses.damaged if ABOUT in file.topics else bool(file.losses)
