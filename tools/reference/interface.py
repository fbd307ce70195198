"""A page of the ROS interface: topics and their QoS, services, the action, and each type."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rclpy.qos import DurabilityPolicy, LivelinessPolicy, QoSProfile, ReliabilityPolicy
from units import unit

from msaclag_ros.interface import RESET_ACTION, SERVICES, TOPICS

MESSAGES = Path(__file__).resolve().parents[2] / "ros2_ws" / "src" / "msaclag_msgs"

SECTIONS = {"msg": [""], "srv": ["Request", "Response"], "action": ["Goal", "Result", "Feedback"]}
"""The parts of a file by its kind, which `---` divides."""

INTRODUCTION = """\
# ROS interface

All names are relative to the namespace of the nodes; messages are stamped; SI units, radians, frames after REP-103.
This page is made of `msaclag_ros/interface.py` and of the files in `msaclag_msgs`.
"""


class Line(NamedTuple):
    """A field or a constant of a message."""

    type: str
    name: str
    value: str
    comment: str


def interface_page() -> str:
    """The page, in Markdown."""
    return "\n\n".join([INTRODUCTION, topics(), services(), *types()])


def topics() -> str:
    """Who publishes them stands in the drawing of the graph."""
    rows = ["## Topics", "", "| name | type | quality of service |", "|---|---|---|"]
    rows += [f"| `{name}` | {linked(topic.type)} | {in_words(topic.qos)} |" for name, topic in TOPICS.items()]
    return "\n".join(rows)


def services() -> str:
    """And the one action."""
    rows = ["## Services and the action", "", "| name | type |", "|---|---|"]
    rows += [f"| `{name}` | {linked(kind)} |" for name, kind in SERVICES.items()]
    return "\n".join([*rows, f"| `{RESET_ACTION[0]}` | {linked(RESET_ACTION[1])}, an action |"])


def in_words(qos: QoSProfile) -> str:
    """What a peer has to know to be compatible."""
    words = ["reliable" if qos.reliability == ReliabilityPolicy.RELIABLE else "best effort"]
    words += ["transient local"] if qos.durability == DurabilityPolicy.TRANSIENT_LOCAL else []
    words.append(f"depth {qos.depth}")
    if qos.liveliness == LivelinessPolicy.AUTOMATIC:
        words.append(f"liveliness lease {qos.liveliness_lease_duration.nanoseconds / 1e9:g} s")
    if qos.lifespan.nanoseconds:
        words.append(f"lifespan {qos.lifespan.nanoseconds / 1e9:g} s")
    return ", ".join(words)


def linked(kind: Any) -> str:
    """The name of a ROS type, as a link where this page describes it."""
    package, folder, *_ = kind.__module__.split(".")
    name = f"{package}/{folder}/{kind.__name__}"
    return f"[{name}](#{kind.__name__.lower()})" if package == MESSAGES.name else f"`{name}`"


def types() -> Iterator[str]:
    """A section for each file of the package."""
    for kind, titles in SECTIONS.items():
        for file in sorted(MESSAGES.glob(f"{kind}/*.{kind}")):
            yield section(file, titles)


def section(file: Path, titles: list[str]) -> str:
    """The description of a type, and a table for each of its parts."""
    lines = file.read_text("utf8").splitlines()
    about = [line for line in lines if line.startswith("#")]
    out = [f"## {file.stem}", "", f"`{MESSAGES.name}/{file.parent.name}/{file.stem}`. {' '.join(map(plain, about))}"]
    parts = "\n".join(line for line in lines if not line.startswith("#")).split("---")
    for title, part in zip(titles, parts, strict=True):
        fields = [read for line in part.splitlines() if (read := read_line(line))]
        if not fields:
            continue
        out += ["", *([f"**{title}**", ""] if title else []), "| field | type | unit | what |", "|---|---|---|---|"]
        out += [row(field) for field in fields]
    return "\n".join(out)


def row(line: Line) -> str:
    """A field, or a constant with its value."""
    name = f"`{line.name}={line.value}`" if line.value else f"`{line.name}`"
    return f"| {name} | `{line.type}` | {unit(line.comment)} | {line.comment} |"


def read_line(line: str) -> Line | None:
    """One of a .msg file."""
    code, _, comment = line.partition("#")
    found = re.fullmatch(r"(\S+)\s+(\w+)(?:=(\S+))?", code.strip())
    return Line(found[1], found[2], found[3] or "", plain(comment)) if found else None


def plain(comment: str) -> str:
    """Without its mark and what Markdown would take for its own."""
    return comment.lstrip("# ").replace("|", "\\|").replace("[", "\\[")
