"""What the filter refuses, and that it scales along the right axes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinova_pour_env.arm import Arm
from kinova_pour_env.kinematics import rotation_from_angles
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.safety.motion_limiter import STANDING
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety_filter import ActionError, SafetyFilter, checked_action

CONFIG = PourCoffeeConfig()


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ([0, 0, 0], r"shape \[3\], expected \[4\]"),
        ([[0, 0, 0, 0]], r"shape \[1, 4\]"),
        (0.5, r"shape \[\]"),
        ([0, 0, float("nan"), 0], "not finite"),
        ([0, float("-inf"), 0, 0], "not finite"),
        ([0, 0, 0, 1.01], r"out of range: .*1.01.*\[-1, 1\]"),
        ("fast", "not a vector of numbers"),
        ([0, 0, 0, None], "not"),
    ],
)
def test_refused(action: Any, words: str) -> None:
    with pytest.raises(ActionError, match=words):
        checked_action(action)


def test_float32_rounding_is_no_offence() -> None:
    assert checked_action(np.float32([1 + 1e-6, -1 - 1e-6, 0, 0])).tolist() == [1, -1, 0, 0]


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4))
def test_permitted(action: list[float]) -> None:
    assert checked_action(action).tolist() == action


def test_scale_and_axes(floating_cup: Arm) -> None:
    """Yawed by a right angle the cup rolls about the base's y axis; its velocity stays in base axes."""
    yawed = replace(floating_cup.read(), cup_rotation=rotation_from_angles([np.pi / 2, 0, 0.7]))
    safety_filter, motion = SafetyFilter(CONFIG, SafetyConfig(), 0.025), STANDING
    for _ in range(100):
        twist, executed, motion = safety_filter.command(np.array([0.4, -0.2, 0.0, 0.25]), yawed, motion)
    assert twist == pytest.approx([0.1, -0.05, 0, 0, 0.2, 0])
    assert executed == pytest.approx([0.4, -0.2, 0.0, 0.25])
