"""What can be known to fail before anything starts. Each check yields a sentence with the remedy for each problem."""

import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from kinova_pour_env.kortex.wheel import MISSING
from msaclag.bag.snapshots import snapshots_of
from msaclag.launch_arguments import LaunchArguments
from msaclag_ros.domain import domain_id
from msaclag_ros.settings import SettingError

SPACE = 200_000_000
"""Bytes that a run needs at least: checkpoint, metrics and a bag of some thousand steps."""

PARAMETERS = "ros__parameters"
CHECKPOINT = "checkpoint.safetensors"
"""As `msaclag_learner.checkpoint` calls it, whose import takes a second."""


def problems_of(arguments: LaunchArguments, parameters: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Everything that forbids to start.

    Args:
        arguments: of the run.
        parameters: names of the parameters that the arguments set, by node.
    """
    try:
        domain_id()
    except SettingError as error:
        yield str(error)
    yield from _arm(arguments)
    for name in ("checkpoint", "demonstrations"):
        path = getattr(arguments, name)
        if path is not None and not path.exists():
            yield f"{name}:={path} does not exist"
    kept = (arguments.output / CHECKPOINT).exists()
    if arguments.resume and not kept:
        yield f"resume:=true, but {arguments.output} holds no {CHECKPOINT}: name the run's folder with run_dir:="
    elif kept and not arguments.resume:
        yield f"{arguments.output} holds another run: go on with it by resume:=true, or name another run_dir:="
    yield from _folder("run_dir", arguments.output)
    if arguments.record:
        if arguments.bag.exists():
            yield f"the bag {arguments.bag} exists already: name another with bag_dir:= or run_dir:=, or move it away"
        elif (snapshots := snapshots_of(arguments.bag)).exists():
            yield f"{snapshots} holds the violations of another bag: name another with bag_dir:=, or move it away"
        elif arguments.bag_dir is not None:
            yield from _folder("bag_dir", arguments.bag_dir)
    if arguments.params_file is not None:
        yield from _params_file(arguments.params_file, parameters)


def _arm(arguments: LaunchArguments) -> Iterator[str]:
    if arguments.gui and arguments.arm == "real" and not arguments.mirror:
        yield "gui:=true shows the mirror of the arm, which mirror:=false leaves out: take one of them off"
    if arguments.auto_acknowledge and arguments.arm != "emulated":
        yield (
            f"auto_acknowledge:=true is for arm:=emulated, not for arm:={arguments.arm}: beside a real arm it is a "
            "person who acknowledges"
        )
    offered = sorted(entry.name for entry in entry_points(group="msaclag.arms"))
    if arguments.arm == "real" and find_spec("kortex_api") is None:
        yield f"arm:=real: {MISSING}"
    elif arguments.arm not in offered:
        yield f"arm:={arguments.arm}: no installed package offers that arm (there are: {', '.join(offered) or 'none'})"


def _folder(argument: str, folder: Path) -> Iterator[str]:
    there = folder
    while not there.exists():
        there = there.parent
    if not there.is_dir():
        yield f"{argument}:={folder}: {there} is a file"
    elif not os.access(there, os.W_OK | os.X_OK):
        yield f"{argument}:={folder}: {there} cannot be written to (read-only, or another user's)"
    elif (free := shutil.disk_usage(there).free) < SPACE:
        yield f"{argument}:={folder}: only {free / 1e6:.0f} MB are free there, {SPACE / 1e6:.0f} MB are needed"


def _params_file(path: Path, parameters: Mapping[str, Collection[str]]) -> Iterator[str]:
    try:
        content = yaml.safe_load(path.read_text("utf8"))
    except OSError as error:
        yield f"params_file:={path} cannot be read: {error.strerror}"
        return
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        yield f"params_file:={path} is no YAML: {' '.join(str(error).split())}"
        return
    blocks = list(_blocks(content)) if isinstance(content, dict) else []
    if not blocks:
        yield f"params_file:={path} has no parameters of a node: write '/**/env_node:', under it '{PARAMETERS}:'"
    for block, given in blocks:
        name = block.rsplit("/", 1)[-1]
        if name not in ("*", "**", *parameters):
            near = get_close_matches(name, parameters, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(parameters)}"
            yield f"params_file:={path}: '{block}' names no node of the graph ({hint})"
        ours = {known for node, names in parameters.items() if name in ("*", "**", node) for known in names}
        for twice in sorted(ours & set(_dotted(given))):
            yield f"params_file:={path}: '{twice}' of {block} is set by the launch arguments: take it out of the file"


def _blocks(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, value in tree.items():
        if key == PARAMETERS:
            yield path, value if isinstance(value, dict) else {}
        elif isinstance(value, dict):
            yield from _blocks(value, f"{path}/{key}" if path else str(key))


def _dotted(tree: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
