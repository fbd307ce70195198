"""The scripts of each task, by the id of the task."""

from typing import NamedTuple

from msaclag_benchmarks.scripted import (
    car_circle,
    egg_manipulate,
    fetch_push_topple,
    franka_close_drawer,
    humanoid_velocity,
)
from msaclag_benchmarks.scripted.policy import Script


class Scripts(NamedTuple):
    """Of a task."""

    solving: Script
    violating: Script


SCRIPTS: dict[str, Scripts] = {
    "msaclag/HumanoidVelocity-v0": Scripts(humanoid_velocity.walking, humanoid_velocity.tipping_over),
    "msaclag/FrankaCloseDrawer-v0": Scripts(franka_close_drawer.pushing, franka_close_drawer.driving_up),
    "msaclag/CarCircle2-v0": Scripts(car_circle.circling, car_circle.straight_on),
    "msaclag/FetchPushTopple-v0": Scripts(fetch_push_topple.pushing_low, fetch_push_topple.ramming),
    "msaclag/EggManipulate-v0": Scripts(egg_manipulate.planning, egg_manipulate.clenching),
}

PLANS_AHEAD: tuple[Script, ...] = (humanoid_velocity.walking, egg_manipulate.planning)
"""Those that think long about each step."""
