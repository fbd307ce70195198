"""The mirror of the arm: where it stands, what may touch, and that the slow-down before bodies lets the arm pour."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pybullet
import pytest

from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.gen3 import ACTUATED_JOINTS, HOME
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.scene import Scene, TargetCup
from sim_bridge.mirror import FARTHEST, Mirror, separable_pairs

HELD = {"gripper", "mug"}


@pytest.fixture
def mirror():
    mirror = Mirror(Scene())
    yield mirror
    mirror.close()


def test_it_sees_what_the_twin_sees(mirror, make_twin, drive):
    twin = make_twin()
    drive(twin, (0.6, -0.2, 0.3), roll=0.5)
    mirror.follow(twin.read().joint_positions)
    by_twin = {contact.bodies: contact.distance for contact in twin.distances(FARTHEST)}
    by_mirror = {contact.bodies: contact.distance for contact in mirror.distances()}
    assert ("mug", "target_cup") in by_mirror and ("mug", "table") in by_mirror
    for bodies, distance in by_mirror.items():
        assert distance == pytest.approx(by_twin[bodies], abs=1e-6)
    nearest = mirror.nearest(twin.read().joint_positions).distances
    assert sorted(nearest[nearest < FARTHEST]) == list(by_mirror.values())
    assert list(by_mirror.values()) == sorted(by_mirror.values())


def test_what_is_far_counts_as_far():
    mirror, stretched_up = Mirror(Scene(table_height=-0.5)), np.zeros(7)
    assert (mirror.nearest(stretched_up).distances == FARTHEST).all()
    assert mirror.distances() == ()
    mirror.close()


@pytest.mark.parametrize("seed", range(4))
def test_distances_change_as_their_gradients_say(mirror, seed):
    random = np.random.default_rng(seed)
    joints = np.array(HOME) + random.uniform(-0.4, 0.4, 7)
    here = mirror.nearest(joints)
    near = here.distances < FARTHEST - 0.01
    assert near.sum() > 4
    for turn in np.eye(7) * 1e-4:
        change = (mirror.nearest(joints + turn).distances - mirror.nearest(joints - turn).distances) / 2e-4
        np.testing.assert_allclose(here.gradients[near] @ (turn / 1e-4), change[near], atol=0.01)


def test_links_that_are_left_out_cannot_touch(mirror):
    links = {name: link for (body, link), name in mirror.world.names.items() if body == mirror.world.arm}
    looked_at = {frozenset(pair) for pair in separable_pairs()}
    left_out = [
        pair
        for pair in map(frozenset, combinations(links, 2))
        if pair not in looked_at and pair not in mirror.world.neighbours and not pair <= HELD
    ]
    assert frozenset(("forearm_link", "spherical_wrist_2_link")) in left_out
    limits = np.array([min(joint.limit, np.pi) for joint in ACTUATED_JOINTS])
    random = np.random.default_rng(0)
    for _ in range(400):
        mirror.follow(random.uniform(-limits, limits))
        for first, second in left_out:
            arm, client = mirror.world.arm, mirror.world.client
            ends = links[first], links[second]
            assert not pybullet.getClosestPoints(arm, arm, 0.01, *ends, physicsClientId=client)


def test_it_stands_in_its_own_scene():
    mirror = Mirror(Scene(target_cup=TargetCup(x=0.58, y=0.0, height=0.3)))
    assert mirror.nearest(np.array(HOME)).distances.min() < 0.1
    mirror.close()


def test_the_slow_down_before_bodies_lets_the_arm_pour(mirror, twin):
    scene = Scene()
    task = PourTask(twin, scene, PourCoffeeConfig.preset("1"), nearest=mirror.nearest)
    for _phase in task.reset(np.random.default_rng(0)):
        pass
    pour = Demonstrator(scene, task.config)
    for _ in range(80):
        info = task.step(pour(task.observation)).info
        if info["success"]:
            break
    assert info["success"] and info["poured"] > 0.9 and info["spilled"] == 0


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_touched_by_a_reckless_policy(mirror, twin, seed):
    """Down beside the target cup, where the table is near, and into it; or straight at it."""
    scene, random = Scene(), np.random.default_rng(seed)
    task = PourTask(twin, scene, replace(PourCoffeeConfig.preset("2"), max_steps=60), nearest=mirror.nearest)
    for _phase in task.reset(random):
        pass
    cup = np.array([scene.target_cup.x, scene.target_cup.y, 0.08])
    beside = cup + np.array([0, random.choice([0.2, 0.25]), 0])
    least: list[float] = []
    while task.running:
        towards = (beside if len(least) < 30 else cup) - task.observation[:3]
        direction = towards / max(np.abs(towards).max(), 1e-6)
        ending = task.step([*direction, random.choice([-1, 0, 1])]).ending
        least.append(mirror.nearest(twin.read().joint_positions).distances.min())
    assert ending == "limit of steps"
    assert 0.003 < min(least) < 0.03
