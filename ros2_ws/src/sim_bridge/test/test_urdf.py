from xml.etree import ElementTree

import numpy as np
import pybullet
import pytest

from kinova_pour_env import gen3
from kinova_pour_env.kinematics import cup_kinematics
from kinova_pour_env.scene import Mug, TargetCup
from sim_bridge.urdf import arm_urdf, target_cup_urdf


@pytest.mark.parametrize(
    "joints",
    [(0,) * 7, gen3.HOME, tuple(np.radians((0, -20, 180, -146, 0, -50, 90))), (0.3, -1.2, 2.0, 1.1, -0.7, 0.9, -2.5)],
    ids=["zero", "home", "retract", "other"],
)
def test_pybullet_has_the_cup_where_the_kinematics_have_it(twin, joints):
    world = twin._world
    for joint, position in enumerate(joints):
        pybullet.resetJointState(world.arm, joint, position, physicsClientId=world.client)
    link = pybullet.getLinkState(world.arm, world.mug, computeForwardKinematics=1, physicsClientId=world.client)
    cup = cup_kinematics(np.array(joints))
    np.testing.assert_allclose(link[4], cup.position, atol=1e-6)
    found = np.reshape(pybullet.getMatrixFromQuaternion(link[5]), (3, 3))
    np.testing.assert_allclose(found, cup.rotation, atol=1e-6)


def test_masses_are_the_figures(twin):
    world = twin._world
    masses = {
        name: pybullet.getDynamicsInfo(world.arm, link, physicsClientId=world.client)[0]
        for (body, link), name in world.names.items()
        if body == world.arm and link >= 0
    }
    coffee = np.pi * 0.04**2 * 0.095 * 0.75 * 1000
    expected = {name: inertial.mass for name, inertial in gen3.INERTIALS.items() if name != "base_link"}
    assert masses == pytest.approx({**expected, "gripper": gen3.GRIPPER_MASS, "mug": 0.25 + coffee})


def test_lines_fit_pybullets_reader():
    assert max(map(len, arm_urdf(Mug()).splitlines())) < 1000


def test_the_default_mug_fits_between_the_fingers():
    link = next(link for link in ElementTree.fromstring(arm_urdf(Mug())).iter("link") if link.get("name") == "mug")
    assert 2 * float(link.find("collision/geometry/cylinder").get("radius")) < gen3.GRIPPER_STROKE


def test_nothing_stands_in_the_target_cups_mouth(twin):
    cup = twin.scene.target_cup
    client = twin._world.client
    for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        x = cup.x + 0.95 * cup.radius * np.cos(angle)
        y = cup.y + 0.95 * cup.radius * np.sin(angle)
        down = pybullet.rayTest((x, y, 0.3), (x, y, 0.02), physicsClientId=client)[0]
        assert down[0] == -1
        out = pybullet.rayTest((cup.x, cup.y, 0.05), (2 * x - cup.x, 2 * y - cup.y, 0.05), physicsClientId=client)[0]
        assert out[0] != -1


def test_a_cup_is_closed_all_round():
    staves = [box for box in ElementTree.fromstring(target_cup_urdf(TargetCup())).iter("box")]
    assert len(staves) == 2 * 16  # to be seen and to be touched
