"""The arguments of the launch files and of `msaclag up`: one dataclass, read from `name:=value`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator
from pydantic.dataclasses import dataclass

from msaclag.bag.snapshots import snapshots_of
from msaclag_learner.configuration import TrainingConfig
from msaclag_ros.settings import Setting, SettingError, build, settings_of

DEMONSTRATIONS = "demonstrations.safetensors"
"""As `msaclag_learner.demonstrations` calls a run's own, whose import takes a second."""

_TRAINING = TrainingConfig()


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class LaunchArguments:
    """What one run of the graph is started with."""

    arm: Annotated[str, Field(pattern=r"^\w+$")] = "sim"
    """As an installed package offers it: the Gen3 (real), Kinova's API emulated (emulated), the PyBullet twin (sim), or
    an arm of your own."""
    setting: Literal["1", "2", "3", "4", "real"] = "1"
    """Row of the paper's Table III."""
    reward: Literal["shaped", "printed"] = "shaped"
    """Eq. 17 as printed, or shaped: more weight on the centre of the goal's ball and on the roll."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of networks, batches, exploration and first states."""
    steps: Annotated[int, Field(ge=0, le=10**9)] = _TRAINING.steps
    """Transitions to learn from; 0 only evaluates."""
    evaluation_episodes: Annotated[int, Field(ge=0, le=10**6)] = _TRAINING.evaluation_episodes
    """Episodes with the deterministic policy after training."""
    rate: Annotated[float, Field(gt=0, le=40)] = 10.0
    """Steps per second of the policy; the arm's 40 Hz must be a multiple of it."""
    checkpoint: Path | None = None
    """Networks of another run to start from: its folder or the checkpoint in it; empty starts untrained."""
    demonstrations: Path | None = None
    """File of demonstrated episodes to begin with, as `msaclag demonstrate` makes it; empty begins with none."""
    pours: Annotated[int, Field(ge=0, le=10**4)] = 10
    """Scripted pours to begin with where demonstrations names no file; with arm:=sim only, which makes them."""
    run_dir: Path | None = None
    """Folder for everything the run leaves; empty is runs/TIME-TASK."""
    resume: bool = False
    """Go on with the run in run_dir from its last checkpoint, experience included."""
    record: bool = True
    """Write all topics to a bag."""
    bag_dir: Path | None = None
    """Folder of the bag, which must not exist yet; empty is RUN_DIR/bag, or bag-2, bag-3, … of a resumed run."""
    respawn: bool = False
    """Start a node again that died, up to 5 times in 5 minutes; the learner goes on from its last checkpoint."""
    params_file: Path | None = None
    """YAML file with parameters of the nodes, as config/pour_coffee.yaml shows."""
    namespace: str = ""
    """Where the nodes and their topics lie; a second arm needs a second one."""
    log_level: Literal["debug", "info", "warn", "error", "fatal"] = "info"
    """What the nodes say."""
    gui: bool = False
    """Show the window of the twin (arm:=sim), of the emulator (arm:=emulated) or of the mirror (arm:=real)."""
    mirror: bool = True
    """Mirror a real or emulated arm, to show it in RViz and tell how near it is to what."""
    auto_acknowledge: bool = False
    """Go on after violations and faults without a person (arm:=emulated)."""
    robot_ip: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]+$")] = "192.168.1.10"
    """Address of the Gen3 (arm:=real)."""

    @field_validator("namespace")
    @classmethod
    def _is_ros_name(cls, text: str) -> str:
        if not re.fullmatch(r"(/?[A-Za-z]\w*(/[A-Za-z]\w*)*)?", text, re.ASCII) or "__" in text:
            raise ValueError("a namespace is letters, digits and single _ between slashes, e.g. left_arm or lab/left")
        return text

    @property
    def output(self) -> Path:
        """The folder of the run."""
        assert self.run_dir is not None, "see read_arguments"
        return self.run_dir

    @property
    def bag(self) -> Path:
        """The folder of the bag."""
        return self.bag_dir or self.output / "bag"

    @property
    def pours_to_make(self) -> Path | None:
        """The file of scripted pours that has to be made before the run begins, if any."""
        given = self.demonstrations is not None or self.resume
        return None if given or not (self.pours and self.steps) or self.arm != "sim" else self.output / DEMONSTRATIONS


