"""The paper's settings for its five tasks: Table I, and the network and batch of Meta-SAC (Wang and Ni, 2020)."""

from typing import Literal, NamedTuple, get_args

from msaclag_learner.configuration import AlgorithmConfig, AlgorithmName

TaskName = Literal["humanoid_velocity", "franka_drawer_close", "car_circle2", "push_topple", "egg_manipulate"]


class TableRow(NamedTuple):
    """A row of Table I."""

    threshold: float
    """ε of the algorithms that do not tune it."""
    lagrangian_multiplier: float
    """ν⁰ of Meta SAC-Lag, which Eq. 16 shares, and of SACv2-Lag."""
    rcpo_multiplier: float
    """ν⁰ of RCPO-SACv2 and RCPO-MetaSAC."""


TABLE_I: dict[TaskName, TableRow] = {
    "humanoid_velocity": TableRow(0.4, 10, 10),
    "franka_drawer_close": TableRow(0.6, 10, 10),
    "car_circle2": TableRow(0.5, 100, 1),
    "push_topple": TableRow(0.5, 1000, 10),
    "egg_manipulate": TableRow(0.5, 100, 1),
}

_TUNES_THRESHOLD = ("meta_sac_lag", "meta_sac_lag_nl")
_BY_RCPO = ("rcpo_sacv2", "rcpo_meta_sac")
_DIFFERENTIATES_POLICY_STEP = (*_TUNES_THRESHOLD, "rcpo_meta_sac")


def preset(algorithm: AlgorithmName, task: TaskName) -> AlgorithmConfig:
    """The settings of `algorithm` in the paper's experiment with `task`; SAC, which it lacks, as SACv2-Lag.

    Raises:
        ValueError: there is no such algorithm or task.
    """
    _one_of("algorithm", algorithm, get_args(AlgorithmName))
    _one_of("task", task, get_args(TaskName))
    row = TABLE_I[task]
    return AlgorithmConfig(
        name=algorithm,
        hidden=(256, 256),
        batch=256,
        reward_discount=0.99,
        cost_discount=0.6,
        policy_optimiser="rmsprop" if algorithm in _DIFFERENTIATES_POLICY_STEP else "adam",
        initial_multiplier=row.rcpo_multiplier if algorithm in _BY_RCPO else row.lagrangian_multiplier,
        initial_threshold=1.0 if algorithm in _TUNES_THRESHOLD else row.threshold,
        initial_temperature=1.0,
    )


def _one_of(kind: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise ValueError(f"there is no {kind} '{name}'; there are: {', '.join(names)}")
