"""The Gymnasium environment: its checkers on an arm that is all cup, and whole pours on the PyBullet twin."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from kinova_pour_env.arm import find_arm
from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.pour_coffee import PourCoffeeEnv
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.safety_filter import ActionError
from kinova_pour_env.scene import Scene

SCENE = Scene()


@pytest.fixture(scope="module")
def twin() -> Iterator[PourCoffeeEnv]:
    twin_type = find_arm("sim")
    env = PourCoffeeEnv(twin_type(SCENE, twin_type.Config()), SCENE, render_mode="rgb_array")
    yield env
    env.close()


def episode(env: PourCoffeeEnv, seed: int, policy: Callable[[Any], Any]) -> list[tuple[Any, ...]]:
    """Observation, reward, terminated, truncated and info of each step."""
    observation, _ = env.reset(seed=seed)
    steps: list[tuple[Any, ...]] = []
    while not steps or not (steps[-1][2] or steps[-1][3]):
        steps.append(env.step(policy(observation)))
        observation = steps[-1][0]
    return steps


def test_gymnasiums_checker(floating_cup: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*(spec|render).*")
        check_env(PourCoffeeEnv(floating_cup))


def test_gymnasiums_checker_on_the_twin(twin: PourCoffeeEnv) -> None:
    check_env(twin, skip_render_check=True)


def test_stable_baselines_checker_on_the_twin(twin: PourCoffeeEnv) -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    checker.check_env(twin)


def test_render(twin: PourCoffeeEnv) -> None:
    twin.reset(seed=0)
    picture = twin.render()
    assert picture is not None
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.std() > 1


def test_unknown_render_mode(floating_cup: Any) -> None:
    with pytest.raises(ValueError, match="render_mode 'human' is not offered by this arm"):
        PourCoffeeEnv(floating_cup, render_mode="human")


def test_info(floating_cup: Any) -> None:
    env = PourCoffeeEnv(floating_cup, SCENE, PourCoffeeConfig())
    *before, last = episode(env, 0, lambda _: np.float32([0, 0, 0, 1]))
    assert all(step[4]["cost"] == 0 for step in before)
    assert last[2]
    assert last[4]["cost"] == 1
    assert last[4]["violations"] == ["spill"]
    assert last[4]["is_success"] is False


def test_bad_action(floating_cup: Any) -> None:
    env = PourCoffeeEnv(floating_cup)
    env.reset(seed=0)
    with pytest.raises(ActionError, match="out of range"):
        env.step(np.float32([0, 0, 0, 7]))


@pytest.mark.parametrize("seed", range(3))
def test_a_scripted_pour_on_the_twin(twin: PourCoffeeEnv, seed: int) -> None:
    steps = episode(twin, seed, Demonstrator(SCENE, PourCoffeeConfig()))
    assert len(steps) == 150
    assert not any(info["cost"] for *_, info in steps)
    assert steps[-1][4]["success"] == 1
    assert steps[-1][4]["poured"] > 0.99


def test_random_actions_violate_on_the_twin(twin: PourCoffeeEnv) -> None:
    random = np.random.default_rng(0)
    lasts = [episode(twin, seed, lambda _: random.uniform(-1, 1, 4))[-1] for seed in range(5)]
    violated = [last for last in lasts if last[2]]
    assert len(violated) >= 2
    assert all(last[4]["cost"] == 1 and last[4]["violations"] for last in violated)


def test_the_same_seed_is_the_same_episode_on_the_twin(twin: PourCoffeeEnv) -> None:
    def random_episode(seed: int) -> list[tuple[Any, ...]]:
        random = np.random.default_rng(seed)
        steps = episode(twin, seed, lambda _: random.uniform(-1, 1, 4))
        return [(observation.tobytes(), reward, info["cost"]) for observation, reward, _, _, info in steps]

    assert random_episode(5) == random_episode(5)


def test_made_by_name() -> None:
    env = gymnasium.make("msaclag/PourCoffee-v0")
    assert isinstance(env.unwrapped, PourCoffeeEnv)
    env.close()
