"""What stands around the arm and what it is held to, as the environment's parameters tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene
from msaclag_ros.settings import build, settings_of

ENVIRONMENT = "env_node"

_OF_THE_TASK = ("workspace_low", "workspace_high", "joint_limit_margin", "arrival_radius", "spill_tolerance")


@dataclass(frozen=True)
class Surroundings:
    """Of one environment.

    Attributes:
        arm: real, emulated or sim.
        setting: row of Table III.
        scene: as written, before an episode's draw.
        task: of which only what `asked` names was asked for.
    """

    arm: str
    setting: str
    scene: Scene
    task: PourCoffeeConfig


def asked() -> list[str]:
    """Names of the parameters."""
    scene = [setting.name for setting in settings_of(Scene, "scene")]
    return ["arm", "setting", *scene, *(f"task.{name}" for name in _OF_THE_TASK)]


def surroundings(values: Mapping[str, Any]) -> Surroundings:
    """From the values of the parameters that were asked for.

    Raises:
        SettingError: they are not those of this version's environment.
    """
    given = {name: value for name, value in values.items() if value is not None}
    scene = {name: value for name, value in given.items() if name.startswith("scene.")}
    task = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items() if "task." in name
    }
    return Surroundings(
        str(given.get("arm", "")),
        str(given.get("setting", "")),
        build(Scene, scene, "scene"),
        build(PourCoffeeConfig, task, "task"),
    )
