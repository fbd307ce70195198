"""`msaclag train`: Pour Coffee on the twin in one process, without ROS."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from rich.console import Console
from tyro.conf import arg

from kinova_pour_env import POUR_COFFEE
from kinova_pour_env.conditions import conditions
from kinova_pour_env.disturbance import Disturbance
from kinova_pour_env.pour_coffee_config import RewardForm, Setting
from kinova_pour_env.scene import Scene
from msaclag import figures
from msaclag.demonstrate import scripted_pours
from msaclag.terminal import RunDisplay, summary_table
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.compatibility import refuse_to_overwrite
from msaclag_learner.configuration import AlgorithmName, TrainingConfig
from msaclag_learner.demonstrations import FILE as DEMONSTRATIONS
from msaclag_learner.training import train as run_training
from msaclag_ros.settings import SettingError
from sim_bridge.pour_coffee import make_pour_coffee


def train(
    task: Literal["pour-coffee"] = "pour-coffee",
    setting: Setting = "1",
    algorithm: AlgorithmName | None = None,
    reward: RewardForm = "shaped",
    pours: Annotated[int, Field(ge=0)] = 10,
    training: Annotated[TrainingConfig, arg(name="")] = TrainingConfig(run_dir=""),
    scene: Scene = Scene(),
    disturbance: Disturbance = Disturbance(),
) -> None:
    """Train Meta SAC-Lag on Pour Coffee on the twin in one process: no ROS, no bag, otherwise as `msaclag up`.

        msaclag train --setting 1 --steps 8000 --seed 3 --algorithm.batch 128
        msaclag train --algorithm sacv2_lag --algorithm.initial-threshold 0.5

    Ctrl-C leaves a whole checkpoint and summary. --resume goes on with the run in --run-dir, with the settings it was
    begun with; a run that was killed then ends as if it had not been. --checkpoint starts from another run's networks.

    Args:
        task: What is learned.
        setting: Row of the paper's Table III.
        algorithm: Short for --algorithm.name.
        reward: Eq. 17 as printed, or shaped: more weight on the centre of the goal's ball and on the roll.
        pours: Scripted pours to begin with where --demonstrations names no file; 0 learns from scratch.
        training: How long, from what, and where to; an empty run-dir is runs/TIME-train.
        scene: Mug, target cup and goal.
        disturbance: How episodes differ from that; the scripted pours do not.
    """
    if training.resume and not training.run_dir:
        raise SettingError("--resume goes on with the run in --run-dir: name that folder")
    folder = Path(training.run_dir or fresh_folder("train"))
    name = algorithm or training.algorithm.name
    training = replace(training, algorithm=replace(training.algorithm, name=name), run_dir=str(folder))
    if pours and training.steps and not (training.demonstrations or training.resume):
        refuse_to_overwrite(folder)
        file = folder / DEMONSTRATIONS
        scripted_pours(setting, reward, scene, pours, seed=training.seed).write(file)
        training = replace(training, demonstrations=str(file))
    run(setting, reward, training, scene, folder, disturbance)


def run(
    setting: Setting,
    reward: RewardForm,
    config: TrainingConfig,
    scene: Scene,
    folder: Path,
    disturbance: Disturbance = Disturbance(),
) -> None:
    """Train and evaluate into `folder`, in view of the console."""
    console = Console(highlight=False)
    view = RunDisplay(console)
    environment = make_pour_coffee(setting, scene, reward=reward, disturbance=disturbance)
    under = conditions(setting, reward, environment.task.config, scene)
    try:
        with view.shown():
            run_training(environment, POUR_COFFEE, config, view.show, under)
    except CheckpointError:  # nothing was run: the folder tells of an earlier run, if of any
        raise
    except BaseException:
        _tell(console, folder)
        raise
    finally:
        environment.close()
    _tell(console, folder)
    if config.steps:
        figures.draw(folder)


def _tell(console: Console, folder: Path) -> None:
    if table := summary_table(folder):
        console.print(table)
        console.print(str(folder), soft_wrap=True)


def fresh_folder(kind: str) -> str:
    """Where a run goes that was given no folder."""
    return f"runs/{datetime.now():%Y%m%d-%H%M%S}-{kind}"
