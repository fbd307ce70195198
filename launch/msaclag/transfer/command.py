"""`msaclag transfer CHECKPOINT…`."""

import os
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Annotated

from pydantic import Field
from rich.console import Console
from rich.progress import track
from tyro.conf import Positional, arg

from kinova_pour_env import POUR_COFFEE
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, RewardForm, Setting
from kinova_pour_env.scene import Scene
from msaclag.transfer.gaps import GAPS
from msaclag.transfer.measurement import Outcome, Trial, markdown, outcomes
from msaclag_learner.checkpoint import CheckpointError, load
from msaclag_learner.metrics import or_none
from msaclag_ros.settings import SettingError


def transfer(
    checkpoints: Positional[Annotated[tuple[Path, ...], arg(metavar="CHECKPOINT")]],
    setting: Setting | None = None,
    reward: RewardForm | None = None,
    episodes: Annotated[int, Field(ge=1)] = 20,
    seed: int = 0,
    scene: Scene = Scene(),
    only: tuple[str, ...] = (),
    jobs: Annotated[int, Field(ge=1)] = 2,
    json: Path | None = None,
) -> None:
    """Run policies on twins that are unlike the one they learned on, as an arm is: later, noisier, weaker, wetter.

        msaclag transfer runs/table3/setting-1_meta_sac_lag/seed-* --json transfer.json
        msaclag transfer runs/latest --only none delay

    Args:
        checkpoints: Folders of runs, or the checkpoints in them; of seeds of one run, for the intervals.
        setting: Row of the paper's Table III; that of each run if left out.
        reward: Eq. 17 as printed, or shaped; that of each run if left out.
        episodes: With each difference, of each checkpoint.
        seed: Of the first states.
        scene: Mug, target cup and goal, as the policies know them.
        only: Beginnings of the names of differences; all if left out.
        jobs: Processes.
        json: File to put the figures into.
    """
    gaps = [gap for gap in GAPS if not only or gap.name.startswith(only)]
    if not checkpoints:
        raise SettingError("name the checkpoint of a run")
    if not gaps:
        raise SettingError(f"only: there are {'; '.join(gap.name for gap in GAPS)}")
    if json is not None and not json.absolute().parent.is_dir():
        raise SettingError(f"json: there is no folder {json.absolute().parent}")
    configs = [_config(checkpoint, setting, reward) for checkpoint in checkpoints]
    trials = [
        Trial(gap, checkpoint, scene, config, episodes, seed)
        for gap in gaps
        for checkpoint, config in zip(checkpoints, configs, strict=True)
    ]
    console = Console(stderr=True, highlight=False)
    progress = track(outcomes(trials, jobs), "episodes", total=len(trials), console=console, transient=True)
    by_gap: dict[str, list[Outcome]] = {gap.name: [] for gap in gaps}
    for trial, outcome in zip(trials, progress, strict=True):
        by_gap[trial.gap.name].append(outcome)
    print(markdown(by_gap, episodes))
    if json is not None:
        figures = {
            "episodes": episodes,
            "seed": seed,
            "scene": asdict(scene),
            "checkpoints": list(map(str, checkpoints)),
            "outcomes": {
                gap: [{name: or_none(value) for name, value in each.items()} for each in several]
                for gap, several in by_gap.items()
            },
        }
        aside = json.with_name(f"{json.name}.partial")
        aside.write_text(dumps(figures, indent=2) + "\n")
        os.replace(aside, json)
        console.print(str(json), soft_wrap=True)


def _config(checkpoint: Path, setting: Setting | None, reward: RewardForm | None) -> PourCoffeeConfig:
    about = load(checkpoint)[1]
    if about["task"] != POUR_COFFEE:
        raise CheckpointError(f"the checkpoint at {checkpoint} is of {about['task']}, not of {POUR_COFFEE}")
    learned = about["conditions"]
    return PourCoffeeConfig.preset(setting or learned.get("setting", "1"), reward or learned.get("reward", "shaped"))
