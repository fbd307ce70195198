"""The example params file says that its values are the defaults."""

from pathlib import Path
from typing import Any

import yaml

from kinova_pour_env.env_node import EnvNodeConfig
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene
from msaclag.recorder_node import RecorderConfig
from msaclag_learner.configuration import TrainingConfig
from msaclag_ros.settings import settings_of
from sim_bridge.twin_config import TwinConfig

FILE = Path(__file__).parents[1] / "config" / "pour_coffee.yaml"

NODE = EnvNodeConfig()
TASK = PourCoffeeConfig.preset(NODE.setting, NODE.reward)
DEFAULTS = {
    "env_node": [(NODE, ""), (Scene(), "scene"), (TASK, "task"), (TwinConfig(), "sim")],
    "learner_node": [(TrainingConfig(), "")],
    "recorder_node": [(RecorderConfig(), "")],
}


def leaves(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in tree.items():
        found |= leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def test_each_value_is_the_default() -> None:
    content = yaml.safe_load(FILE.read_text("utf8"))
    assert {name.rsplit("/", 1)[-1] for name in content} == set(DEFAULTS)
    for name, block in content.items():
        known = {
            setting.name: list(setting.default) if setting.element else setting.default
            for default, prefix in DEFAULTS[name.rsplit("/", 1)[-1]]
            for setting in settings_of(type(default), prefix, default)
        }
        given = leaves(block["ros__parameters"])
        assert given == {name: known.get(name) for name in given}
