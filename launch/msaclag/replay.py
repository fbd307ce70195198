"""`msaclag replay`: training from what bags or logs hold, without an arm and without the twin."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from rich.console import Console
from tyro.conf import Positional, arg

from kinova_pour_env import POUR_COFFEE
from msaclag.bag.transitions import Recording, read_recording
from msaclag.terminal import RunDisplay, summary_table
from msaclag.train import fresh_folder
from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.received import received
from msaclag_learner.training_run import TrainingRun
from msaclag_ros.settings import SettingError


def replay(
    recordings: Positional[tuple[Path, ...]],
    training: Annotated[TrainingConfig, arg(name="")] = TrainingConfig(run_dir=""),
) -> None:
    """Rebuild D, D_s and D₀ from bags or logs, of one run or of several, and train off-policy from them alone.

        msaclag replay runs/20260101-120000-pour_coffee_real/transitions
        msaclag replay runs/A/bag runs/B/bag --updates-per-step 4 --run-dir runs/replayed

    The buffers equal those of the run that was recorded, to the bit; what that began with is named by
    --demonstrations. The run that comes of it can be evaluated (msaclag eval) or gone on with on an arm
    (checkpoint:=…). As many transitions as are recorded are taken in: --steps and --warmup mean nothing here.

    Args:
        recordings: Folders of bags, or of logs (RUN_DIR/transitions).
        training: What to learn, and where to; an empty run-dir is runs/TIME-replay.
    """
    if not recordings:
        raise SettingError("name one bag or log, or more: their transitions are what is trained from")
    console = Console(highlight=False)
    found = [read_recording(path, console) for path in recordings]
    _tell(console, found)
    folder = Path(training.run_dir or fresh_folder("replay"))
    steps = sum(sum(received(each).moved and not each.evaluation for each in one.transitions) for one in found)
    config = replace(training, steps=steps, warmup=0, evaluation_episodes=0, run_dir=str(folder))
    view = RunDisplay(console)
    run = _begun(config, found)
    try:
        with view.shown():
            while run.progress.due():
                run.update()
                view.show(run.status())
    finally:
        run.close()
    if table := summary_table(folder):
        console.print(table)
    console.print(str(folder), soft_wrap=True)


def _begun(config: TrainingConfig, recordings: list[Recording]) -> TrainingRun:
    """A run that has taken all of them in, and learned nothing yet.

    Raises:
        SettingError: they are of different conditions.
        ExperienceError: a transition is malformed.
    """
    first = recordings[0]
    if other := next((each for each in recordings if each.conditions != first.conditions), None):
        raise SettingError(f"{first.path} and {other.path} were recorded under different conditions: take one kind")
    sizes = len(first.transitions[0].observation), len(first.transitions[0].action)
    run = TrainingRun(config, POUR_COFFEE, *sizes, first.conditions)
    try:
        for recording in recordings:
            for transition in recording.transitions:
                run.follow(str(recording.path), transition.seq - 1)  # what is missing was told
                run.take_in_logged(transition.seq, received(transition))
    except BaseException:
        run.close()
        raise
    return run


def _tell(console: Console, recordings: list[Recording]) -> None:
    for recording in recordings:
        console.print(f"{recording.path}: {len(recording.transitions)} transitions", soft_wrap=True)
        for damage in recording.damages:
            console.print(f"  {damage}", style="yellow", soft_wrap=True)
        if missing := recording.missing:
            console.print(
                f"  {len(missing)} between them are missing and not learned from, the first is number {missing[0]}",
                style="yellow",
                soft_wrap=True,
            )
