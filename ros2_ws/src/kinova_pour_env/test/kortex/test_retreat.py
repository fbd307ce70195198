from math import pi

import numpy as np
import pytest

from kinova_pour_env.gen3 import ANGULAR_ACCELERATION, COMMAND_PERIOD
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kinematics import rotation_from_vector
from kinova_pour_env.kortex.retreat import JERK, NEAR, can_retreat, lifted_first, twists_along, upright_first
from kinova_pour_env.safety.safety_config import AXIS_ACCELERATION

SPEED, TURN = 0.12, 0.5
RAMP = np.repeat([AXIS_ACCELERATION, ANGULAR_ACCELERATION], 3) * COMMAND_PERIOD


@pytest.mark.parametrize("ways", [upright_first, lifted_first])
@pytest.mark.parametrize("roll", [0.0, 1.75, pi])
def test_the_mug_is_turned_upright_and_lifted_then_brought_home(floating_cup, roll, ways):
    floating_cup.position = np.array((0.58, -0.2, 0.225))
    floating_cup.rotation = rotation_from_vector((roll, 0, 0))
    states = [floating_cup.read()]
    twists = twists_along(ways(states[0]), SPEED, TURN, states[0])
    twist, sent = next(twists), [np.zeros(6)]
    while True:
        sent.append(twist)
        assert np.linalg.norm(twist[:3]) < SPEED + 1e-9
        assert np.linalg.norm(twist[3:]) < TURN + 1e-9
        floating_cup.send_twist(twist)
        states.append(floating_cup.advance())
        try:
            twist = twists.send(states[-1])
        except StopIteration:
            break
        assert len(states) < 1200
    assert (np.abs(np.diff(sent, axis=0)).max(axis=0) < RAMP + 1e-9).all()
    assert np.abs(np.diff(sent, n=2, axis=0)).max() < JERK * COMMAND_PERIOD**2 + 1e-9
    last = states[-1]
    assert np.linalg.norm(last.cup_position - CUP_AT_HOME) < NEAR
    np.testing.assert_allclose(last.cup_rotation, np.eye(3), atol=NEAR)
    for state in states:
        if state.cup_position[2] < 0.4:  # over the target cup nothing but straight up
            assert np.linalg.norm(state.cup_position[:2] - (0.58, -0.2)) < 0.02
        if state.cup_position[2] > 0.25 and ways is upright_first:
            assert np.trace(state.cup_rotation) > 3 - 1e-2


def test_where_the_way_back_is_known(floating_cup):
    assert can_retreat(floating_cup.read())
    floating_cup.position = np.array((0.13, 0.0, 0.2))
    assert not can_retreat(floating_cup.read())
