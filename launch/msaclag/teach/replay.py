"""`msaclag demonstrate replay`: what was demonstrated, once more on the twin."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table
from tyro.conf import Positional, arg

from kinova_pour_env import POUR_COFFEE
from kinova_pour_env.disturbance import Disturbance
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import OBSERVATIONS, PourTask
from kinova_pour_env.safety_filter import ACTIONS
from kinova_pour_env.scene import Scene
from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.demonstrations import Demonstrations
from sim_bridge.twin import Twin
from sim_bridge.twin_config import TwinConfig

Array = NDArray[np.float32]


class Recorded(NamedTuple):
    """An episode of the file.

    Attributes:
        first: [15] its first observation.
        actions: [N, 4] as chosen.
        reward: their sum.
        cost: steps in which a constraint was violated.
    """

    first: Array
    actions: Array
    reward: float
    cost: int


class Seen(NamedTuple):
    """What became of the same actions on the twin.

    Attributes:
        steps: until the end of the actions, or of the episode.
        reward: their sum.
        poured: share of the coffee in the target cup.
        spilled: share beside it.
        success: the mug was held in the goal's pose.
        ending: why it was over before the actions were; empty if it was not.
    """

    steps: int
    reward: float
    poured: float
    spilled: float
    success: bool
    ending: str


class _KnownStart(np.random.Generator):
    """Draws that put the mug at a known place instead of a random one beside Home."""

    def __init__(self, place: NDArray[np.float64]) -> None:
        super().__init__(np.random.PCG64(0))
        self._offset = place - CUP_AT_HOME

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        return self._offset


def replay(
    file: Positional[Path],
    *,
    episode: Annotated[int, Field(ge=0), arg(help="Number of the episode, from 1; 0 is all of them.")] = 0,
    gui: Annotated[bool, arg(help="Show PyBullet's window.")] = False,
) -> None:
    """Carry the recorded actions of demonstrations out again on the twin, from the same first places.

        msaclag demonstrate replay runs/by_hand.safetensors --gui

    The actions alone are repeated, nothing corrects them: what was recorded on an arm, or on a twin under disturbance,
    ends elsewhere by as much as the two differ.

    Args:
        file: Demonstrations by script or by hand.
        episode: Which one.
        gui: For a look.
    """
    demonstrations = Demonstrations.load(file, POUR_COFFEE, TransitionLayout(OBSERVATIONS, ACTIONS))
    episodes = list(enumerate(episodes_of(demonstrations), start=1))
    if episode > len(episodes):
        raise CheckpointError(f"{file} holds {len(episodes)} episodes, there is no number {episode}")
    scene, config = _conditions(file, demonstrations)
    table = Table(title="recorded, and the same actions on the twin", title_justify="left")
    for column in ("", "steps", "violations", "return", "again", "poured", "spilled", "success", ""):
        table.add_column(column, justify="right")
    twin = Twin(scene, TwinConfig(gui=gui))
    try:
        for number, recorded in episodes:
            if episode in (0, number):
                seen = again(PourTask(twin, scene, config), recorded, slowly=gui)
                was = (str(len(recorded.actions)), str(recorded.cost), f"{recorded.reward:.1f}")
                shares = (f"{seen.poured:.0%}", f"{seen.spilled:.0%}", "yes" if seen.success else "no")
                table.add_row(str(number), *was, f"{seen.reward:.1f}", *shares, seen.ending)
    finally:
        twin.close()
    Console(highlight=False).print(table)


def episodes_of(demonstrations: Demonstrations) -> list[Recorded]:
    """The episodes, told apart by their first states."""
    rows = demonstrations.layout.split(demonstrations.transitions)
    observations = rows.states.numpy()
    firsts = demonstrations.first_states.numpy()
    begins: list[int] = []
    for row, observation in enumerate(observations):
        if len(begins) < len(firsts) and np.array_equal(observation, firsts[len(begins)]):
            begins.append(row)
    ends = [*begins[1:], len(observations)]
    return [
        Recorded(
            observations[begin],
            rows.actions[begin:end].numpy(),
            float(rows.rewards[begin:end].sum()),
            int(rows.costs[begin:end].sum()),
        )
        for begin, end in zip(begins, ends, strict=True)
    ]


def again(task: PourTask, recorded: Recorded, *, slowly: bool = False) -> Seen:
    """Carry out an episode's actions from its first place, where wanted no faster than a person can watch."""
    for _ in task.reset(_KnownStart(recorded.first[:3].astype(np.float64))):
        pass
    reward, steps, success, poured, spilled, ending = 0.0, 0, False, 0.0, 0.0, ""
    for action in recorded.actions:
        begin = time.monotonic()
        result = task.step(action)
        if slowly:
            time.sleep(max(0.0, begin + 1 / task.config.policy_rate - time.monotonic()))
        steps, reward = steps + 1, reward + result.reward
        success |= bool(result.info["success"])
        poured, spilled = result.info["poured"], result.info["spilled"]
        if result.ending:
            ending = f"ended after step {steps}: {result.ending}" if steps < len(recorded.actions) else ""
            break
    return Seen(steps, reward, poured, spilled, success, ending)


def _conditions(file: Path, demonstrations: Demonstrations) -> tuple[Scene, PourCoffeeConfig]:
    """Scene and task as they were, without disturbances."""
    try:
        scene = TypeAdapter(Scene).validate_python(demonstrations.conditions["scene"])
        task = TypeAdapter(PourCoffeeConfig).validate_python(demonstrations.conditions["task"])
    except (KeyError, ValidationError) as error:
        raise CheckpointError(f"{file} does not tell the scene and the task that it was made in") from error
    return scene, replace(task, disturbance=Disturbance())
