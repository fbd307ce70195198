"""Pour Coffee on a twin."""

from dataclasses import replace

from kinova_pour_env.disturbance import Disturbance
from kinova_pour_env.pour_coffee import PourCoffeeEnv
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, RewardForm
from kinova_pour_env.scene import Scene
from sim_bridge.twin import Twin
from sim_bridge.twin_config import TwinConfig


def make_pour_coffee(
    setting: str = "1",
    scene: Scene | None = None,
    twin: TwinConfig | None = None,
    reward: RewardForm = "shaped",
    render_mode: str | None = None,
    disturbance: Disturbance | None = None,
    policy_rate: float | None = None,
) -> PourCoffeeEnv:
    """The environment on a twin of its own.

    Args:
        setting: of the paper's Table III: "1", "2", "3", "4" or "real".
        scene: what stands around the arm; the default one if left out.
        twin: its settings; the defaults if left out.
        reward: Eq. 17 as printed, or shaped (see `PourCoffeeConfig.preset`).
        render_mode: "rgb_array", or none.
        disturbance: how episodes differ from what is written; not at all if left out.
        policy_rate: Hz; that of the setting if left out.
    """
    scene = scene or Scene()
    preset = PourCoffeeConfig.preset(setting, reward)
    task = replace(preset, disturbance=disturbance or Disturbance(), policy_rate=policy_rate or preset.policy_rate)
    return PourCoffeeEnv(Twin(scene, twin or TwinConfig()), scene, task, render_mode=render_mode)
