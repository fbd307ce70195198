"""The paper's five tasks: what a random policy gets, what the scripted ones get, and how fast each task is."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import gymnasium
import numpy as np
from rich.table import Table

from msaclag.bench.machine import machine
from msaclag.bench.race import race
from msaclag_benchmarks.scripted.policy import Script, at_random, play
from msaclag_benchmarks.scripted.scripts import PLANS_AHEAD, SCRIPTS
from msaclag_benchmarks.tasks import TASKS, Task


class Plan(NamedTuple):
    """How much to measure."""

    random: int
    """Episodes of a task; so are the next two."""
    scripted: int
    planned: int
    """Where the script plans ahead, which takes minutes."""
    rounds: int
    block: float
    """s of a task in a round."""


FULL, QUICK = Plan(200, 20, 5, 9, 0.5), Plan(3, 2, 0, 2, 0.05)
_POLICIES = ("random", "solving", "violating")


def measure(threads: int | None, quick: bool, tell: Callable[[str], object]) -> dict[str, Any]:
    """All figures, ready for JSON; rates are medians of rounds, with their quartiles.

    `threads` plays no part: a task is stepped by one, and its rate is by the time that one computed.
    """
    plan = QUICK if quick else FULL
    figures: dict[str, Any] = {"quick": quick, "machine": machine(), "tasks": {}}
    steppers = {task.id: _Stepper(task) for task in TASKS}
    times = race(
        {task: stepper.step for task, stepper in steppers.items()}, plan.rounds, plan.block, tell, time.process_time
    )
    for task in TASKS:
        rate = times[task.id].rate(1)
        scripts: dict[str, Script] = {"random": at_random, **SCRIPTS[task.id]._asdict()}
        figures["tasks"][task.id] = {
            "name": task.name,
            "steps_per_cpu_s": rate.median,
            "spread": [rate.low, rate.high],
            **{name: _played(task, name, scripts[name], plan, tell) for name in _POLICIES},
        }
    return figures


class _Stepper:
    """A task under a random policy, episode after episode."""

    def __init__(self, task: Task) -> None:
        self._env = gymnasium.make(task.id)
        self._env.reset(seed=0)
        self._act = at_random(self._env)

    def step(self) -> None:
        """A step; with it a reset where an episode ends."""
        _, _, terminated, truncated, _ = self._env.step(self._act())
        if terminated or truncated:
            self._env.reset()


def _played(task: Task, name: str, script: Script, plan: Plan, tell: Callable[[str], object]) -> dict[str, Any] | None:
    """Means over the episodes; nothing where there are none."""
    count = plan.random if name == "random" else plan.planned if script in PLANS_AHEAD else plan.scripted
    if not count:
        return None
    env, episodes = gymnasium.make(task.id), []
    for seed in range(count):
        tell(f"{task.name}, {name} policy, episode {seed + 1} of {count}")
        episodes.append(play(env, script, seed))
    env.close()
    returns = np.array([episode.total_reward for episode in episodes])
    return {
        "episodes": count,
        "success": float(np.mean([episode.succeeded for episode in episodes])),
        "violation": float(np.mean([episode.violated for episode in episodes])),
        "return": float(returns.mean()),
        "return_quartiles": np.percentile(returns, (25, 75)).tolist(),
        "steps": float(np.mean([episode.steps for episode in episodes])),
    }


def table(figures: dict[str, Any]) -> Table:
    """The figures for a person: of each task a line, and one for each policy on it."""
    about = figures["machine"]
    shown = Table(
        title=f"{about['cpu']} ({about['cores']} cores)",
        caption="success and violation: share of the episodes; returns and lengths: means; steps/s: of computing time",
    )
    shown.add_column("task and policy", no_wrap=True, min_width=max(len(task.name) for task in TASKS))
    for heading in ("episodes", "success", "violation", "return", "steps"):
        shown.add_column(heading, justify="right")
    for task in figures["tasks"].values():
        shown.add_section()
        shown.add_row(f"[bold]{task['name']}[/]", f"{task['steps_per_cpu_s']:.0f}/s")
        for name in _POLICIES:
            if (row := task[name]) is None:
                continue
            cells = (f"{row['success']:.2f}", f"{row['violation']:.2f}", f"{row['return']:.2f}", f"{row['steps']:.0f}")
            shown.add_row(f"  {name}", str(row["episodes"]), *cells)
    return shown
