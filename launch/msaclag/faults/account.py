"""Exactly once: what happened, by the environment's log and by what was published, beside what the learner took in."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rclpy.serialization import deserialize_message

from kinova_pour_env.transition_segment import read_segment
from msaclag.faults.ears import Told
from msaclag_learner import checkpoint
from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.experience import checked_row
from msaclag_learner.experience_log import ExperienceLog, Mark
from msaclag_learner.received import received
from msaclag_msgs.msg import Transition


class Balance(NamedTuple):
    """What was found.

    Attributes:
        happened: transitions in which something moved, up to the last that the learner followed.
        lost: of these, those that the learner lacks, or the log.
        duplicated: rows that the learner has too often, or of nothing that happened, and steps that the log has twice.
    """

    happened: int
    lost: int
    duplicated: int


class _Logged(NamedTuple):
    seq: int
    stamp: int
    step: tuple[int, int]
    action: tuple[float, ...]
    row: bytes | None


class Account:
    """Of one run; what its log once held is kept, whatever happens to the files."""

    def __init__(self, run_dir: Path) -> None:
        """Nothing has happened."""
        self._run_dir = run_dir
        self._known: dict[tuple[int, bytes], _Logged] = {}

    def note(self) -> None:
        """Take in what the log holds now."""
        for file in sorted((self._run_dir / "transitions").glob("*.mcap")):
            for seq, data in read_segment(file).transitions:
                if (seq, data) not in self._known:
                    self._known[seq, data] = _logged(deserialize_message(data, Transition))

    def obeyed(self, action: Sequence[float]) -> bool:
        """Whether the environment has ever taken this very action."""
        return any(each.action == tuple(action) for each in self._known.values())

    def balance(self, told: list[Told]) -> Balance:
        """Compare.

        Args:
            told: transitions that were published.

        Raises:
            CheckpointError: the run's checkpoint or its experience is not whole.
        """
        published = list(told)  # what comes in meanwhile may not be noted
        about = checkpoint.read_about(self._run_dir / checkpoint.FILE)
        self.note()
        followed = int(about["followed"]["seq"])
        happened = [each.row for each in self._known.values() if each.row is not None and each.seq <= followed]
        due = Counter(happened)
        learned = Counter(_rows(self._run_dir, about))
        numbered = {(each.seq, each.stamp) for each in self._known.values()}
        unlogged = {(each.seq, each.stamp) for each in published} - numbered
        steps = Counter(each.step for each in self._known.values() if each.row is not None)
        return Balance(
            happened=len(happened),
            lost=(due - learned).total() + len(unlogged),
            duplicated=(learned - due).total() + sum(count - 1 for count in steps.values()),
        )


def _logged(message: Transition) -> _Logged:
    step = received(message)
    row = None
    if step.moved and not step.evaluation:
        layout = TransitionLayout(len(message.observation), len(message.action))
        row = checked_row(step.transition, layout).tobytes()
    stamp = 10**9 * message.header.stamp.sec + message.header.stamp.nanosec
    return _Logged(message.seq, stamp, (message.episode, message.step), tuple(message.action), row)


def _rows(run_dir: Path, about: dict[str, object]) -> list[bytes]:
    """What the learner took in, row by row."""
    layout = TransitionLayout(int(str(about["state_size"])), int(str(about["action_size"])))
    mark = about["experience"]
    assert isinstance(mark, dict)
    segments = ExperienceLog(run_dir, layout).read(Mark.from_dict(mark))
    return [row.numpy().tobytes() for transitions, _ in segments for row in transitions]
