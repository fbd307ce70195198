"""All that a run depends on to go on, in memory and on disk: agent, experience, counts and random states."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msaclag_learner import algorithms, checkpoint
from msaclag_learner.acting import ActingPolicy
from msaclag_learner.acting_weights import weights_of
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.compatibility import (
    check_conditions,
    check_identity,
    check_settings,
    identity,
    refuse_to_overwrite,
    settings,
)
from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.demonstrations import FILE as DEMONSTRATIONS
from msaclag_learner.demonstrations import Demonstrations
from msaclag_learner.experience import Experience
from msaclag_learner.experience_log import ExperienceLog, Mark
from msaclag_learner.followed import Followed
from msaclag_learner.progress import Progress

DISTURBANCE = "task.disturbance."
"""Conditions in which demonstrations may differ from the run: episodes are disturbed anew each time."""
GENERATOR = "sampling_generator"
"""Name, in a checkpoint, of the random state that batches and noise are drawn from."""


class RunState:
    """The parts of a run, fresh or as a checkpoint left them.

    Attributes:
        followed: how far the environment's log was taken in.
        about: what the checkpoint says that the run goes on from; empty where it goes on from none.
    """

    def __init__(
        self, config: TrainingConfig, task: str, state_size: int, action_size: int, conditions: Mapping[str, Any]
    ) -> None:
        """Untrained, or from the networks, optimisers, ε, ν and α of `config.checkpoint`; or as they were, to resume.

        Raises:
            CheckpointError: see `TrainingRun`.
        """
        self.config, self.task, self.conditions = config, task, conditions
        self.folder = Path(config.run_dir)
        if not config.resume:
            refuse_to_overwrite(self.folder)
        self.identity = identity(config, task, state_size, action_size)
        agent, sizes = [config.algorithm], (state_size, action_size)
        self.learner = algorithms.make(agent, *sizes, [config.seed], device=config.device)
        self.experience = Experience(agent, *sizes, config.replay_capacity, config.device)
        self.log = ExperienceLog(self.folder, self.experience.layout)
        self.acting = ActingPolicy(weights_of(self.learner.actor, self.learner.normaliser, 0), config.seed)
        self.progress = Progress(0 if config.checkpoint else config.warmup, config.updates_per_step)
        self.followed = Followed()
        self.about: dict[str, Any] = {}
        self._demonstrated = ""
        if config.resume:
            self._resume()
        else:
            if config.checkpoint:
                self._start_from(Path(config.checkpoint))
            if config.demonstrations:
                self._take_in(Path(config.demonstrations)).write(self.folder / DEMONSTRATIONS)
        self.act_as_learned()

    def act_as_learned(self) -> None:
        """The policy that acts becomes that of the last update."""
        self.acting.weights = weights_of(self.learner.actor, self.learner.normaliser, self.learner.updates)

    def finite(self) -> bool:
        """Whether all that the next update depends on is."""
        return bool(self.learner.finite().all())

    def write(self, statistics: Mapping[str, Any]) -> Path:
        """Bring the experience, and then the checkpoint that stands on it, to disk; returns its file.

        Args:
            statistics: of the run, to be told again by `about` when it goes on.

        Raises:
            CheckpointError: what was learned is not finite, or a file cannot be written; the checkpoint before stays.
        """
        if not self.finite():
            raise CheckpointError("not saved: what was learned is not finite")
        tensors = {**checkpoint.copy(self.learner.state()), GENERATOR: self.learner.generators[0].get_state()}
        facts = {
            **self.identity,
            **statistics,
            "step": self.progress.step,
            "updates": self.learner.updates,
            "settings": settings(self.config),
            "conditions": dict(self.conditions),
            "progress": self.progress.state(),
            "followed": self.followed._asdict(),
            "demonstrations": self._demonstrated,
            "exploration": self.acting.random.bit_generator.state,
            "experience": self.log.write().as_dict(),
        }
        return checkpoint.save(self.folder, tensors, facts)

    def _start_from(self, path: Path) -> None:
        """Take over the networks of another run."""
        tensors, about = checkpoint.load(path)
        check_identity(path, about, self.identity)
        del tensors[GENERATOR]
        checkpoint.restore(self.learner.state(), tensors)
        self.learner.updates = about["updates"]

    def _resume(self) -> None:
        """Take over everything."""
        file = self.folder / checkpoint.FILE
        tensors, about = checkpoint.load(file)
        check_identity(file, about, self.identity)
        check_settings(file, about, self.config)
        check_conditions(file, about["conditions"], self.conditions)
        self.learner.generators[0].set_state(tensors.pop(GENERATOR))
        checkpoint.restore(self.learner.state(), tensors)
        self.learner.updates = about["updates"]
        self.acting.random.bit_generator.state = about["exploration"]
        self.progress.restore(about["progress"])
        self.followed = Followed.from_dict(about["followed"])
        if about["demonstrations"]:
            copy = self.folder / DEMONSTRATIONS
            if self._take_in(copy).digest != about["demonstrations"]:
                raise CheckpointError(f"{copy} is not the file that the run began with: take that from a copy")
        for transitions, first_states in self.log.read(Mark.from_dict(about["experience"])):
            self.experience.extend(transitions)
            self.experience.extend_first_states(first_states)
        self.about = about

    def _take_in(self, file: Path) -> Demonstrations:
        """D and D₀ begin with what was demonstrated."""
        demonstrations = Demonstrations.load(file, self.task, self.experience.layout)
        check_conditions(file, demonstrations.conditions, self.conditions, DISTURBANCE)
        self.experience.extend(demonstrations.transitions, demonstrated=True)
        self.experience.extend_first_states(demonstrations.first_states)
        self._demonstrated = demonstrations.digest
        return demonstrations
