"""The layouts name topics and fields that the interface has, in the forms that their programs read."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from msaclag_ros.interface import TOPICS
from sim_bridge.mirror_node import TOPIC as MIRROR

LAYOUTS = Path(__file__).resolve().parents[1] / "layouts"
FOXGLOVE = json.loads((LAYOUTS / "pour_coffee.foxglove.json").read_text("utf8"))
PLOTJUGGLER = ElementTree.parse(LAYOUTS / "pour_coffee.plotjuggler.xml").getroot()


def is_number_or_text(message: Any, fields: list[str]) -> bool:
    """Whether the fields lead to a single value that can be drawn."""
    for field in fields:
        kind = message.get_fields_and_field_types().get(field)
        if kind is None:
            return False
        if "/" not in kind:
            return field == fields[-1] and re.fullmatch(r"string|boolean|double|float|u?int\d+", kind) is not None
        package, name = kind.split("/")
        message = getattr(import_module(f"{package}.msg"), name)
    return False


def panels(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    else:
        yield from (*panels(tree["first"]), *panels(tree["second"]))


def foxglove_paths() -> list[str]:
    return [path["value"] for panel in FOXGLOVE["configById"].values() for path in panel.get("paths", ())]


def sources() -> list[str]:
    """Of the curves that PlotJuggler calculates."""
    return [
        each.text for snippet in PLOTJUGGLER.iter("snippet") for each in snippet.iter() if (each.text or "")[:1] == "/"
    ]


@pytest.mark.parametrize("path", foxglove_paths())
def test_foxglove_draws_what_there_is(path):
    topic, *fields = path.removeprefix("/").split(".")
    assert is_number_or_text(TOPICS[topic].type, fields)


def test_foxglove_shows_every_panel_that_is_set_up():
    assert sorted(panels(FOXGLOVE["layout"])) == sorted(FOXGLOVE["configById"])
    others = [panel.get("topicPath") or panel.get("topicToRender") for panel in FOXGLOVE["configById"].values()]
    assert {topic.removeprefix("/") for topic in others if topic} < set(TOPICS)


@pytest.mark.parametrize("name", [curve.get("name") for curve in PLOTJUGGLER.iter("curve")] + sources())
def test_plotjuggler_draws_what_there_is(name):
    if name in {snippet.get("name") for snippet in PLOTJUGGLER.iter("snippet")}:
        return
    topic, *fields = name.removeprefix("/").split("/")
    assert is_number_or_text(TOPICS[topic].type, fields)


def test_plotjuggler_has_a_size_for_each_plot():
    for splitter in PLOTJUGGLER.iter("DockSplitter"):
        assert int(splitter.get("count")) == len(splitter) == len(splitter.get("sizes").split(";"))


def test_rviz_shows_the_mirror():
    manager = yaml.safe_load((LAYOUTS / "pour_coffee.rviz").read_text("utf8"))["Visualization Manager"]
    shown = {display["Topic"]["Value"] for display in manager["Displays"] if display["Enabled"] and "Topic" in display}
    assert shown == {f"/{MIRROR}"}
    assert manager["Global Options"]["Fixed Frame"] == "base_link"
