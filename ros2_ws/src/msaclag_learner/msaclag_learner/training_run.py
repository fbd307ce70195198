"""One training run of one agent, from its first step to its summary; the ROS node and the loop in one process drive it.

`act` and `take_in` belong to whoever talks to the environment, `update` to whoever trains; they may be two threads.
"""

import json
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Lock

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

from msaclag_learner import checkpoint
from msaclag_learner.acting import ActingPolicy
from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.episodes import EpisodeStatistics
from msaclag_learner.experience import Experience, Transition
from msaclag_learner.meta_sac_lag import MetaSacLag

Array = NDArray[np.float32]
ALGORITHM = "meta_sac_lag"
LOG_EVERY = 50
"""Updates between two points in the metrics."""


class DivergedError(RuntimeError):
    """Training has produced numbers that are not finite."""


@dataclass(frozen=True)
class Status:
    """Where the run stands; the fields of msaclag_msgs/LearnerStatus."""

    phase: str
    algorithm: str
    step: int
    steps: int
    episode: int
    updates: int
    threshold: float
    multiplier: float
    temperature: float
    expected_cost: float = math.nan
    reward_critic_loss: float = math.nan
    safety_critic_loss: float = math.nan
    mean_return: float = math.nan
    success_rate: float = math.nan
    violation_rate: float = math.nan
    steps_per_s: float = 0.0
    updates_per_s: float = 0.0


