"""Differences of a known motion."""

from dataclasses import replace

import numpy as np
import pytest

from kinova_pour_env.arm import Arm
from kinova_pour_env.effort import Effort


def test_differences_mean_and_peak(floating_cup: Arm) -> None:
    first = floating_cup.read()
    effort = Effort(first)
    for time, speed in ((0.1, 0.03), (0.2, 0.05), (0.4, 0.05)):
        elapsed = effort.update(replace(first, time=time, cup_velocity=np.array([0.0, speed, 0.0])))
    assert elapsed == pytest.approx(0.2)
    assert effort.acceleration == pytest.approx([0, 0, 0])
    assert effort.jerk == pytest.approx([0, -1.0, 0])
    assert effort.take() == pytest.approx(
        {"acceleration": (0.3 + 0.2 + 0) / 3, "jerk": (3 + 1 + 1) / 3, "peak_acceleration": 0.3, "peak_jerk": 3}
    )
    assert set(effort.take().values()) == {0.0}


def test_the_same_reading_again_is_no_motion(floating_cup: Arm) -> None:
    first = floating_cup.read()
    effort = Effort(first)
    moved = replace(first, time=0.1, cup_velocity=np.array([0.1, 0, 0]))
    assert effort.update(moved) > 0
    assert effort.update(moved) == 0
    assert effort.acceleration == pytest.approx([1.0, 0, 0])
