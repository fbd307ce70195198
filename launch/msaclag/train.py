"""`msaclag train` and `msaclag eval`: Pour Coffee on the twin in one process, without ROS."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import TypeAdapter
from rich.console import Console
from tyro.conf import Positional, arg

from kinova_pour_env import POUR_COFFEE
from kinova_pour_env.pour_coffee_config import RewardForm, Setting
from kinova_pour_env.scene import Scene
from msaclag import figures
from msaclag.conditions import problem_of
from msaclag.console import RunConsole, summary_table
from msaclag_learner import checkpoint as checkpoints
from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.training import train as run_training
from msaclag_ros.settings import SettingError
from sim_bridge.pour_coffee import make_pour_coffee


def train(
    setting: Setting = "1",
    reward: RewardForm = "shaped",
    training: Annotated[TrainingConfig, arg(name="")] = TrainingConfig(run_dir=""),
    scene: Scene = Scene(),
) -> None:
    """Train Meta SAC-Lag on Pour Coffee on the twin in one process: no ROS, no bag, otherwise as `msaclag up`.

        msaclag train --setting 1 --steps 8000 --seed 3 --algorithm.batch 128

    Ctrl-C leaves a whole checkpoint and summary. --resume goes on with the run in --run-dir, with the settings it was
    begun with; a run that was killed then ends as if it had not been. --checkpoint starts from another run's networks.

    Args:
        setting: Row of the paper's Table III.
        reward: Eq. 17 as printed, or shaped: more weight on the centre of the goal's ball and on the roll.
        training: How long, from what, and where to; an empty run-dir is runs/TIME-train.
        scene: Mug, target cup and goal.
    """
    if training.resume and not training.run_dir:
        raise SettingError("--resume goes on with the run in --run-dir: name that folder")
    demonstrations = training.demonstrations
    if demonstrations and not training.resume and (problem := problem_of(Path(demonstrations), setting, reward)):
        raise SettingError(f"--demonstrations: {problem}")
    folder = Path(training.run_dir or _fresh("train"))
    _run(setting, reward, replace(training, run_dir=str(folder)), scene, folder)


def evaluate(
    checkpoint: Positional[Path],
    setting: Setting = "1",
    reward: RewardForm = "shaped",
    episodes: Annotated[int, arg(help="Episodes with the deterministic policy.")] = 100,
    seed: int = 0,
    scene: Scene = Scene(),
) -> None:
    """Run a checkpoint's policy on the twin and tell how it does.

        msaclag eval runs/20260101-120000-pour_coffee_sim --episodes 100

    Args:
        checkpoint: Folder of a run, or the checkpoint in it.
        setting: Row of the paper's Table III.
        reward: Eq. 17 as printed, or shaped: more weight on the centre of the goal's ball and on the roll.
        episodes: How many.
        seed: Of the first states.
        scene: Mug, target cup and goal.
    """
    _, about = checkpoints.load(checkpoint)
    folder = Path(_fresh("eval"))
    config = TrainingConfig(
        algorithm=TypeAdapter(AlgorithmConfig).validate_python(about["settings"]["algorithm"]),
        steps=0,
        evaluation_episodes=episodes,
        seed=seed,
        checkpoint=str(checkpoint),
        run_dir=str(folder),
    )
    _run(setting, reward, config, scene, folder)


def _run(setting: Setting, reward: RewardForm, config: TrainingConfig, scene: Scene, folder: Path) -> None:
    console = Console(highlight=False)
    view = RunConsole(console)
    environment = make_pour_coffee(setting, scene, reward=reward)
    try:
        with view.shown():
            run_training(environment, POUR_COFFEE, config, view.show)
    finally:
        environment.close()
        if table := summary_table(folder):
            console.print(table)
            console.print(str(folder), soft_wrap=True)
    if config.steps:
        figures.draw(folder)


def _fresh(kind: str) -> str:
    return f"runs/{datetime.now():%Y%m%d-%H%M%S}-{kind}"
