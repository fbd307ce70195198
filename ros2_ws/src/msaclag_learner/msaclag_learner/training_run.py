"""One training run of one agent, from its first step to its summary; one thread drives it.

That of `training`, whose environment lies in the same process, or that of `trainer_process`, for the ROS node.
"""

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from torch import Tensor

from msaclag_learner.allocation import keep_freed_memory
from msaclag_learner.captured import update_of
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.demonstrations import NO_CONDITIONS
from msaclag_learner.errors import TrainingError
from msaclag_learner.followed import Followed
from msaclag_learner.metrics import LOG_EVERY, Metrics, or_none
from msaclag_learner.run_state import RunState
from msaclag_learner.status import Status
from msaclag_learner.step import Step
from msaclag_learner.transition import ExperienceError, Transition, checked

Array = NDArray[np.float32]
TUNED = ("threshold", "multiplier", "temperature")
"""What of a status changes in every update."""
PREDECESSOR = 20.0
"""s to wait for another process to be done with the folder."""
LONGEST_UNSAVED = 10
"""Times `checkpoint_every`, after which an episode is not waited for."""


class DivergedError(TrainingError):
    """Training has produced numbers that are not finite."""


class DeviceError(TrainingError):
    """The device to train on is not there."""


class TrainingRun:
    """The agent, its experience, its metrics and its files.

    Making one lets the whole process keep its freed memory (see `allocation`), which updates are faster with.
    """

    def __init__(
        self,
        config: TrainingConfig,
        task: str,
        state_size: int,
        action_size: int,
        conditions: Mapping[str, Any] = NO_CONDITIONS,
    ) -> None:
        """Start untrained, or from the networks, optimisers, ε, ν and α of `config.checkpoint`; or resume.

        Raises:
            CheckpointError: the checkpoint is unreadable, or of another task or algorithm; a run that is to be resumed
                has other settings; it or the demonstrations come of the task under other `conditions`; or the run's
                folder holds a checkpoint and is not to be resumed.
            DeviceError: `config.device` is not there.
        """
        keep_freed_memory()
        _check_device(config.device)
        self.config, self.task = config, task
        self.folder = Path(config.run_dir)
        self._lock = _locked(self.folder, begun=config.resume)
        try:
            state = self._state = RunState(config, task, state_size, action_size, conditions)
        except BaseException:
            self._lock.release()
            raise
        self.learner, self.experience, self.log = state.learner, state.experience, state.log
        self.acting, self.progress = state.acting, state.progress
        self.metrics = Metrics(state.folder, config.evaluation_episodes, begins_at=self.progress.step)
        self.metrics.training.finished.extend(state.about.get("episodes", ()))
        self._trained_for = state.about.get("seconds", 0.0)
        self._started = time.monotonic() - self._trained_for
        self._last_checkpoint = self._last_end = self.progress.step
        self._tuned = _read({name: getattr(self.learner, name) for name in TUNED})
        self._update = update_of(self.learner, self.experience)

    @property
    def trained(self) -> bool:
        """Whether all transitions asked for were gathered; the last episode counts to its end."""
        return self.progress.step >= self.config.steps and not self.progress.in_episode

    @property
    def evaluated(self) -> bool:
        """Whether all evaluation episodes were run."""
        return len(self.metrics.evaluation.finished) >= self.config.evaluation_episodes

    @property
    def followed(self) -> Followed:
        """How far the environment's log was taken in."""
        return self._state.followed

    @property
    def wants_initial_state(self) -> bool:
        """Whether a reset is to be made for D₀ alone before the first step."""
        return not self.trained and self.progress.initial_resets < self.config.initial_resets

    def act(self, observation: Array, *, evaluation: bool) -> Array:
        """The action [A] in [−1, 1] for `observation` [S].

        Raises:
            ExperienceError: the observation is malformed.
        """
        observation = checked("observation", observation, self.learner.state_size)
        if self.progress.warming_up and not evaluation:
            return self.acting.explore()
        return self.acting.act(observation, deterministic=evaluation)

    def first_state(self, observation: Array) -> None:
        """A reset led to `observation` [S]: an episode of training begins, unless D₀ alone wanted it.

        Raises:
            ExperienceError: the observation is malformed; it was not taken in.
        """
        self.log.append_first_state(self.experience.add_first_state(observation))
        if self.wants_initial_state:
            self.progress.initial_resets += 1
        else:
            self.progress.begun += 1

    def follow(self, log: str, seq: int) -> None:
        """The next transition told is that behind number `seq` of an environment's `log`.

        With the first log there is a checkpoint from now on, so that whoever is killed can go on behind that number.

        Raises:
            CheckpointError: it cannot be written.
        """
        begins = bool(log) and not self.followed.log
        self._state.followed = Followed(log, seq)
        if begins:
            self.save()

    def take_in_logged(self, seq: int, step: Step) -> None:
        """Number `seq` of the log that is followed, each once and in order.

        The first step of an episode brings D₀ its first state, even if nothing moved in it.

        Raises:
            ExperienceError: it is another number's turn, or the step is malformed; it was not taken in.
        """
        if seq != self.followed.seq + 1:
            raise ExperienceError(f"transition {seq} came where {self.followed.seq + 1} was due: not taken in")
        if step.first and not step.evaluation:
            self.first_state(step.transition.observation)
        if step.moved or not step.first:
            self.take_in(step.transition, step.info, ended=step.ended, evaluation=step.evaluation, moved=step.moved)
        self.follow(self.followed.log, seq)

    def take_in(
        self, transition: Transition, info: dict[str, float], *, ended: bool, evaluation: bool, moved: bool = True
    ) -> None:
        """A step happened; it is learned from unless it is of an evaluation or nothing `moved` in it.

        Raises:
            ExperienceError: the transition is malformed; it was not taken in.
        """
        progress = self.progress
        statistics = self.metrics.evaluation if evaluation else self.metrics.training
        if moved and not evaluation:
            self.log.append(self.experience.add(transition))
            progress.stepped(ready=self.experience.ready())
        if evaluation and ended and not moved and not transition.terminated:
            statistics.drop()  # the environment broke it off: it says nothing of the policy
            return
        episode = statistics.step(transition.reward, transition.cost, info, ended=ended)
        if not evaluation:
            progress.in_episode = not ended
            if ended:
                progress.finished += 1
                self._last_end = progress.step
        if episode is not None:
            self.metrics.episode(episode, progress.step, evaluation=evaluation)

    def update(self) -> None:
        """One update; the policy that acts is swapped for the new one.

        Raises:
            DivergedError: what is learned is no longer finite; the policy that acts stays as it was.
            ExperienceError: there is too little experience; see `Progress.due`.
        """
        if self.learner.updates == 0 and self.config.algorithm.normalise_states:
            self.learner.normaliser.fit(self.experience.replay().states.unsqueeze(0))
        figures = _read(self._update())
        self._tuned = {name: figures[name] for name in TUNED}
        if not figures.pop("finite"):
            raise DivergedError(
                f"training became non-finite at update {self.learner.updates}: lower the rates, or raise "
                "value_scale; the last checkpoint is untouched"
            )
        self._state.act_as_learned()
        self.progress.updates += 1
        if self.progress.updates % LOG_EVERY == 0:
            self.metrics.updated(figures, self.progress.step)
            self.metrics.pace(self._pace(), self.progress.step)

    def status(self) -> Status:
        """Where the run stands."""
        progress, losses = self.progress, self.metrics.losses
        phase = "done" if self.trained and self.evaluated else "evaluation" if self.trained else "training"
        if phase == "training" and progress.warming_up:
            phase = "warmup"
        elapsed = max(1e-9, time.monotonic() - self._started)
        if not self.trained or progress.due():
            self._trained_for = elapsed
        seconds = max(1e-9, self._trained_for)
        statistics = self.metrics.evaluation if phase in ("evaluation", "done") else self.metrics.training
        return Status(
            phase=phase,
            algorithm=self.config.algorithm.name,
            step=progress.step,
            steps=self.config.steps,
            episode=progress.finished,
            updates=progress.updates,
            **self._tuned,
            expected_cost=losses.get("expected_cost", math.nan),
            reward_critic_loss=losses.get("reward_critic_loss", math.nan),
            safety_critic_loss=losses.get("safety_critic_loss", math.nan),
            mean_return=statistics.mean("return"),
            success_rate=statistics.mean("success"),
            violation_rate=statistics.mean("violation"),
            steps_per_s=progress.step / seconds,
            updates_per_s=progress.updates / seconds,
        )

    def _pace(self) -> dict[str, float]:
        status, sizes = self.status(), self.experience.sizes()
        return {
            "steps_per_s": status.steps_per_s,
            "updates_per_s": status.updates_per_s,
            "replay_buffer": sizes.replay,
            "safety_buffer": sizes.safety,
            "initial_state_buffer": sizes.initial,
        }

    def save_if_due(self) -> None:
        """Write a checkpoint where whole episodes of `checkpoint_every` transitions are unsaved, or the run is trained.

        Within an episode it is due once `LONGEST_UNSAVED` times as many are.

        Raises:
            CheckpointError: it cannot be written, or what was learned is not finite.
        """
        unsaved, whole = (step - self._last_checkpoint for step in (self.progress.step, self._last_end))
        every = self.config.checkpoint_every
        if whole >= every or unsaved >= LONGEST_UNSAVED * every or (self.trained and unsaved > 0):
            self.save()

    def save(self) -> Path:
        """Write a checkpoint to the run's folder, and the rows since the last one.

        A run resumed from it equals one that went on, to the bit, unless an episode is under way; a new one begins.

        Raises:
            CheckpointError: it cannot be written, or what was learned is not finite.
        """
        self.metrics.flush()
        file = self._state.write({"episodes": list(self.metrics.training.finished), "seconds": self._trained_for})
        self._last_checkpoint = self.progress.step
        return file

    def summary(self) -> dict[str, object]:
        """The run in figures."""
        status = self.status()
        return {
            "task": self.task,
            **{name: value for name, value in self._state.conditions.items() if isinstance(value, str)},
            "algorithm": status.algorithm,
            "seed": self.config.seed,
            "steps": status.step,
            "episodes": status.episode,
            "updates": status.updates,
            "seconds": self._trained_for,
            **{name: or_none(getattr(status, name)) for name in ("steps_per_s", "updates_per_s", *TUNED)},
            **self.metrics.summary(),
        }

    def close(self) -> None:
        """Leave whole files: a checkpoint, summary.json and the metrics; each is tried even if another fails.

        Where training has diverged, the last checkpoint stays.
        """
        try:
            if self._state.finite():
                self.save()
        finally:
            try:
                self.metrics.write_summary(self.summary())
            finally:
                self.metrics.close()
                self._lock.release()


def _read(figures: Mapping[str, Tensor]) -> dict[str, float]:
    """Those of the only agent, read from its device at once."""
    return dict(zip(figures, torch.stack(list(figures.values()))[:, 0].tolist(), strict=True))


def _locked(folder: Path, *, begun: bool) -> FileLock:
    """The folder for this run alone; one that was killed may still be leaving whole files."""
    lock = FileLock(folder / "lock", timeout=PREDECESSOR)
    if begun and not folder.exists():
        return lock  # there is nothing to go on with, which is for others to say
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise CheckpointError(f"another process trains in {folder}: end it, or name another run_dir") from error
    except OSError as error:
        raise CheckpointError(f"cannot write {folder}: {error}") from error
    return lock


def _check_device(device: str) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        raise DeviceError("device is cuda, but PyTorch finds no CUDA GPU: install its CUDA build, or train on cpu")
