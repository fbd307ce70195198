"""Each task can be solved, and violated."""

from functools import partial

import gymnasium
import mujoco
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import msaclag_benchmarks.tasks
from msaclag_benchmarks.scripted import egg_manipulate, fetch_push_topple, franka_close_drawer, humanoid_velocity
from msaclag_benchmarks.scripted.policy import play
from msaclag_benchmarks.scripted.scripts import SCRIPTS
from msaclag_benchmarks.tasks import TASKS
from msaclag_benchmarks.tasks.car_circle import LIDAR_RANGE, lidar
from msaclag_benchmarks.tasks.egg_manipulate import angle_between
from msaclag_benchmarks.tasks.fetch_push_topple import TILT_LIMIT

SEEDS = {"msaclag/FetchPushTopple-v0": 2}
"""Where one is solved in few steps."""


def made(name, **settings):
    return gymnasium.make(msaclag_benchmarks.tasks.task(name).id, **settings)


@pytest.mark.parametrize("name", ["franka_drawer_close", "car_circle2", "push_topple"])
def test_a_script_solves_the_task(name):
    env = made(name)
    task = env.spec.id
    episode = play(env, SCRIPTS[task].solving, SEEDS.get(task, 0))
    assert episode.succeeded
    assert not episode.violated
    assert episode.steps == env.spec.max_episode_steps
    assert episode.total_reward > 5


def test_planning_turns_the_egg():
    env = made("egg_manipulate")
    env.reset(seed=0)
    egg = env.unwrapped
    turned = egg.data.joint("object:joint").qpos[3:].copy()
    mujoco.mju_quatIntegrate(turned, np.array([0.15, 0.1, 0.05]), 1)
    egg.goal[3:] = turned
    act = egg_manipulate.planning(env)
    first = angle_between(egg.data.joint("object:joint").qpos[3:], egg.goal[3:])
    angles, solved = [], False
    while not solved:
        _, reward, terminated, _, info = env.step(act())
        angles.append(info["angle"])
        solved = info["is_success"]
        assert reward == pytest.approx(2 * (1 - info["angle"] / np.pi))
        assert not terminated
        assert len(angles) < 25
    assert angles[-1] < 0.1 < first


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.preset)
def test_a_script_violates_on_purpose(task):
    env = gymnasium.make(task.id)
    for seed in range(3):
        episode = play(env, SCRIPTS[task.id].violating, seed)
        assert episode.violated
        assert not episode.succeeded
        assert episode.steps < task.episode_length


def test_planning_walks_and_does_not_tip_over():
    env = made("humanoid_velocity", distance=0.3)
    env.reset(seed=0)
    act, told = humanoid_velocity.walking(env), []
    while not told or not told[-1]["is_success"]:
        told.append(env.step(act())[-1])
        assert not told[-1]["cost"]
        assert len(told) < 200
    torso = env.unwrapped.data.body("torso")
    assert torso.xpos[2] > 1.1
    assert torso.xmat[8] > 0.7


def test_a_humanoid_that_tips_over_comes_forwards_until_it_is_too_fast():
    env = made("humanoid_velocity", distance=0.2)
    env.reset(seed=1)
    act, told = humanoid_velocity.tipping_over(env), []
    while not told or not told[-1]["cost"]:
        told.append(env.step(act())[-1])
    assert [info["is_success"] for info in told] == [*sorted(info["is_success"] for info in told[:-1]), False]
    assert told[-2]["is_success"]
    assert told[-1]["fallen"] or told[-1]["speed"] > env.unwrapped.velocity_limit
    assert all(info["speed"] <= env.unwrapped.velocity_limit for info in told[:-1])


def test_the_reward_of_the_humanoid_is_the_papers():
    env = made("humanoid_velocity")
    env.reset(seed=0)
    action = np.full(17, 0.5, np.float32)
    _, reward, _, _, info = env.step(action)
    assert reward == pytest.approx(1.25 * info["x_velocity"] - 0.1 * 17 * (0.4 * 0.5) ** 2)


@pytest.mark.parametrize("walls", [2, 4])
def test_the_car_may_leave_where_no_wall_is(walls):
    env = made("car_circle2", walls=walls)
    env.reset(seed=0)
    car = env.unwrapped
    for place, violated in (((1.0, 1.0), False), ((0.0, 1.2), walls == 4), ((-1.2, 0.0), True)):
        car.data.joint("car").qpos[:2] = place
        _, _, terminated, _, info = env.step(np.zeros(2, np.float32))
        assert terminated == bool(info["cost"]) == violated


