"""`msaclag eval`: how a checkpoint's policy does on the twin, and how it looks."""

from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import TypeAdapter
from rich.progress import track
from tyro.conf import Positional, arg

from kinova_pour_env.pour_coffee import PourCoffeeEnv
from kinova_pour_env.pour_coffee_config import RewardForm, Setting
from kinova_pour_env.scene import Scene
from msaclag.film import check, record, write
from msaclag.train import fresh_folder, run
from msaclag_learner.checkpoint import load
from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.seeds import episode_seed
from msaclag_learner.trained_policy import trained_policy
from sim_bridge.pour_coffee import make_pour_coffee
from sim_bridge.twin import Twin


def evaluate(
    checkpoint: Positional[Path],
    setting: Setting | None = None,
    reward: RewardForm | None = None,
    episodes: Annotated[int, arg(help="Episodes with the deterministic policy.")] = 100,
    seed: int = 0,
    scene: Scene = Scene(),
    film: Path | None = None,
) -> None:
    """Run a checkpoint's policy on the twin and tell how it does.

        msaclag eval runs/20260101-120000-pour_coffee_sim --episodes 100
        msaclag eval runs/20260101-120000-pour_coffee_sim --episodes 0 --film pour.gif

    Args:
        checkpoint: Folder of a run, or the checkpoint in it.
        setting: Row of the paper's Table III; that of the run if left out.
        reward: Eq. 17 as printed, or shaped; that of the run if left out.
        episodes: How many.
        seed: Of the first states.
        scene: Mug, target cup and goal.
        film: Picture strip (.png) or animation (.gif) of the first episode.
    """
    if film is not None:
        check(film)
    _, about = load(checkpoint)
    learned = about["conditions"]
    setting, reward = setting or learned.get("setting", "1"), reward or learned.get("reward", "shaped")
    folder = Path(fresh_folder("eval"))
    config = TrainingConfig(
        algorithm=TypeAdapter(AlgorithmConfig).validate_python(about["settings"]["algorithm"]),
        steps=0,
        evaluation_episodes=episodes,
        seed=seed,
        checkpoint=str(checkpoint),
        run_dir=str(folder),
    )
    run(setting, reward, config, scene, folder)
    if film is not None:
        _film(make_pour_coffee(setting, scene, reward=reward), checkpoint, episode_seed(seed, "evaluation", 0), film)


def _film(environment: PourCoffeeEnv, checkpoint: Path, seed: int, file: Path) -> None:
    twin = environment.arm
    assert isinstance(twin, Twin)
    policy = partial(trained_policy(checkpoint).act, deterministic=True)
    try:
        frames = track(record(environment, twin.render, policy, seed), "filming", transient=True)
        write(list(frames), file)
    finally:
        environment.close()
    print(file)
