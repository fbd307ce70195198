"""The table to fill: its tasks and algorithms, in its order, with the paper's figures."""

from typing import NamedTuple

from msaclag_benchmarks.table2.batch import PEERS
from msaclag_benchmarks.tasks import TASKS as TASKS_OF_THE_PAPER
from msaclag_learner.presets import TaskName


class Task(NamedTuple):
    """A row of the table."""

    title: str
    environment: str
    """Gymnasium's id, with the module that registers it."""
    preset: TaskName
    """Whose row of Table I it takes."""
    returns: tuple[float, float]
    """Means of episodes of uniformly random actions, and of the script that solves it."""


_RETURNS: dict[TaskName, tuple[float, float]] = {
    "humanoid_velocity": (0.740, 377),
    "franka_drawer_close": (-186, 256),
    "car_circle2": (0.0460, 13.2),
    "push_topple": (-0.268, 5.68),
    "egg_manipulate": (60.4, 132),
}
"""As `msaclag bench tasks` measured them (docs/measured/tasks.json)."""
TASKS: dict[str, Task] = {
    task.preset: Task(task.name, f"msaclag_benchmarks:{task.id}", task.preset, _RETURNS[task.preset])
    for task in TASKS_OF_THE_PAPER
}
"""By name."""

ALGORITHMS = {
    "sacv2_lag": "SACv2-Lag",
    "rcpo_sacv2": "RCPO-SACv2",
    "rcpo_meta_sac": "RCPO-MetaSAC",
    "meta_sac_lag": "Meta SAC-Lag",
    "meta_sac_lag_nl": "Meta SAC-Lag, J_nl",
    "sac": "SAC",
    **PEERS,
}
"""What people call them, by name; the first five are the paper's."""


class Printed(NamedTuple):
    """A cell of the paper's Table II."""

    reward: float
    violation_rate: float


_COLUMNS = ("sacv2_lag", "rcpo_sacv2", "rcpo_meta_sac", "meta_sac_lag", "meta_sac_lag_nl")
_ROWS: dict[TaskName, tuple[tuple[float, float], ...]] = {
    "humanoid_velocity": ((956.11, 0.42), (690.66, 0.57), (435.93, 0.91), (812.90, 0.49), (712.72, 0.67)),
    "franka_drawer_close": ((2.19, 0.69), (-67.20, 0.89), (-29.85, 0.85), (63.13, 0.20), (54.02, 0.30)),
    "car_circle2": ((11.65, 0.10), (12.67, 0.32), (12.36, 0.24), (13.79, 0.31), (13.95, 0.29)),
    "push_topple": ((-6.6, 0.66), (6.55, 0.06), (7.6, 0.007), (7.49, 0.004), (4.98, 0.17)),
    "egg_manipulate": ((128.66, 0.21), (121.53, 0.23), (124.99, 0.17), (115.44, 0.11), (109.95, 0.14)),
}
TABLE_II: dict[tuple[str, str], Printed] = {
    (task, algorithm): Printed(*figures)
    for task, row in _ROWS.items()
    for algorithm, figures in zip(_COLUMNS, row, strict=True)
}
"""By task and algorithm; what is missing the paper has not."""
