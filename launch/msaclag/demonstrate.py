"""`msaclag demonstrate`: pours by script, by hand, or seen again; experience to begin a training with."""

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field
from rich.console import Console
from rich.progress import track
from tyro.conf import Positional, arg

from kinova_pour_env import POUR_COFFEE
from kinova_pour_env.conditions import conditions
from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.pour_coffee import PourCoffeeEnv
from kinova_pour_env.pour_coffee_config import RewardForm, Setting, TaskError
from kinova_pour_env.scene import Scene
from msaclag.teach.hand import hand
from msaclag.teach.replay import replay
from msaclag_learner.demonstrations import Demonstrations
from msaclag_learner.seeds import episode_seed
from msaclag_learner.transition import Transition
from msaclag_ros.settings import SettingError
from sim_bridge.pour_coffee import make_pour_coffee

NOISE = 0.1
"""Standard deviation of what is added to each action of the script, in +-1."""
NOISE_STREAM = 2**32 - 1
"""Number of the seed that the noise is drawn with, which no pour has."""
TRIES = 5
"""Pours tried for one that is wanted, before giving up."""


def script(
    file: Positional[Path],
    setting: Setting = "1",
    reward: RewardForm = "shaped",
    episodes: Annotated[int, Field(ge=1), arg(help="Pours to keep.")] = 10,
    noise: Annotated[float, Field(ge=0, le=1), arg(help="Standard deviation of what is added to each action.")] = NOISE,
    seed: int = 0,
    scene: Scene = Scene(),
) -> None:
    """Pour by script on the twin, and write what happened as experience to begin a training with.

        msaclag demonstrate script runs/pours.safetensors --episodes 10
        msaclag train --demonstrations runs/pours.safetensors

    Only pours that succeed are kept. They hold the rewards of --setting and --reward: train with the same.

    Args:
        file: Where to.
        setting: Row of the paper's Table III.
        reward: Eq. 17 as printed, or shaped: more weight on the centre of the goal's ball and on the roll.
        episodes: Pours to keep.
        noise: Makes them differ from each other.
        seed: Of the first states and the noise.
        scene: Mug, target cup and goal.
    """
    if file.is_dir() or not file.suffix:
        raise SettingError(f"{file} is no name for a file of demonstrations: write e.g. {file}/pours.safetensors")
    demonstrations = scripted_pours(setting, reward, scene, episodes, seed=seed, noise=noise)
    demonstrations.write(file)
    Console(highlight=False).print(
        f"{file}: {len(demonstrations.first_states)} pours, {len(demonstrations.transitions)} transitions",
        soft_wrap=True,
    )


def scripted_pours(
    setting: Setting,
    reward: RewardForm,
    scene: Scene,
    episodes: int,
    *,
    seed: int,
    noise: float = NOISE,
    policy_rate: float | None = None,
) -> Demonstrations:
    """So many pours that succeeded, with normal noise on the script's actions.

    Args:
        setting: row of Table III.
        reward: its form.
        scene: mug, target cup and goal.
        episodes: how many.
        seed: of the first states and the noise.
        noise: standard deviation of what is added to each action.
        policy_rate: Hz; that of the setting if left out.

    Raises:
        TaskError: too many do not succeed.
    """
    environment = make_pour_coffee(setting, scene, reward=reward, policy_rate=policy_rate)
    under = conditions(setting, reward, environment.task.config, scene)
    random = np.random.default_rng(episode_seed(seed, "demonstration", NOISE_STREAM))
    pours: list[list[Transition]] = []
    tried = 0
    try:
        for _ in track(range(episodes), "pouring", transient=True):
            while not (pour := _pour(environment, episode_seed(seed, "demonstration", tried), noise, random)):
                tried += 1
                if tried > TRIES * episodes:
                    raise TaskError(
                        f"only {len(pours)} of {tried} scripted pours succeeded: lower the noise, or look where the "
                        "scene has its target cup and goal"
                    )
            tried += 1
            pours.append(pour)
    finally:
        environment.close()
    return Demonstrations.of(POUR_COFFEE, pours, under)


def _pour(environment: PourCoffeeEnv, seed: int, noise: float, random: np.random.Generator) -> list[Transition]:
    """The transitions of an episode; none if it did not succeed."""
    observation, _ = environment.reset(seed=seed)
    demonstrator = Demonstrator(environment.task.scene, environment.task.config)
    transitions: list[Transition] = []
    ended = False
    while not ended:
        wanted = demonstrator(observation)
        action = np.clip(wanted + noise * random.standard_normal(wanted.shape), -1, 1).astype(np.float32)
        following, reward, terminated, truncated, info = environment.step(action)
        transitions.append(Transition(observation, action, reward, int(info["cost"]), following, terminated))
        observation, ended = following, terminated or truncated
    return transitions if info["is_success"] else []


WAYS = {"script": script, "hand": hand, "replay": replay}
"""The subcommands."""
