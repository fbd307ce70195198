"""The scripted pour: what it asks for along the way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene

SCENE = Scene()
DEMONSTRATOR = Demonstrator(SCENE, PourCoffeeConfig())


def observed(offset: tuple[float, float, float], roll: float = 0.0) -> np.ndarray:
    position = np.array(SCENE.goal_position) + offset
    return np.array([*position, 0, 0, roll, *[0] * 9], np.float32)


@given(st.tuples(*[st.floats(-1, 1)] * 3), st.floats(-3, 3))
def test_always_an_action(offset: tuple[float, float, float], roll: float) -> None:
    action = DEMONSTRATOR(observed(offset, roll))
    assert action.shape == (4,)
    assert np.abs(action).max() <= 1


def test_from_above() -> None:
    assert DEMONSTRATOR(observed((0, 0.2, 0)))[2] > 0
    assert DEMONSTRATOR(observed((0, 0.0, 0.06)))[2] < 0


def test_rolls_only_near_the_goal() -> None:
    assert DEMONSTRATOR(observed((0, 0.04, 0)))[3] == 0
    assert DEMONSTRATOR(observed((0, 0.02, 0)))[3] > 0
    assert DEMONSTRATOR(observed((0, 0, 0), roll=1.9))[3] < 0


def test_rests_at_the_goal() -> None:
    assert DEMONSTRATOR(observed((0, 0, 0), roll=SCENE.goal_roll)) == pytest.approx(np.zeros(4), abs=1e-5)


def test_slows_down() -> None:
    speeds = [float(np.linalg.norm(DEMONSTRATOR(observed((0, 0, height)))[:3])) for height in (0.2, 0.1, 0.05, 0.01)]
    assert speeds == sorted(speeds, reverse=True)
    assert speeds[0] == pytest.approx(1)
