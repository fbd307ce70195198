from math import pi

import numpy as np
import pytest

from kinova_pour_env.gen3 import ACTUATED_JOINTS, ANGULAR_ACCELERATION, COMMAND_PERIOD
from kinova_pour_env.gen3 import HOME as HOME_JOINTS
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kinematics import cup_kinematics, rotation_from_vector
from kinova_pour_env.kortex.retreat import (
    JERK,
    NEAR,
    Leg,
    Room,
    can_retreat,
    lies_low,
    lifted_first,
    twists_along,
    upright_first,
    way_problem,
)
from kinova_pour_env.safety.nearness import Nearness
from kinova_pour_env.safety.safety_config import AXIS_ACCELERATION, SafetyConfig

SPEED, TURN = 0.12, 0.5
HOME = np.array(HOME_JOINTS)
LIFT = np.array((0.0, 0.0, 0.15))
UP = (Leg(CUP_AT_HOME + LIFT, np.eye(3)),)
SAFETY = SafetyConfig()
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


def seen(*distances):
    """What a mirror might tell of some pairs of bodies: each a function of the cup's height."""

    def nearest(positions):
        height = cup_kinematics(positions).position[2]
        return Nearness(np.array([distance(height) for distance in distances]), np.zeros((len(distances), 7)))

    return nearest


def problem_of(legs, positions, nearest):
    looking = way_problem(legs, positions, Room(positions, nearest, SAFETY.body_distance), SAFETY)
    while True:
        try:
            next(looking)
        except StopIteration as end:
            return end.value


def test_a_way_is_looked_at():
    high = CUP_AT_HOME[2] + 0.1
    assert problem_of(UP, HOME, seen(lambda z: 0.3)) == ""
    assert problem_of(UP, HOME, seen(lambda z: 0.3, lambda z: high - z)).startswith("two bodies")
    assert problem_of((Leg(np.array((2.0, 0.0, 0.4)), np.eye(3)),), HOME, seen(lambda z: 0.3)) != ""


def test_bodies_that_are_near_already_may_stay_so_and_no_others():
    assert problem_of(UP, HOME, seen(lambda z: 0.001)) == ""
    assert problem_of(UP, HOME, seen(lambda z: 0.001, lambda z: max(0.005, CUP_AT_HOME[2] + 0.1 - z))).startswith(
        "two bodies"
    )


def test_a_joint_near_its_limit_may_not_go_on_towards_it():
    near = np.array((0.04, 1.71, 1.75, -2.08, 0.16, ACTUATED_JOINTS[5].limit - 0.003, 3.05))
    up = (Leg(cup_kinematics(near).position + LIFT, cup_kinematics(near).rotation),)
    assert problem_of(up, near, seen(lambda z: 0.3)) == "a joint at its limit"


def test_when_lifting_first_is_another_way(floating_cup):
    assert not lies_low(floating_cup.read())
    floating_cup.rotation = rotation_from_vector((1.4, 0, 0))
    floating_cup.position = CUP_AT_HOME
    assert not lies_low(floating_cup.read())
    floating_cup.position = CUP_AT_HOME - 2 * LIFT
    assert lies_low(floating_cup.read())
