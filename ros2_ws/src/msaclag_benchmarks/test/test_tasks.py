"""What all five tasks promise."""

import pickle

import gymnasium
import mujoco
import numpy as np
import pytest
from gymnasium.spaces import Box
from gymnasium.utils.env_checker import check_env as check_by_gymnasium
from stable_baselines3.common.env_checker import check_env as check_by_stable_baselines

import msaclag_benchmarks.tasks
from msaclag_benchmarks.tasks import TASKS
from msaclag_benchmarks.tasks.rendering import RenderingError
from msaclag_learner.presets import TABLE_I, preset

OBSERVED = {
    "msaclag/HumanoidVelocity-v0": 348,
    "msaclag/FrankaCloseDrawer-v0": 57,
    "msaclag/CarCircle2-v0": 40,
    "msaclag/FetchPushTopple-v0": 25 + 2 * 3,
    "msaclag/EggManipulate-v0": 153 + 2 * 7,
}
ACTIONS = {
    "msaclag/HumanoidVelocity-v0": 17,
    "msaclag/FrankaCloseDrawer-v0": 12,
    "msaclag/CarCircle2-v0": 2,
    "msaclag/FetchPushTopple-v0": 4,
    "msaclag/EggManipulate-v0": 20,
}
every_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.preset)


@pytest.fixture
def make():
    made = []

    def make_one(task, **settings):
        made.append(gymnasium.make(task.id, **settings))
        return made[-1]

    yield make_one
    for env in made:
        env.close()


def run(env, seed, steps):
    """All that random actions lead to from a seed on; further episodes begin without one."""
    rows, random = [env.reset(seed=seed)[0]], np.random.default_rng(seed)
    for _ in range(steps):
        observation, reward, terminated, truncated, info = env.step(
            random.uniform(-1, 1, env.action_space.shape).astype(np.float32)
        )
        rows += [observation, [reward, info["cost"]]]
        if terminated or truncated:
            rows.append(env.reset()[0])
    return np.concatenate(rows)


@every_task
def test_spaces_are_flat_and_scaled(task, make):
    env = make(task)
    assert env.observation_space == Box(-np.inf, np.inf, (OBSERVED[task.id],), np.float32)
    assert env.action_space == Box(-1, 1, (ACTIONS[task.id],), np.float32)
    assert env.spec.max_episode_steps == task.episode_length


@every_task
def test_both_checkers_are_content(task, make, recwarn):
    check_by_stable_baselines(make(task), warn=True)
    check_by_gymnasium(make(task).unwrapped, skip_render_check=True)
    told = [str(warning.message) for warning in recwarn]
    unbounded = ("observation space minimum", "observation space maximum")
    assert not [text for text in told if not any(each in text for each in unbounded)]


@every_task
def test_a_seed_gives_the_same_bits_whatever_came_before(task, make):
    used, fresh = make(task), make(task)
    run(used, seed=7, steps=20)
    assert np.array_equal(run(used, seed=3, steps=40), run(fresh, seed=3, steps=40))


@every_task
def test_an_episode_is_cut_at_its_length_or_ends_by_a_violation(task, make):
    env, lengths = make(task, max_episode_steps=12), set()
    for seed in range(8):
        env.reset(seed=seed)
        env.action_space.seed(seed)
        over, steps = False, 0
        while not over:
            observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
            steps += 1
            assert observation.dtype == np.float32
            assert np.isfinite(reward)
            assert info["cost"] in (0.0, 1.0)
            assert type(info["cost"]) is float
            assert type(info["is_success"]) is bool
            assert terminated == (info["cost"] == 1.0)
            assert not (terminated and info["is_success"])
            over = terminated or truncated
        assert steps == 12 or terminated
        lengths.add(steps)
    assert max(lengths) <= 12


@every_task
def test_actions_beyond_the_range_are_cut_to_it(task, make):
    env, reached = make(task), []
    for scale in (1, 5):
        env.reset(seed=0)
        reached.append(env.step(scale * np.ones(env.action_space.shape, np.float32))[0])
    assert np.array_equal(*reached)


@every_task
def test_pictures_are_rendered_and_change_nothing(task, make):
    seen, unseen = make(task, render_mode="rgb_array", width=64, height=64), make(task)
    seen.reset(seed=1)
    unseen.reset(seed=1)
    for env in (seen, unseen):
        env.action_space.seed(0)
    try:
        seen.render()
    except RenderingError as error:
        pytest.skip(str(error))
    for _ in range(3):
        picture = seen.render()
        assert picture.shape == (64, 64, 3)
        assert picture.std() > 1
        stepped = [env.step(env.action_space.sample())[0] for env in (seen, unseen)]
        assert np.array_equal(*stepped)


def test_where_no_opengl_is_the_remedy_is_told(make, monkeypatch):
    env = make(TASKS[2], render_mode="rgb_array")
    env.reset(seed=0)

    def fail(mode):
        raise mujoco.FatalError("gladLoadGL error")

    monkeypatch.setattr(env.unwrapped.mujoco_renderer, "render", fail)
    with pytest.raises(RenderingError, match=r"gladLoadGL error.*MUJOCO_GL=egl"):
        env.render()


def test_the_presets_are_those_of_the_tasks():
    assert [task.preset for task in TASKS] == list(TABLE_I)
    assert {preset("meta_sac_lag", task.preset).name for task in TASKS} == {"meta_sac_lag"}


def test_a_task_is_found_by_each_of_its_names():
    for name in ("msaclag/CarCircle2-v0", "CarCircle2", "car_circle2"):
        assert msaclag_benchmarks.tasks.task(name).name == "Car-Circle2"


def test_an_unknown_task_is_named():
    with pytest.raises(ValueError, match=r"no task 'car_circle3'; there are: humanoid_velocity, .*egg_manipulate"):
        msaclag_benchmarks.tasks.task("car_circle3")
    with pytest.raises(gymnasium.error.NameNotFound, match="CarCircle2"):
        gymnasium.make("msaclag/CarCircle-v0")


@pytest.mark.parametrize(
    ("task", "settings"),
    [
        (TASKS[0], {"velocity_limit": 1.0, "distance": 2.0}),
        (TASKS[1], {}),
        (TASKS[2], {"walls": 2}),
        (TASKS[3], {}),
        (TASKS[4], {"force_limit": 15.0}),
    ],
    ids=[task.preset for task in TASKS],
)
def test_a_copy_has_the_settings(task, settings, make):
    copy = pickle.loads(pickle.dumps(make(task, **settings).unwrapped))
    assert {name: getattr(copy, name) for name in settings} == settings
    assert copy.reset(seed=0)[0].shape == (OBSERVED[task.id],)
    copy.close()


def test_registering_again_does_no_harm(recwarn):
    msaclag_benchmarks.tasks.register()
    assert not recwarn


@pytest.mark.parametrize(
    ("task", "settings", "told"),
    [
        (TASKS[0], {"velocity_limit": 0.0}, "velocity_limit is 0.0"),
        (TASKS[0], {"distance": -1.0}, "distance is -1.0"),
        (TASKS[2], {"walls": 3}, "walls is 3; it must be 2 or 4"),
        (TASKS[4], {"force_limit": float("nan")}, "force_limit is nan"),
    ],
    ids=["velocity_limit", "distance", "walls", "force_limit"],
)
def test_a_wrong_setting_is_named(task, settings, told, make):
    with pytest.raises(ValueError, match=told):
        make(task, **settings)
