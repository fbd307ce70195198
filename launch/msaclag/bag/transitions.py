"""Transitions as bags and logs of the environment hold them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcap.reader import NonSeekingReader
from rclpy.serialization import deserialize_message

from kinova_pour_env.transition_segment import DAMAGE, TOPIC, read_segment
from msaclag_msgs.msg import Transition
from msaclag_ros.settings import SettingError


@dataclass(frozen=True)
class Recording:
    """What one bag or log holds.

    Attributes:
        path: of it.
        transitions: each once, in the order of their numbers.
        conditions: of the task, as a log tells them; empty for a bag.
        missing: numbers between the first and the last that are not there.
    """

    path: Path
    transitions: list[Transition]
    conditions: dict[str, Any]
    missing: list[int]


def read_recording(path: Path) -> Recording:
    """All that is whole in a bag's folder, or in the folder of a log (RUN_DIR/transitions), or in one of their files.

    Raises:
        SettingError: nothing is there, or no transition in it.
    """
    files = sorted(path.glob("*.mcap")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise SettingError(f"{path} holds no MCAP file: name the folder of a bag, or RUN_DIR/transitions")
    conditions: dict[str, Any] = {}
    by_number: dict[int, Transition] = {}
    for file in files:
        segment = read_segment(file)
        told = [data for _, data in segment.transitions] if segment.about else _in_bag(file)
        conditions |= json.loads(segment.about.get("conditions", "{}"))
        for data in told:
            transition = deserialize_message(data, Transition)
            by_number.setdefault(transition.seq, transition)
    if not by_number:
        raise SettingError(f"{path} holds no transition: was it recorded with this project's graph?")
    numbers = sorted(by_number)
    missing = sorted(set(range(numbers[0], numbers[-1])) - by_number.keys())
    return Recording(path, [by_number[number] for number in numbers], conditions, missing)


def _in_bag(file: Path) -> Iterator[bytes]:
    """Serialised transitions; a bag that was cut off ends with its last whole chunk."""
    with file.open("rb") as stream:
        try:
            for _, channel, message in NonSeekingReader(stream, validate_crcs=True).iter_messages(log_time_order=False):
                if channel.topic.rpartition("/")[2] == TOPIC:
                    yield message.data
        except DAMAGE:
            return
