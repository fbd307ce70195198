"""The world of a twin: all of it is generated, so what can break is the temporary file that PyBullet reads it from."""

import tempfile

import numpy as np
import pytest

from kinova_pour_env.arm import ArmError
from kinova_pour_env.pour_coffee import PourCoffeeEnv
from kinova_pour_env.scene import Mug, Scene, TargetCup
from sim_bridge.twin import Twin
from sim_bridge.twin_config import TwinConfig
from sim_bridge.world import World


@pytest.fixture
def world():
    world = World(Scene(), TwinConfig())
    yield world
    world.close()


def test_no_place_for_a_temporary_file(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(ArmError, match=r"temporary file, and body\.urdf failed: .*/nowhere"):
        Twin(Scene())


@pytest.mark.parametrize("text", ["", "no XML", "<robot name='x'/>", "<robot name='x'><link/></robot>"])
def test_a_broken_description(world, text):
    with pytest.raises(ArmError, match=r"body\.urdf failed: Cannot load URDF"):
        world._load(text, (0, 0, 0))


def test_a_state_that_is_none(world):
    with pytest.raises(ArmError, match=r"state\.bullet failed"):
        world.restore(b"no state")


def test_another_scene_in_the_same_world_is_as_in_a_new_one(twin, make_twin):
    scene = Scene(mug=Mug(radius=0.035, fill=0.6), target_cup=TargetCup(x=0.6))
    list(twin.reset(np.random.default_rng(1), scene))
    other = make_twin(scene)
    list(other.reset(np.random.default_rng(1)))
    for arm in (twin, other):
        arm.send_twist(np.array([0.1, -0.2, -0.1, 0.3, 0, 0]))
    for _ in range(40):
        one, same = twin.advance(), other.advance()
        np.testing.assert_array_equal(one.joint_positions, same.joint_positions)
        np.testing.assert_array_equal(one.joint_torques, same.joint_torques)


def test_an_episode_whose_physics_diverges_ends_with_its_name_and_the_next_one_is_whole(twin):
    env = PourCoffeeEnv(twin, Scene())
    expected, _ = env.reset(seed=3)
    twin._follower.reset(np.full(7, np.nan))
    with pytest.raises(ArmError, match="diverged"):
        for _ in range(10):
            env.step(np.zeros(4, np.float32))
    again, _ = env.reset(seed=3)
    np.testing.assert_array_equal(again, expected)
    assert np.isfinite(env.step(np.zeros(4, np.float32))[0]).all()
