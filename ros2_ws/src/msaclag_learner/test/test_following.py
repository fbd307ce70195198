"""Whatever is told, lost, saved and killed: a run holds the log up to where it follows it, each step once."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.step import Step
from msaclag_learner.training_run import TrainingRun
from msaclag_learner.transition import ExperienceError, Transition

EPISODE = 4
LOG = "a log"


def step(seq: int) -> Step:
    """Number `seq`: every fifth episode is one of evaluation, and every third breaks off before anything moved."""
    episode, place = divmod(seq - 1, EPISODE)
    state = np.array([seq, place], np.float32)
    transition = Transition(state, np.zeros(1, np.float32), float(seq), 0, state + 1, False)
    moved = not (episode % 3 == 2 and place == 0)
    return Step(transition, {}, place == 0, place == EPISODE - 1, episode % 5 == 4, moved)


class Following(RuleBasedStateMachine):
    """The environment's log is the numbers up to `logged`; the run may be killed at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.logged = 0
        self.run = self.begun(resume=False)
        self.run.follow(LOG, 0)

    def begun(self, *, resume: bool) -> TrainingRun:
        algorithm = AlgorithmConfig(hidden=(4,), batch=4)
        folder = str(Path(self.folder.name) / "run")
        return TrainingRun(
            TrainingConfig(algorithm=algorithm, run_dir=folder, warmup=0, steps=1000, initial_resets=2, resume=resume),
            "line",
            2,
            1,
        )

    @rule(count=st.integers(1, 6))
    def happen(self, count: int) -> None:
        self.logged += count

    @rule(count=st.integers(1, 9))
    def take_in(self, count: int) -> None:
        for seq in range(self.run.followed.seq + 1, min(self.logged, self.run.followed.seq + count) + 1):
            self.run.take_in_logged(seq, step(seq))

    @rule(off=st.integers(-3, 3).filter(bool))
    def take_in_out_of_turn(self, off: int) -> None:
        seq = self.run.followed.seq + 1 + off
        with pytest.raises(ExperienceError, match="came where"):
            self.run.take_in_logged(seq, step(max(1, seq)))

    @rule()
    def save(self) -> None:
        self.run.save()

    @rule()
    @precondition(lambda self: self.run.progress.due() > 0)
    def learn(self) -> None:
        self.run.update()

    @rule()
    def be_killed(self) -> None:
        self.run.metrics.close()
        self.run._lock.release()
        self.run = self.begun(resume=True)

    @invariant()
    def holds_each_step_once(self) -> None:
        taken = [step(seq) for seq in range(1, self.run.followed.seq + 1)]
        learned = [each.transition.reward for each in taken if each.moved and not each.evaluation]
        first = [each.transition.observation[0] for each in taken if each.first and not each.evaluation]
        assert self.run.experience.replay().rewards.tolist() == learned
        assert self.run.experience.initial()[:, 0].tolist() == first
        assert self.run.progress.initial_resets + self.run.progress.begun == len(first)

    def teardown(self) -> None:
        self.run.close()
        self.folder.cleanup()


TestFollowing = Following.TestCase
TestFollowing.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)


def test_an_evaluation_that_the_environment_broke_off_is_not_counted(tmp_path: Path) -> None:
    run = TrainingRun(TrainingConfig(run_dir=str(tmp_path / "run")), "task", 2, 1)
    run.follow(LOG, 0)
    for seq, (first, ended, moved) in enumerate(
        [(True, False, True), (False, False, True), (False, True, False), (True, False, True), (False, True, True)], 1
    ):
        run.take_in_logged(seq, Step(step(seq).transition, {}, first, ended, True, moved))
    (episode,) = run.metrics.evaluation.finished
    assert (episode["length"], episode["return"]) == (2, 4 + 5)
    run.close()
