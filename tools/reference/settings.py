"""A page of all settings: what each node and each launch file takes, from the dataclasses that the code reads."""

from collections.abc import Iterator
from typing import NamedTuple

from units import unit

from kinova_pour_env.arm import find_arm
from kinova_pour_env.env_node_config import EnvNodeConfig
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.scene import Scene
from kinova_pour_env.weighing import WeighingConfig
from msaclag.launch_arguments import LaunchArguments, defaults
from msaclag.recorder_node import RecorderConfig
from msaclag_learner.configuration import TrainingConfig
from msaclag_ros.settings import Setting, settings_of
from sim_bridge.mirror_node import MirrorNodeConfig

INTRODUCTION = """\
# Settings

Each table is a dataclass of the code, and this page is made of them. Nodes take the settings as ROS parameters
(`params_file:=mine.yaml`, after `launch/config/pour_coffee.yaml`), `msaclag train` the same ones as options
(`--algorithm.batch 256`). A parameter is read at the start and fixed from then on; a name that nobody knows and a value
that is not permitted end the start with a sentence that names both and what is permitted. SI units and radians.
"""


class Block(NamedTuple):
    """Settings that stand together.

    Attributes:
        title: of the section.
        about: what they are, a sentence.
        config: the dataclass.
        prefix: before each name, with a dot.
        default: an instance to take the defaults from, in place of the class's own.
    """

    title: str
    about: str
    config: type
    prefix: str = ""
    default: object | None = None


def blocks() -> Iterator[Block]:
    """In the order of the page."""
    launch = "Written `name:=value` behind `msaclag up pour_coffee_sim` or `ros2 launch msaclag …`."
    yield Block("Launch arguments", launch, LaunchArguments, default=defaults("pour_coffee_sim"))
    yield Block("env_node", "The environment.", EnvNodeConfig)
    yield Block("env_node: scene", "What stands around the arm.", Scene, "scene")
    preset = "Reward, constraints, limits, episode. The defaults are those of setting #1 with the shaped reward."
    yield Block("env_node: task", preset, PourCoffeeConfig, "task", PourCoffeeConfig.preset("1"))
    yield Block(
        "env_node: safety", "The filter between the policy and every arm, and the stops.", SafetyConfig, "safety"
    )
    yield Block("env_node: weighing", "What left the mug, by the arm's own force.", WeighingConfig, "weighing")
    for arm, about in {"sim": "The twin.", "emulated": "The emulated arm.", "real": "The Gen3's driver."}.items():
        yield Block(f"env_node: {arm}", f"{about} With `arm:={arm}` alone.", find_arm(arm).Config, arm)
    yield Block("learner_node", "Training; also the options of `msaclag train`.", TrainingConfig)
    yield Block("mirror_node", "The mirror of a real or emulated arm.", MirrorNodeConfig)
    yield Block("recorder_node", "The bag.", RecorderConfig)


def settings_page() -> str:
    """The page, in Markdown."""
    sections = (f"## {block.title}\n\n{block.about}\n\n{table(block)}" for block in blocks())
    return "\n\n".join([INTRODUCTION, *sections])


def table(block: Block) -> str:
    """A row for each setting."""
    rows = ["| name | default | unit | takes | what |", "|---|---|---|---|---|"]
    for setting in settings_of(block.config, block.prefix, block.default):
        cells = [f"`{setting.name}`", default(setting), unit(setting.description), setting.permitted]
        rows.append(f"| {' | '.join([*cells, setting.description])} |")
    return "\n".join(rows)


def default(setting: Setting) -> str:
    """As it is written in a params file; empty where there is none."""
    return "" if setting.default in (None, "") else f"`{written(setting.default)}`"


def written(value: object) -> str:
    """A value as YAML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(written, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
