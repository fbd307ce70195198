"""Episodes of a policy under a gap, and the table of many."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, SIGTERM, signal
from typing import NamedTuple

import numpy as np

from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene
from msaclag.intervals import LENGTH, SHARE, over_seeds
from msaclag.transfer.gaps import Gap
from msaclag_learner.episodes import EpisodeStatistics
from msaclag_learner.seeds import episode_seed
from msaclag_learner.trained_policy import trained_policy

COLUMNS = {
    "success": ("success", SHARE),
    "violation": ("violations", SHARE),
    "poured": ("poured share", SHARE),
    "transit_jerk": ("jerk in transit, m/s³", LENGTH),
}
"""Figures of an episode that are told: heading and range."""

Outcome = dict[str, float]
"""Means over the episodes, by the names of `COLUMNS`."""


class Trial(NamedTuple):
    """A checkpoint under a gap."""

    gap: Gap
    checkpoint: Path
    scene: Scene
    config: PourCoffeeConfig
    episodes: int
    seed: int

    def outcome(self) -> Outcome:
        """Run the episodes, with the deterministic policy and the first states of `msaclag eval`."""
        policy = trained_policy(self.checkpoint)
        environment = self.gap.environment(self.scene, self.config)
        statistics = EpisodeStatistics(window=self.episodes)
        for number in range(self.episodes):
            observation, _ = environment.reset(seed=episode_seed(self.seed, "evaluation", number))
            ended = False
            while not ended:
                action = policy.act(observation, deterministic=True)
                observation, reward, terminated, truncated, info = environment.step(action)
                ended = terminated or truncated
                figures = {name: info[name] for name in COLUMNS if name in info}
                statistics.step(reward, int(info["cost"]), figures, ended=ended)
        environment.close()
        return {name: statistics.mean(name) for name in COLUMNS}


def outcomes(trials: Sequence[Trial], jobs: int) -> Iterator[Outcome]:
    """The outcome of each trial in turn, worked out in `jobs` processes."""
    os.environ["OMP_NUM_THREADS"] = "1"  # read by those processes
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_leave_signals_to_parent)
    try:
        yield from pool.map(Trial.outcome, trials)
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_signals_to_parent() -> None:
    for number in (SIGINT, SIGTERM):
        signal(number, SIG_IGN)


def markdown(outcomes_by_gap: Mapping[str, Sequence[Outcome]], episodes: int) -> str:
    """A row for each gap: means over the checkpoints, with their intervals."""
    rows = [["difference from the twin", *(heading for heading, _ in COLUMNS.values())]]
    for gap, several in outcomes_by_gap.items():
        rows.append([gap, *(_cell([each[name] for each in several], within) for name, (_, within) in COLUMNS.items())])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    count = max(map(len, outcomes_by_gap.values()))
    means = f", means over {count} checkpoints with their 95 % interval (Student's t)" if count > 1 else ""
    note = f"{episodes} episodes each with the deterministic policy{means}."
    return "\n".join([lines[0], "|---|" + "---:|" * len(COLUMNS), *lines[1:], "", note])


def _cell(values: Sequence[float], within: tuple[float, float]) -> str:
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return "–"
    mean, low, high = over_seeds(known, within)
    return f"{mean:.2f}" if len(known) < 2 else f"{mean:.2f} [{low:.2f}, {high:.2f}]"
