from typing import get_args

import pytest

from msaclag_learner.configuration import AlgorithmName
from msaclag_learner.presets import TABLE_I, TaskName, preset


def test_every_algorithm_has_a_preset_for_every_task() -> None:
    assert set(TABLE_I) == set(get_args(TaskName))
    for name in get_args(AlgorithmName):
        for task in TABLE_I:
            config = preset(name, task)
            assert (config.name, config.hidden, config.batch) == (name, (256, 256), 256)
            assert (config.reward_discount, config.cost_discount, config.initial_temperature) == (0.99, 0.6, 1.0)


@pytest.mark.parametrize(
    ("algorithm", "multiplier", "threshold", "optimiser"),
    [
        ("meta_sac_lag", 100, 1.0, "rmsprop"),
        ("meta_sac_lag_nl", 100, 1.0, "rmsprop"),
        ("sacv2_lag", 100, 0.5, "adam"),
        ("rcpo_sacv2", 1, 0.5, "adam"),
        ("rcpo_meta_sac", 1, 0.5, "rmsprop"),
        ("sac", 100, 0.5, "adam"),
    ],
)
def test_table_i_for_car_circle(algorithm: AlgorithmName, multiplier: float, threshold: float, optimiser: str) -> None:
    config = preset(algorithm, "car_circle2")
    assert config.initial_multiplier == multiplier
    assert config.initial_threshold == threshold
    assert config.policy_optimiser == optimiser


def test_the_tasks_differ_as_in_table_i() -> None:
    rows = {task: preset("sacv2_lag", task) for task in TABLE_I}
    assert [row.initial_multiplier for row in rows.values()] == [10, 10, 100, 1000, 100]
    assert [row.initial_threshold for row in rows.values()] == [0.4, 0.6, 0.5, 0.5, 0.5]
    assert [preset("rcpo_sacv2", task).initial_multiplier for task in TABLE_I] == [10, 10, 1, 10, 1]


def test_a_wrong_name_is_told_the_right_ones() -> None:
    with pytest.raises(ValueError, match="no task 'humanoid'; there are: humanoid_velocity, franka_drawer_close"):
        preset("meta_sac_lag", "humanoid")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no algorithm 'ppo'; there are: meta_sac_lag, "):
        preset("ppo", "push_topple")  # type: ignore[arg-type]
