"""The goal: what its settings must keep."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kinova_pour_env.goal import Goal
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError
from kinova_pour_env.reward import pour_reward
from kinova_pour_env.scene import Scene


def test_a_goal_whose_roll_outweighs_the_arrival_is_refused() -> None:
    with pytest.raises(TaskError, match=r"earns -6\.5 a step, less than outside"):
        Goal(replace(Scene(), goal_roll=3.1), PourCoffeeConfig.preset("1"))


@given(
    roll=st.floats(0.1, 3.1),
    bonus=st.floats(0, 20),
    centre=st.floats(-50, 0),
    weight=st.floats(-10, 0),
    distance=st.floats(0, 0.05),
    turned=st.floats(0, 1),
    outside=st.floats(0.0501, 1),
)
def test_within_the_ball_a_mug_between_upright_and_poured_earns_more_than_outside(
    roll: float, bonus: float, centre: float, weight: float, distance: float, turned: float, outside: float
) -> None:
    config = PourCoffeeConfig(arrival_bonus=bonus, centre_weight=centre, roll_weight=weight)
    try:
        Goal(replace(Scene(), goal_roll=roll), config)
    except TaskError:
        assume(False)
    within = pour_reward(config, distance, 0.0, False, roll * (1 - turned))
    assert within > pour_reward(config, outside, 0.0, False, 0.0)