def test_the_reward_of_the_car_is_the_originals():
    env = made("car_circle2")
    env.reset(seed=0)
    for _ in range(20):
        _, reward, *_ = env.step(np.array([1, 0.5], np.float32))
    car = env.unwrapped.data
    (x, y, _), (u, v, _) = car.body("car").xpos, car.joint("car").qvel[:3]
    radius = np.hypot(x, y)
    assert reward == pytest.approx(0.1 * (-u * y + v * x) / radius / (1 + abs(radius - 1.5)), rel=1e-6)


@given(distance=st.floats(0.01, 10), angle=st.floats(-10, 10))
def test_the_lidar_shares_what_it_sees_between_neighbours(distance, angle):
    bins = lidar(distance * np.exp(1j * angle))
    assert bins.max() == pytest.approx(max(0, 1 - distance / LIDAR_RANGE))
    assert ((bins >= 0) & (bins <= 1)).all()
    assert (bins > 0).sum() <= 3
    if bins.any():
        seen = np.angle((bins * np.exp(2j * np.pi * np.arange(16) / 16)).sum())
        assert abs(np.angle(np.exp(1j * (seen - angle)))) < 0.2  # half a bin, and a little


@given(turn=st.floats(-10, 10), start=st.floats(-3, 3), axis=st.integers(0, 2))
def test_the_angle_between_orientations_is_that_of_the_turn(turn, start, axis):
    first, second = np.zeros(4), np.zeros(4)
    mujoco.mju_axisAngle2Quat(first, np.eye(3)[axis], start)
    mujoco.mju_axisAngle2Quat(second, np.eye(3)[axis], start + turn)
    expected = abs((turn + np.pi) % (2 * np.pi) - np.pi)
    assert angle_between(first, second) == pytest.approx(expected, abs=1e-6)
    assert angle_between(first, -second) == pytest.approx(expected, abs=1e-6)


def test_a_push_is_safe_low_and_not_high():
    env = made("push_topple")
    low, high = ([play(env, partial(fetch_push_topple.pushing, z), seed) for seed in range(5)] for z in (0.42, 0.46))
    assert sum(episode.violated for episode in low) == 0
    assert sum(episode.violated for episode in high) >= 3


def test_the_box_that_toppled_was_tilted():
    env = made("push_topple")
    env.reset(seed=0)
    act, tilts = fetch_push_topple.pushing(fetch_push_topple.HIGH, env), []
    terminated = False
    while not terminated:
        _, _, terminated, _, info = env.step(act())
        tilts.append(info["tilt"])
    assert tilts[0] < 0.01
    assert tilts[-1] > TILT_LIMIT >= max(tilts[:-1])


def test_a_box_beside_the_table_is_a_violation():
    env = made("push_topple")
    env.reset(seed=0)
    env.unwrapped.data.joint("object0:joint").qpos[0] += 0.4
    *_, info = env.step(np.zeros(4, np.float32))
    assert info["cost"] == 1


def test_progress_is_paid_for_whatever_the_way():
    env = made("push_topple")
    env.reset(seed=2)
    task = env.unwrapped
    first, total, inside = task._distances(), 0.0, 0
    act = SCRIPTS[env.spec.id].solving(env)
    for _ in range(30):
        _, reward, _, _, info = env.step(act())
        total += reward
        inside += info["distance"] < 0.05
    last = task._distances()
    assert total == pytest.approx(20 * (first[0] - last[0]) + 5 * (first[1] - last[1]) + 0.15 * inside)


def test_a_dropped_egg_is_a_violation():
    env = made("egg_manipulate", force_limit=1e9)
    env.reset(seed=0)
    env.unwrapped.data.joint("object:joint").qpos[:3] = 1, 1.5, 0.03
    *_, info = env.step(np.zeros(20, np.float32))
    assert info["cost"] == 1
    assert info["force"] < 20


def test_the_drive_opens_a_drawer_that_is_let_go():
    env = made("franka_drawer_close")
    env.reset(seed=0)
    drawer = env.unwrapped
    drawer.data.qpos[0] = 0.05
    for _ in range(60):
        *_, info = env.step(np.zeros(12, np.float32))
    assert 0.1 < info["opening"] < 0.25


def test_the_reward_of_the_drawer_is_the_originals():
    env = made("franka_drawer_close")
    env.reset(seed=0)
    act = franka_close_drawer.pushing(env)
    for _ in range(60):
        observation, reward, *_ = env.step(act())
    distance = np.linalg.norm(observation[-3:])
    hand = np.zeros(9)
    mujoco.mju_quat2Mat(hand, observation[29:33].astype(float))
    aligned = np.array([hand[7], -hand[3]])
    nearness = (1 + (distance <= 0.1)) / (1 + distance**2) ** 2
    expected = nearness + 0.25 * (np.sign(aligned) * aligned**2).sum() - 10 * observation[24]
    assert reward == pytest.approx(expected, rel=1e-4)
