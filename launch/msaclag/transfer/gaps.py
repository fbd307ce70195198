"""In what a real arm may differ from the twin: late commands, noisy sensors, weaker motors, another liquid."""

from dataclasses import replace
from typing import NamedTuple

from kinova_pour_env.disturbance import Disturbance
from kinova_pour_env.pour_coffee import PourCoffeeEnv
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene
from sim_bridge.twin import Twin
from sim_bridge.twin_config import TwinConfig


class Gap(NamedTuple):
    """One difference.

    Attributes:
        name: what differs, in words.
        disturbance: of each episode.
        mug: fields of the scene's mug that are others.
        twin: the arm.
    """

    name: str
    disturbance: Disturbance = Disturbance()
    mug: dict[str, float] = {}  # noqa: RUF012 (never changed)
    twin: TwinConfig = TwinConfig()

    def environment(self, scene: Scene, config: PourCoffeeConfig) -> PourCoffeeEnv:
        """Pour Coffee with this difference from `scene` and `config`."""
        scene = replace(scene, mug=replace(scene.mug, **self.mug))
        return PourCoffeeEnv(Twin(scene, self.twin), scene, replace(config, disturbance=self.disturbance))


_SLIGHT = Disturbance(position_noise=0.002, angle_noise=0.005, velocity_noise=0.01)

GAPS = (
    Gap("none"),
    Gap("delay of 25 ms", Disturbance(command_delay=1)),
    Gap("delay of 50 ms", Disturbance(command_delay=2)),
    Gap("delay of 75 ms", Disturbance(command_delay=3)),
    Gap("delay of 100 ms", Disturbance(command_delay=4)),
    Gap("delay of 200 ms", Disturbance(command_delay=8)),
    Gap("noise of 2 mm, 0.005 rad, 0.01 m/s", _SLIGHT),
    Gap("noise of 10 mm, 0.03 rad, 0.05 m/s", Disturbance(position_noise=0.01, angle_noise=0.03, velocity_noise=0.05)),
    Gap("speed up to 0.15 m/s", twin=TwinConfig(linear_speed=0.15)),
    Gap("turning up to 0.4 rad/s", twin=TwinConfig(angular_speed=0.4)),
    Gap("ramp of 0.2 m/s²", twin=TwinConfig(linear_acceleration=0.2)),
    Gap("water, with no further damping", mug={"damping": 0.006}),
    Gap("fill of 0.65", mug={"fill": 0.65}),
    Gap("fill of 0.82", mug={"fill": 0.82}),
    Gap("mug of 35 mm radius", mug={"radius": 0.035}),
    Gap("mug of 45 mm radius", mug={"radius": 0.045}),
    Gap("cup within ±2 cm", Disturbance(target_cup_spread=0.02)),
    Gap(
        "all: 50 ms, slight noise, 0.3 m/s², water, fill 0.8",
        replace(_SLIGHT, command_delay=2),
        {"damping": 0.006, "fill": 0.8},
        TwinConfig(linear_acceleration=0.3),
    ),
)
"""Of each kind one that the arm surely has and one that would be bad luck."""
