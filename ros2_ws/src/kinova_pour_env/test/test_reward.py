"""Eq. 17 by hand."""

import pytest

from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.reward import pour_reward


@pytest.mark.parametrize(
    ("setting", "distance", "acceleration", "spillage", "roll_error", "reward"),
    [
        ("1", 0.30, 0.4, True, 1.75, -0.6),  # -2 * 0.30
        ("2", 0.30, 0.4, True, 1.75, -0.62),  # ... - 0.05 * 0.4
        ("3", 0.30, 0.4, True, 1.75, -1.62),  # ... - 1
        ("3", 0.30, 0.4, False, 1.75, -0.62),
        ("4", 0.30, 0.0, True, 0.0, -1.6),
        ("real", 0.06, 9.0, True, 0.0, -0.12),
        ("1", 0.04, 0.4, False, 1.75, 8.25),  # 10 - 1.75: hovering upright
        ("3", 0.04, 9.0, True, 1.75, 8.25),  # within the radius nothing else counts
        ("1", 0.00, 0.0, False, 0.0, 10.0),
        ("1", 0.05, 0.0, False, 0.5, 9.5),  # at the radius: d > d_thresh is false
    ],
)
def test_by_hand(
    setting: str, distance: float, acceleration: float, spillage: bool, roll_error: float, reward: float
) -> None:
    config = PourCoffeeConfig.preset(setting, "printed")
    assert pour_reward(config, distance, acceleration, spillage, roll_error) == pytest.approx(reward)


def test_shaped_it_differs_within_the_ball_alone() -> None:
    shaped, printed = (PourCoffeeConfig.preset("3", form) for form in ("shaped", "printed"))
    assert pour_reward(shaped, 0.04, 0.4, False, 0.5) == pytest.approx(10 - 20 * 0.04 - 5 * 0.5)
    assert pour_reward(shaped, 0.06, 0.4, True, 0.5) == pour_reward(printed, 0.06, 0.4, True, 0.5)
