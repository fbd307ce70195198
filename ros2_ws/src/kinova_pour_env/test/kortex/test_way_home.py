"""What keeps the arm from going to its first state by itself."""

import numpy as np
import pytest

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmError
from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.kortex.way_home import check_way, joint_way
from kinova_pour_env.safety.nearness import Nearness

HOME = np.array(gen3.HOME)


def near(*distances: float) -> Nearness:
    return Nearness(np.array(distances), np.zeros((len(distances), 7)))


def elbow_turned(amount):
    """The mug stays where it is at Home, a joint turns by so many rad."""
    positions, place, before = HOME, cup_kinematics(HOME).position, None
    while np.abs(positions - HOME).max() < amount:
        null = np.linalg.svd(cup_kinematics(positions).jacobian)[2][-1]
        before = null if before is None or null @ before > 0 else -null
        positions = positions + 0.005 * before
        off = np.concatenate((place - cup_kinematics(positions).position, np.zeros(3)))
        positions = positions + np.linalg.pinv(cup_kinematics(positions).jacobian) @ off
    return positions


def test_beside_home_the_way_is_free():
    check_way(HOME, HOME)
    check_way(elbow_turned(0.5), HOME, lambda positions: near(0.02, 0.3), 0.01)


def test_the_shorter_way_round_is_taken():
    beyond = HOME + 2 * np.pi * np.eye(7)[2]
    np.testing.assert_allclose(joint_way(beyond, HOME), 0, atol=1e-9)
    check_way(beyond, HOME)


def test_an_elbow_that_turned_is_named_though_the_mug_is_at_home():
    turned = elbow_turned(0.8)
    assert np.linalg.norm(cup_kinematics(turned).position - cup_kinematics(HOME).position) < 0.01
    with pytest.raises(ArmError, match=r"joint_\d is 0.8\d rad from where the arm begins.* Kinova's action"):
        check_way(turned, HOME)


def test_a_mug_that_would_leave_its_place_is_named():
    with pytest.raises(ArmError, match=r"the mug would go 0\.\d+ m from its place"):
        check_way(HOME + 0.4 * np.eye(7)[1], HOME)


def test_bodies_that_would_come_near_are_named():
    """In the middle of the way, not at its ends."""
    begin = elbow_turned(0.5)
    middle = 0.5 * (begin + HOME)
    with pytest.raises(ArmError, match=r"two bodies would be \d+ mm from each other, allowed are 20 mm"):
        check_way(begin, HOME, lambda positions: near(0.3, np.abs(positions - middle).max()), 0.02)
