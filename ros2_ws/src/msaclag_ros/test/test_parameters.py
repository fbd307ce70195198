"""ROS parameters from a dataclass, on a real node."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import pytest
import rclpy
from pydantic import Field
from pydantic.dataclasses import dataclass
from rclpy.exceptions import ParameterImmutableException
from rclpy.node import Node
from rclpy.parameter import Parameter

from msaclag_ros.parameters import declare, refuse_unknown
from msaclag_ros.settings import SettingError


@dataclass(frozen=True)
class Mug:
    radius: Annotated[float, Field(ge=0.02, le=0.06)] = 0.04
    """Inner radius, m."""


@dataclass(frozen=True)
class Config:
    mug: Mug = Mug()
    setting: Literal["1", "real"] = "1"
    """Column of Table III."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Of the random numbers."""
    gui: bool = False
    """Open a window."""
    corner: tuple[float, float] = (0.0, 1.0)
    """m."""
    folder: Path = Path("runs")
    """Where the files go."""
    gain: float | None = None
    """None: tuned."""
    checkpoint: Path | None = None
    """None: start anew."""


MakeNode = Callable[..., Node]


@pytest.fixture
def make_node() -> Iterator[MakeNode]:
    context = rclpy.Context()
    nodes = []

    def make(*arguments: str) -> Node:
        nodes.append(Node("env_node", context=context, cli_args=["--ros-args", *arguments], use_global_arguments=False))
        return nodes[-1]

    rclpy.init(context=context)
    yield make
    for node in nodes:
        node.destroy_node()
    rclpy.shutdown(context=context)


def _values(*pairs: str) -> list[str]:
    return [argument for pair in pairs for argument in ("-p", pair)]


def test_defaults_become_parameters(make_node: MakeNode) -> None:
    node = make_node()
    assert declare(node, Config, "env") == Config()
    values = {
        name: node.get_parameter(f"env.{name}").value for name in ("mug.radius", "setting", "folder", "checkpoint")
    }
    assert values == {"mug.radius": 0.04, "setting": "1", "folder": "runs", "checkpoint": ""}
    assert list(node.get_parameter("env.corner").value) == [0.0, 1.0]
    assert math.isnan(node.get_parameter("env.gain").value)
    refuse_unknown(node)


def test_descriptor(make_node: MakeNode) -> None:
    node = make_node()
    declare(node, Config)
    descriptor = node.describe_parameter("mug.radius")
    assert descriptor.description == "Inner radius, m."
    assert (descriptor.floating_point_range[0].from_value, descriptor.floating_point_range[0].to_value) == (0.02, 0.06)
    assert node.describe_parameter("seed").integer_range[0].from_value == 0
    with pytest.raises(ParameterImmutableException):
        node.undeclare_parameter("seed")
    assert not node.set_parameters([Parameter("seed", value=3)])[0].successful


def test_values_given_at_the_start(make_node: MakeNode) -> None:
    given = (
        "mug.radius:=0.05",
        "setting:=1",
        "gui:=true",
        "corner:=[1, 2]",
        "gain:=2",
        "checkpoint:=''",
        "folder:=/tmp",
    )
    config = declare(make_node(*_values(*given)), Config)
    expected = Config(Mug(0.05), "1", 0, True, (1.0, 2.0), Path("/tmp"), 2.0)
    assert config == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("mug.radius:=0.5", "'mug.radius' is 0.5, but takes a number at least 0.02 and at most 0.06"),
        ("mug.radius:=wide", "'mug.radius' is 'wide', but takes a number"),
        ("seed:=-1", "'seed' is -1, but takes a whole number at least 0"),
        ("seed:=1.5", "'seed' is 1.5, but takes a whole number"),
        ("setting:=7", "'setting' is '7', but takes one of 1, real"),
        ("gui:=1", "'gui' is 1, but takes true or false"),
        ("corner:=[1.0]", "'corner' is"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_permitted(make_node: MakeNode, given: str, message: str) -> None:
    with pytest.raises(SettingError) as error:
        declare(make_node(*_values(given)), Config)
    assert message in str(error.value)
    assert str(error.value).startswith("parameters of /env_node: ")


def test_an_unknown_name_in_the_params_file(make_node: MakeNode, tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    params.write_text("/**/env_node:\n  ros__parameters:\n    mug: {raduis: 0.05}\n    seed: 4\n")
    node = make_node("--params-file", str(params))
    assert declare(node, Config).seed == 4
    with pytest.raises(SettingError, match=r"no setting 'mug\.raduis' \(did you mean 'mug\.radius'\?\)"):
        refuse_unknown(node)
