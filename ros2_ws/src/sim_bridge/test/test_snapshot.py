"""A twin, and an episode on it, go back to an earlier instant and go on as they did, to the bit."""

import dataclasses
import pickle
from functools import partial

import numpy as np
import pybullet
import pytest

from kinova_pour_env.arm import ArmError
from kinova_pour_env.disturbance import Disturbance
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.scene import Scene, TargetCup
from sim_bridge.twin_config import TwinConfig

DISTURBED = PourCoffeeConfig(
    disturbance=Disturbance(
        target_cup_spread=0.03, fill_spread=0.1, mug_size_spread=0.05, command_delay=2, position_noise=0.002
    ),
    constrain_spillage=False,
)


def bits(value):
    """A nest of dataclasses, tuples, dictionaries and arrays as comparable data."""
    if dataclasses.is_dataclass(value):
        return [bits(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, tuple | list):
        return [bits(item) for item in value]
    return {key: bits(item) for key, item in value.items()} if isinstance(value, dict) else value


def drive(twin, seed, periods=24):
    random = np.random.default_rng(seed)
    states = []
    for period in range(periods):
        if period % 4 == 0:
            twin.send_twist(np.array([*random.uniform(-0.3, 0.3, 2), -0.2, *random.uniform(-0.5, 0.5, 3)]))
        states.append(bits(twin.advance()))
    return states


def begin(task, seed=0):
    for _phase in task.reset(np.random.default_rng(seed)):
        pass


def play(task, seed, steps=8):
    """Random steps, told tick by tick; begins another episode where one ends."""
    random = np.random.default_rng(seed)
    seen = []
    task.on_tick = lambda tick: seen.append(bits(tick))
    for step in range(steps):
        seen.append(bits(task.step(random.uniform(-1, 1, 4))))
        if not task.running:
            begin(task, seed + step)
    return seen


def test_a_twin_goes_back_whatever_happened(twin, make_twin):
    drive(twin, 0)
    snapshot = twin.snapshot()
    once = drive(twin, 1)
    twin.restore(snapshot)
    assert drive(twin, 1) == once
    list(twin.reset(np.random.default_rng(3), Scene(target_cup=TargetCup(x=0.6))))
    drive(twin, 2)
    twin.restore(snapshot)
    assert twin.scene == Scene()
    assert drive(twin, 1) == once
    other = make_twin()
    other.restore(pickle.loads(pickle.dumps(snapshot)))
    assert drive(other, 1) == once


def test_in_the_middle_of_a_contact(twin, make_twin):
    twin.send_twist(np.array([0, 0, -0.3, 0, 0, 0]))
    while not twin.advance().contacts:
        pass
    twin.advance()
    snapshot = twin.snapshot()
    once = drive(twin, 1)
    assert twin.read().contacts
    list(twin.reset(np.random.default_rng(3)))
    twin.restore(snapshot)
    assert drive(twin, 1) == once
    other = make_twin()
    other.restore(snapshot)
    assert drive(other, 1) == once


@pytest.mark.parametrize("config", [PourCoffeeConfig(constrain_spillage=False), DISTURBED], ids=["plain", "disturbed"])
def test_an_episode_goes_on_from_its_middle(twin, config):
    task = PourTask(twin, Scene(), config)
    begin(task)
    play(task, 0)
    snapshot = task.snapshot()
    scene = task.scene
    once = play(task, 1)
    begin(task, 7)
    play(task, 2)
    task.restore(snapshot)
    assert task.scene == twin.scene == scene
    assert play(task, 1) == once
    task.restore(snapshot)
    assert play(task, 1) == once


def test_an_episode_goes_on_from_within_a_step(twin):
    task = PourTask(twin, Scene(), DISTURBED)
    begin(task)
    task.start_step([0.5, -1, 0, 0.3])
    task.tick()
    snapshot = task.snapshot()

    def rest():
        while (result := task.tick()) is None:
            pass
        return bits(result)

    once = rest()
    begin(task, 1)
    task.restore(snapshot)
    assert rest() == once


def test_a_twin_whose_physics_diverged_goes_back(twin):
    snapshot = twin.snapshot()
    once = drive(twin, 1)
    pybullet.resetJointState(twin._world.arm, 1, float("nan"), physicsClientId=twin._world.client)
    with pytest.raises(ArmError, match="diverged"):
        twin.advance()
    with pytest.raises(ArmError, match="diverged"):
        twin.snapshot()
    twin.restore(snapshot)
    assert drive(twin, 1) == once


def test_another_twins_snapshot_is_refused(twin, make_twin):
    with pytest.raises(ArmError, match="other settings"):
        make_twin(config=TwinConfig(physics_rate=480)).restore(twin.snapshot())


def test_a_closed_twin_has_no_state(twin):
    snapshot = twin.snapshot()
    twin.close()
    for call in (twin.snapshot, partial(twin.restore, snapshot)):
        with pytest.raises(ArmError, match="closed"):
            call()
