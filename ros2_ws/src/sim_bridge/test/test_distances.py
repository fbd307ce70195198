"""Distances by name, where the geometry tells them."""

from itertools import pairwise

import numpy as np
import pytest

from kinova_pour_env.gen3 import ACTUATED_JOINTS
from kinova_pour_env.scene import Scene, TargetCup
from sim_bridge.urdf import CUP_WALL, MUG_WALL
from sim_bridge.world import HAND

FAR = 3.0


def by_name(twin, farthest=FAR):
    return {pair.bodies: pair.distance for pair in twin.distances(farthest)}


def test_the_mug_above_the_table(twin):
    state, mug = twin.read(), twin.scene.mug
    height = state.cup_position[2] - (mug.height + MUG_WALL) / 2
    assert by_name(twin)["mug", "table"] == pytest.approx(height, abs=1e-3)


def test_the_mug_beside_a_tall_target_cup(make_twin):
    cup = TargetCup(x=0.5767, y=-0.2, height=0.3)
    twin = make_twin(Scene(target_cup=cup, table_height=0.1))
    beside = abs(cup.y - twin.read().cup_position[1]) - twin.scene.mug.radius - MUG_WALL - cup.radius - CUP_WALL
    assert by_name(twin)["mug", "target_cup"] == pytest.approx(beside, abs=2e-3)


def test_it_agrees_with_the_contacts(twin):
    twin.send_twist(np.array([0, 0, -0.3, 0, 0, 0]))
    while not (state := twin.advance()).contacts:
        near = by_name(twin)["mug", "table"]
        assert near > 0
    distances = by_name(twin)
    for contact in state.contacts:
        assert distances[contact.bodies] == pytest.approx(contact.distance, abs=1e-4)


def test_all_pairs_that_may_touch_are_there_and_no_neighbours(twin):
    pairs = twin.distances(FAR)
    names = [pair.bodies for pair in pairs]
    assert names == sorted(names)
    links = ["base_link", *(joint.child for joint in ACTUATED_JOINTS)]
    for neighbours in pairwise(links):
        assert tuple(sorted(neighbours)) not in names
    assert not any(set(pair) <= {*HAND} for pair in names)
    assert ("base_link", "table") not in names
    assert ("forearm_link", "table") in names
    assert ("gripper", "target_cup") in names
    assert not any("table" in pair and "target_cup" in pair for pair in names)
    inner = {pair.bodies for pair in pairs if pair.self_collision}
    assert ("base_link", "mug") in inner
    assert not any({"table", "target_cup"} & {*pair} for pair in inner)


def test_only_what_is_near_enough(twin):
    everything = twin.distances(FAR)
    near = twin.distances(0.1)
    assert 0 < len(near) < len(everything)
    assert max(pair.distance for pair in near) <= 0.1
    assert near == tuple(pair for pair in everything if pair.distance <= 0.1)


def test_asking_changes_nothing(twin, make_twin):
    def run(twin, *, ask):
        twin.send_twist(np.array([0.1, -0.2, -0.3, 0.3, 0, 0]))
        states = []
        for _ in range(80):
            states.append(twin.advance())
            if ask:
                twin.distances(0.5)
        return np.array(
            [np.concatenate([state.joint_positions, state.joint_torques, state.wrench]) for state in states]
        )

    np.testing.assert_array_equal(run(twin, ask=True), run(make_twin(), ask=False))
