"""Differences of a known motion."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

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


PERIOD = 0.025


def differentiated(floating_cup: Arm, velocities: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Acceleration and jerk along x [N] of a cup with these velocities [N], each a period after the last."""
    first = floating_cup.read()
    effort = Effort(replace(first, time=0.0, cup_velocity=np.zeros(3)))
    found = []
    for number, velocity in enumerate(velocities, start=1):
        effort.update(replace(first, time=number * PERIOD, cup_velocity=np.array([velocity, 0, 0])))
        found.append((effort.acceleration[0], effort.jerk[0]))
    accelerations, jerks = np.array(found).T
    return accelerations, jerks


@pytest.mark.parametrize("frequency", [0.3, 1.0, 3.4, 8.0])
def test_a_sine_comes_later_by_half_a_period_and_by_one_and_a_little_smaller(
    floating_cup: Arm, frequency: float
) -> None:
    """As docs/bags.md says: by sinc of frequency times period, and by its square."""
    turning, phase = 2 * np.pi * frequency, 0.7
    times = np.arange(1, 81) * PERIOD
    accelerations, jerks = differentiated(floating_cup, 0.1 * np.sin(turning * times + phase))
    gain = np.sinc(frequency * PERIOD)
    expected = 0.1 * turning * np.cos(turning * (times - PERIOD / 2) + phase)
    np.testing.assert_allclose(accelerations[2:], gain * expected[2:], atol=1e-9)
    expected = -0.1 * turning**2 * np.sin(turning * (times - PERIOD) + phase)
    np.testing.assert_allclose(jerks[2:], gain**2 * expected[2:], atol=1e-7)


def test_noise_of_the_velocity_is_amplified_as_told(floating_cup: Arm) -> None:
    velocities = 0.001 * np.random.default_rng(0).standard_normal(8000)
    accelerations, jerks = differentiated(floating_cup, velocities)
    assert accelerations.std() == pytest.approx(0.001 * 56.6, rel=0.03)
    assert jerks.std() == pytest.approx(0.001 * 3920, rel=0.03)
