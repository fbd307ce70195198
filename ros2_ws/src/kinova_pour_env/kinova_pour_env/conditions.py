"""Under which conditions something is experienced: what observations and rewards mean depends on them."""

from typing import Any

from pydantic import TypeAdapter

from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene


def conditions(setting: str, reward: str, task: PourCoffeeConfig, scene: Scene) -> dict[str, Any]:
    """All of it, ready for JSON; what was learned or demonstrated under others is not mixed with it.

    Args:
        setting: row of Table III that `task` was made from.
        reward: its form.
        task: the settings as they are.
        scene: as written, before an episode's draw.
    """
    return {
        "setting": setting,
        "reward": reward,
        "task": TypeAdapter(PourCoffeeConfig).dump_python(task, mode="json"),
        "scene": TypeAdapter(Scene).dump_python(scene, mode="json"),
    }