class TrainingRun:
    """The agent, its experience, its metrics and its files."""

    def __init__(self, config: TrainingConfig, task: str, state_size: int, action_size: int) -> None:
        """Start untrained, or from the networks, optimisers, ε, ν and α of `config.checkpoint`.

        Raises:
            CheckpointError: the checkpoint is unreadable, or of another task or algorithm; or the run's folder holds a
                checkpoint that this run would overwrite without going on from it.
        """
        torch.set_num_threads(config.threads)
        self.config, self.task = config, task
        self.folder = Path(config.run_dir)
        self._refuse_to_overwrite()
        self.learner = MetaSacLag(config.algorithm, state_size, action_size, [config.seed])
        self.experience = Experience(config.algorithm, state_size, action_size, config.replay_capacity)
        self.acting = ActingPolicy(self.learner.network, self.learner.normaliser, action_size, config.seed)
        if config.checkpoint:
            self._load(Path(config.checkpoint))
        self.acting.take_over(self.learner.policy[0], self.learner.updates)
        self.writer = SummaryWriter(str(self.folder / "tensorboard"))
        self.training, self.evaluation = (
            EpisodeStatistics(),
            EpisodeStatistics(window=max(1, config.evaluation_episodes)),
        )
        self.step, self.episodes, self.updates = 0, 0, 0
        self._first_due: int | None = None
        self._losses: dict[str, float] = {}
        self._started, self._last_checkpoint = time.monotonic(), 0
        self._trained_for = 0.0
        self._progress = Condition()
        self._learner_lock = Lock()

    @property
    def warming_up(self) -> bool:
        """Whether actions are still random; never when a checkpoint was given."""
        return self.step < self.config.warmup and not self.config.checkpoint

    @property
    def trained(self) -> bool:
        """Whether all transitions asked for were learned from."""
        return self.step >= self.config.steps

    @property
    def evaluated(self) -> bool:
        """Whether all evaluation episodes were run."""
        return len(self.evaluation.finished) >= self.config.evaluation_episodes

    def act(self, observation: Array, *, evaluation: bool) -> Array:
        """The action [A] in [−1, 1] for `observation` [S]."""
        if self.warming_up and not evaluation:
            return self.acting.explore()
        return self.acting.act(observation, deterministic=evaluation)

    def first_state(self, observation: Array) -> None:
        """An episode begins in `observation` [S]."""
        self.experience.add_first_state(observation)

    def take_in(
        self, transition: Transition, info: dict[str, float], *, ended: bool, evaluation: bool, moved: bool = True
    ) -> None:
        """A step happened; it is learned from unless it is of an evaluation or nothing `moved` in it.

        Raises:
            ExperienceError: the transition is malformed; it was not taken in.
        """
        statistics = self.evaluation if evaluation else self.training
        learned = moved and not evaluation
        if learned:
            self.experience.add(transition)
        episode = statistics.step(transition.reward, transition.cost, info, ended=ended)
        with self._progress:
            if learned:
                self.step += 1
                if self._first_due is None and self.experience.ready():
                    self._first_due = self.step
            self._progress.notify_all()
        if episode is not None:
            self._log_episode(episode, evaluation=evaluation)

    def due(self) -> int:
        """Updates that the transitions so far call for and that were not made yet."""
        if self._first_due is None:
            return 0
        begin = self._first_due if self.config.checkpoint else max(self._first_due, self.config.warmup)
        learned_from = min(self.step, self.config.steps) - begin
        return max(0, int(learned_from * self.config.updates_per_step) - self.updates)

    @property
    def caught_up(self) -> bool:
        """Whether at most one step's updates are missing."""
        return self.due() <= math.ceil(self.config.updates_per_step)

    def wait_until_due(self, timeout: float) -> bool:
        """Wait for an update to be called for; False when none was within `timeout` s."""
        with self._progress:
            return self._progress.wait_for(self.due, timeout) > 0

    def update(self) -> None:
        """One update; the policy that acts is swapped for the new one, and a checkpoint is written when it is time.

        Raises:
            DivergedError: the policy is no longer finite; the one that acts stays as it was.
            CheckpointError: the checkpoint cannot be written.
        """
        if self.learner.updates == 0 and self.config.algorithm.normalise_states:
            self.learner.normaliser.fit(self.experience.states())
        samples = self.experience.sample(self.learner.generators[0])
        with self._learner_lock:
            figures = self.learner.update(samples)
        if not self._finite():
            raise DivergedError(
                f"the policy became non-finite at update {self.learner.updates}: lower the rates or value_scale; the "
                "last checkpoint is untouched"
            )
        self.acting.take_over(self.learner.policy[0], self.learner.updates)
        with self._progress:
            self.updates += 1
            self._progress.notify_all()
        if self.updates % LOG_EVERY == 0:
            self._losses = {name: float(value[0]) for name, value in figures.items()}
            for name, value in self._losses.items():
                self.writer.add_scalar(f"learner/{name}", value, self.step)
        if self.step - self._last_checkpoint >= self.config.checkpoint_every:
            self._last_checkpoint = self.step
            self.save()

    def status(self) -> Status:
        """Where the run stands."""
        phase = "done" if self.trained and self.evaluated else "evaluation" if self.trained else "training"
        if phase == "training" and self.warming_up:
            phase = "warmup"
        elapsed = max(1e-9, time.monotonic() - self._started)
        if not self.trained:
            self._trained_for = elapsed
        seconds = max(1e-9, self._trained_for)
        losses = {
            name: self._losses.get(name, math.nan)
            for name in ("expected_cost", "reward_critic_loss", "safety_critic_loss")
        }
        statistics = self.evaluation if phase in ("evaluation", "done") else self.training
        return Status(
            phase=phase,
            algorithm=ALGORITHM,
            step=self.step,
            steps=self.config.steps,
            episode=self.episodes,
            updates=self.updates,
            threshold=float(self.learner.threshold[0]),
            multiplier=float(self.learner.multiplier[0]),
            temperature=float(self.learner.temperature[0]),
            mean_return=statistics.mean("return"),
            success_rate=statistics.mean("success"),
            violation_rate=statistics.mean("violation"),
            steps_per_s=self.step / seconds,
            updates_per_s=self.updates / seconds,
            **losses,
        )

    def save(self) -> Path:
        """Write a checkpoint to the run's folder; any thread may ask.

        Raises:
            CheckpointError: it cannot be written, or the policy is not finite.
        """
        if not self._finite():
            raise checkpoint.CheckpointError("not saved: the policy is not finite")
        about = {
            "task": self.task,
            "algorithm": ALGORITHM,
            "state_size": self.learner.state_size,
            "action_size": self.learner.action_size,
            "hidden": list(self.config.algorithm.hidden),
            "step": self.step,
            "updates": self.learner.updates,
        }
        with self._learner_lock:
            return checkpoint.save(self.folder, self.learner.state(), about)

    def summary(self) -> dict[str, object]:
        """The run in figures."""
        status = self.status()

        def figures(statistics: EpisodeStatistics, *names: str) -> dict[str, float | None]:
            means = {label: statistics.mean(name) for label, name in (each.split("=") for each in names)}
            return {label: None if math.isnan(mean) else mean for label, mean in means.items()}

        rates = ("return=return", "success_rate=success", "violation_rate=violation")
        motion = ("poured=poured", "spilled=spilled", "acceleration=acceleration", "jerk=jerk")
        return {
            "task": self.task,
            "algorithm": ALGORITHM,
            "seed": self.config.seed,
            "steps": self.step,
            "episodes": self.episodes,
            "updates": self.updates,
            "seconds": self._trained_for,
            "steps_per_s": status.steps_per_s,
            "updates_per_s": status.updates_per_s,
            "threshold": status.threshold,
            "multiplier": status.multiplier,
            "temperature": status.temperature,
            "training": figures(self.training, *rates, *motion),
            "evaluation": {"episodes": len(self.evaluation.finished), **figures(self.evaluation, *rates, *motion)},
        }

    def close(self) -> None:
        """Leave whole files: a checkpoint, summary.json and the metrics; each is tried even if another fails."""
        try:
            self.save()
        finally:
            try:
                self._write_summary()
            finally:
                self.writer.close()

    def _finite(self) -> bool:
        return bool(torch.isfinite(self.learner.policy).all())

    def _write_summary(self) -> None:
        target = self.folder / "summary.json"
        aside = target.with_suffix(".partial")
        aside.write_text(json.dumps(self.summary(), indent=2) + "\n")
        os.replace(aside, target)

    def _refuse_to_overwrite(self) -> None:
        own = self.folder / checkpoint.FILE
        given = Path(self.config.checkpoint or ".") / checkpoint.FILE
        if own.exists() and not (self.config.checkpoint and given.exists() and given.samefile(own)):
            raise checkpoint.CheckpointError(
                f"{self.folder} holds the checkpoint of another run: name another run_dir, or go on from this one by "
                f"checkpoint {self.folder}"
            )

    def _load(self, path: Path) -> None:
        tensors, about = checkpoint.load(path)
        here = {
            "task": self.task,
            "algorithm": ALGORITHM,
            "state_size": self.learner.state_size,
            "action_size": self.learner.action_size,
            "hidden": list(self.config.algorithm.hidden),
        }
        for name, value in here.items():
            if about.get(name) != value:
                raise checkpoint.CheckpointError(
                    f"the checkpoint {path} has {name} {about.get(name)}, this run has {value}"
                )
        checkpoint.restore(self.learner.state(), tensors)
        self.learner.updates = int(about["updates"])

    def _log_episode(self, episode: dict[str, float], *, evaluation: bool) -> None:
        if evaluation:
            for name, value in episode.items():
                self.writer.add_scalar(f"evaluation/{name}", value, len(self.evaluation.finished))
            return
        self.episodes += 1
        for name, value in episode.items():
            self.writer.add_scalar(f"episode/{name}", value, self.step)
