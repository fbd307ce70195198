"""What keeps the arm from going to its first state by itself."""

import time
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmError
from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.kortex import joint_path
from kinova_pour_env.kortex.way_home import LEG, find_way, joint_way
from kinova_pour_env.safety.nearness import Nearness
from kinova_pour_env.safety.safety_config import SafetyConfig

HOME = np.array(gen3.HOME)
SAFETY = SafetyConfig()


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


def way(start, nearest=None):
    """The legs of the way to Home, and how often it yields."""
    finding, yields = find_way(start, HOME, nearest, SAFETY), 0
    while True:
        try:
            next(finding)
        except StopIteration as end:
            return end.value, yields
        yields += 1


def wall_before_home(positions):
    """Something that the third joint has to be lifted over, by the second."""
    off = positions - HOME
    return near(np.hypot(off[2] - 0.4, max(0.0, off[1] + 0.05)) - 0.1)


def test_beside_home_one_leg_leads_straight_there():
    for start, nearest in ((HOME, None), (elbow_turned(0.5), lambda positions: near(0.02, 0.3))):
        legs, _ = way(start, nearest)
        np.testing.assert_allclose(legs, [HOME], atol=1e-12)


def test_the_shorter_way_round_is_taken_where_a_joint_has_no_range():
    beyond = HOME + 2 * np.pi * np.eye(7)[2]
    np.testing.assert_allclose(joint_way(beyond, HOME), 0, atol=1e-9)
    low, high = HOME.copy(), HOME.copy()
    low[3], high[3] = -2.4, 2.4
    assert joint_way(low, high)[3] == pytest.approx(4.8)  # 2 pi - 4.8 would be shorter, and beyond its range


def test_an_elbow_that_turned_goes_home_where_distances_are_known():
    turned = elbow_turned(0.8)
    assert np.linalg.norm(cup_kinematics(turned).position - cup_kinematics(HOME).position) < 0.01
    legs, _ = way(turned, lambda positions: near(0.1))
    np.testing.assert_allclose(legs, [HOME], atol=1e-12)
    with pytest.raises(ArmError, match=r"joint_\d is 0.8\d rad from where the arm begins.* Kinova's action"):
        way(turned)


def test_no_leg_turns_a_joint_so_far_that_its_sense_is_in_doubt():
    start = HOME + 2.6 * np.eye(7)[6]  # the mug hangs over, and no more is asked of the way
    legs, _ = way(start, lambda positions: near(0.1))
    turns = np.diff([start, *legs], axis=0)
    assert np.abs(turns).max() <= LEG + 1e-9 and len(legs) > 1


def test_another_way_is_found_round_what_stands_in_the_straight_one():
    start = HOME + 0.8 * np.eye(7)[2]
    legs, yields = way(start, wall_before_home)
    assert yields > 0 and len(legs) > 1
    np.testing.assert_allclose(legs[-1], HOME, atol=1e-9)
    for before, after in pairwise([start, *legs]):
        for share in np.linspace(0, 1, 100):
            assert wall_before_home(before + share * (after - before)).distances.min() > 0


@pytest.mark.parametrize("turned", [0.3, 0.8])
def test_the_arm_is_watched_often_while_a_way_is_looked_for(turned, monkeypatch):
    """A look at the room is slow: the straight way, the tree and its shortening give way after some of them."""
    monkeypatch.setattr(joint_path, "LONGEST", 1.0)
    looks, most = [], 0

    def slow(positions):
        looks.append(positions)
        time.sleep(0.001)
        return wall_before_home(positions)

    with suppress(ArmError):  # there may be no time to find one
        for _ in find_way(HOME + turned * np.eye(7)[2], HOME, slow, SAFETY):
            most, looks = max(most, len(looks)), []
    assert most <= joint_path.LATEST / 0.001 + 2


def test_bodies_that_touch_are_named():
    with pytest.raises(ArmError, match=r"two bodies touch where the arm stands, by 3 mm"):
        way(elbow_turned(0.5), lambda positions: near(0.3, -0.003))


def test_where_there_is_no_way_what_bars_the_straight_one_is_named(monkeypatch):
    monkeypatch.setattr(joint_path, "LONGEST", 0.3)
    begin = elbow_turned(0.5)
    middle = 0.5 * (begin + HOME)
    with pytest.raises(ArmError, match=r"two bodies would be \d+ mm from each other, allowed are 10 mm, and no other"):
        way(begin, lambda positions: near(0.3, abs(np.dot(positions - middle, begin - middle))))
