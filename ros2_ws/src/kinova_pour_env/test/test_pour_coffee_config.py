"""The settings: Table III, and what they refuse."""

from typing import Any

import pytest
from pydantic import ValidationError

from kinova_pour_env.detectors import KINDS, SPILL, counts
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError


@pytest.mark.parametrize(
    ("setting", "distance", "acceleration", "spillage", "constrained"),
    [
        ("1", True, False, False, True),
        ("2", True, True, False, False),
        ("3", True, True, True, True),
        ("4", True, True, True, True),
        ("real", True, False, False, True),
    ],
)
def test_table_iii(setting: str, distance: bool, acceleration: bool, spillage: bool, constrained: bool) -> None:
    config = PourCoffeeConfig.preset(setting)
    assert config.reward_distance == distance
    assert config.reward_acceleration == acceleration
    assert config.reward_spillage == spillage
    assert counts(SPILL, config) == constrained
    assert all(counts(kind, config) for kind in KINDS if kind != SPILL)


@pytest.mark.parametrize("setting", ["0", "5", "", "Real"])
def test_unknown_setting(setting: str) -> None:
    with pytest.raises(TaskError, match=rf"no setting '{setting}' .*1, 2, 3, 4, real"):
        PourCoffeeConfig.preset(setting)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("policy_rate", -10.0),
        ("max_steps", 0),
        ("cup_speed", 3.0),
        ("roll_rate", float("nan")),
        ("spill_tolerance", -1e-6),
        ("success_hold", -1.0),
        ("workspace_low", (0.0, 0.0)),
        ("reward_distance", "maybe"),
        ("distance_wait", -2.0),
    ],
)
def test_a_wrong_value_is_named(field: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=field):
        PourCoffeeConfig(**{field: value})


def test_an_empty_workspace_is_named() -> None:
    with pytest.raises(ValidationError, match="workspace_low is not below workspace_high along z"):
        PourCoffeeConfig(workspace_low=(0.3, -0.4, 0.7))