TASKS: dict[str, dict[str, Any]] = {
    "pour_coffee_sim": {"arm": "sim", "setting": "1"},
    "pour_coffee_real": {"arm": "real", "setting": "real", "respawn": True},
}
"""The launch files by name: they differ in these defaults only."""


def defaults(task: str) -> LaunchArguments:
    """The arguments of a launch file when nothing is given."""
    return build(LaunchArguments, TASKS[task])


def read_arguments(task: str, given: Mapping[str, str]) -> LaunchArguments:
    """The arguments of one run; its folder is named after the time and the task where none is given.

    Args:
        task: a name of `TASKS`.
        given: values as text, by name; empty text is the default of what has none.

    Raises:
        SettingError: naming every unknown argument, with the nearest, and every value that is not permitted.
    """
    optional = {setting.name for setting in settings_of(LaunchArguments) if setting.optional}
    values = {name: text for name, text in given.items() if text or name not in optional}
    arguments = build(LaunchArguments, values, default=defaults(task))
    if arguments.resume and (arguments.run_dir is None or arguments.checkpoint is not None):
        raise SettingError("resume:=true goes on with the run in run_dir:=…, so name that folder, and no checkpoint:=")
    folder = arguments.run_dir or Path("runs") / f"{datetime.now():%Y%m%d-%H%M%S}-{task}"
    folder = folder.expanduser().absolute()
    absolute = {
        name: path.expanduser().absolute()
        for name in ("checkpoint", "demonstrations", "bag_dir", "params_file")
        if (path := getattr(arguments, name)) is not None
    }
    if arguments.resume:
        absolute.setdefault("bag_dir", next_bag(folder / "bag"))
    return replace(arguments, run_dir=folder, **absolute)


def next_bag(bag: Path) -> Path:
    """The first folder that is not there, nor snapshots of it: this one, or else bag-2, bag-3, … behind a bag."""
    stem, dash, number = bag.name.rpartition("-")
    if not (dash and number.isdecimal()):
        stem, number = bag.name, "1"
    names = chain([bag.name], (f"{stem}-{following}" for following in count(int(number) + 1)))
    folders = (bag.with_name(name) for name in names)
    return next(folder for folder in folders if not folder.exists() and not snapshots_of(folder).exists())


def split(words: Sequence[str]) -> dict[str, str]:
    """The words of a command line of the form name:=value.

    Raises:
        SettingError: a word has another form, or a name stands twice.
    """
    given: dict[str, str] = {}
    for word in words:
        name, assigned, value = word.partition(":=")
        if not assigned or not name:
            raise SettingError(f"'{word}' is no launch argument: write name:=value, e.g. steps:=3000")
        if name in given:
            raise SettingError(f"'{name}' is given twice: {given[name]!r} and {value!r}")
        given[name] = value
    return given


def listing(task: str) -> str:
    """The arguments of a launch file for a person: name, default, what is permitted, description."""
    lines = []
    for setting in settings_of(LaunchArguments, default=defaults(task)):
        lines += [f"  {setting.name}:={default_text(setting)}", f"      {describe_setting(setting)}"]
    return "\n".join(lines)


def default_text(setting: Setting) -> str:
    """The default as it is written on the command line; empty for none."""
    if setting.default is None:
        return ""
    return str(setting.default).lower() if setting.type is bool else str(setting.default)


def describe_setting(setting: Setting) -> str:
    """What an argument is for and what it takes."""
    return f"{setting.description} Takes {setting.permitted}."
