"""The paper's five tasks (Section V-A), for `gymnasium.make("msaclag_benchmarks:msaclag/CarCircle2-v0")` and its like.

Each observes a flat Box of float32, acts in a Box of ±1, reports `info["cost"]` (1.0 where the constraint was violated
in the step, else 0.0) and `info["is_success"]`, and terminates on a violation.
"""

from contextlib import suppress
from typing import NamedTuple

import gymnasium

from msaclag_benchmarks.tasks.rendering import OffscreenRendering
from msaclag_benchmarks.tasks.single_precision import SinglePrecision
from msaclag_learner.presets import TaskName


class Task(NamedTuple):
    """One of the paper's."""

    id: str
    """Gymnasium's."""
    name: str
    """The paper's."""
    episode_length: int
    """Steps after which an episode is truncated."""
    preset: TaskName
    """Of `msaclag_learner.presets`."""
    entry_point: str


_HERE = __name__
TASKS = (
    Task(
        "msaclag/HumanoidVelocity-v0",
        "Humanoid-Velocity",
        1000,
        "humanoid_velocity",
        f"{_HERE}.humanoid_velocity:HumanoidVelocity",
    ),
    Task(
        "msaclag/FrankaCloseDrawer-v0",
        "FreightFranka CloseDrawer",
        192,
        "franka_drawer_close",
        f"{_HERE}.franka_close_drawer:FrankaCloseDrawer",
    ),
    Task("msaclag/CarCircle2-v0", "Car-Circle2", 500, "car_circle2", f"{_HERE}.car_circle:CarCircle"),
    Task(
        "msaclag/FetchPushTopple-v0",
        "Fetch PushTopple",
        50,
        "push_topple",
        f"{_HERE}.fetch_push_topple:FetchPushTopple",
    ),
    Task("msaclag/EggManipulate-v0", "Egg Manipulate", 100, "egg_manipulate", f"{_HERE}.egg_manipulate:EggManipulate"),
)
"""In the order of Table II."""

_WRAPPERS = (SinglePrecision.wrapper_spec(), OffscreenRendering.wrapper_spec())


with suppress(ImportError):  # at its import Gymnasium-Robotics tells each time of changes in tasks not used here
    from farama_notifications import notifications

    notifications.pop("gymnasium_robotics", None)


def task(name: str) -> Task:
    """The task of an id, an id without namespace and version, or a preset's name.

    Raises:
        ValueError: there is no such task.
    """
    for each in TASKS:
        if name in (each.id, each.id.partition("/")[2].partition("-")[0], each.preset):
            return each
    raise ValueError(f"there is no task '{name}'; there are: {', '.join(each.preset for each in TASKS)}")


def register() -> None:
    """Make the tasks known to Gymnasium; again without harm."""
    for each in TASKS:
        if each.id not in gymnasium.registry:
            gymnasium.register(
                each.id, each.entry_point, max_episode_steps=each.episode_length, additional_wrappers=_WRAPPERS
            )
