"""What bags hold of a run: its episodes, violations and resets, where the learner stood; and how the cup moved."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from msaclag.bag.decoder import Decoder
from msaclag.bag.progress import read
from msaclag.bag.reading import BagFile, about_of, bag_files
from msaclag_learner.episodes import EpisodeStatistics
from msaclag_ros.settings import SettingError

Floats = NDArray[np.float64]

LEARNER = ("threshold", "multiplier", "temperature")
"""Fields of `learner_status`: ε, ν, α."""

MOTION = ("x", "y", "z", "tilt", "speed", "acceleration", "jerk", "slosh", "fill", "poured", "spilled")
"""Columns of a motion: m, rad, m/s, m/s^2, m/s^3, shares of what spills and of the mug, m^3."""

_GOAL = slice(9, 12)
"""Of the observation."""


class Violation(NamedTuple):
    """A violation: s of the arm's time, its kind, and a sentence for a person."""

    time: float
    kind: str
    message: str


class Standing(NamedTuple):
    """What holds from when it was received, s since the epoch, to the next of its kind."""

    received: float
    value: Any


@dataclass
class Episode:
    """An episode as its transitions tell of it.

    Attributes:
        number: of the environment.
        evaluation: it was none to learn from.
        goal: [3] m, where the cup should come to.
        begin: s of the arm's time.
        times: s of the arm's time, of the end of each step.
        rewards: of each step.
        costs: of each step.
        step: transitions learned from in this run's bags when it ended.
        figures: as the learner's metrics have them (`msaclag_learner.episodes`); empty for one that was not finished.
        violations: in their order.
        learner: ε, ν, α when it ended; empty where the learner had told none.
    """

    number: int
    evaluation: bool
    goal: Floats
    begin: float
    times: list[float] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    costs: list[int] = field(default_factory=list)
    step: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    learner: tuple[float, ...] = ()


@dataclass
class Contents:
    """What the bags of one run hold, but for the motion.

    Attributes:
        name: of the run.
        files: gone through.
        episodes: in their order.
        phases: of resets, in their order; an empty text says that none is under way.
        learner: ε, ν, α, in their order.
        missing: numbers between the first and the last transition that are in no bag.
    """

    name: str
    files: list[BagFile]
    episodes: list[Episode] = field(default_factory=list)
    phases: list[Standing] = field(default_factory=list)
    learner: list[Standing] = field(default_factory=list)
    missing: int = 0

    def episode(self, number: int | None) -> Episode:
        """The episode of that number; without one the last with a violation, else the last.

        Raises:
            SettingError: there is none of it.
        """
        if number is None:
            return next((each for each in reversed(self.episodes) if each.violations), self.episodes[-1])
        found = [each for each in self.episodes if each.number == number]
        if not found:
            there = f"{self.episodes[0].number} to {self.episodes[-1].number}"
            raise SettingError(f"there is no episode {number} in {self.name}: there are {there}")
        return found[-1]


@dataclass
class Motion:
    """How the cup moved in an episode.

    Attributes:
        received: [N] s since the epoch.
        times: [N] s of the arm's time.
        columns: each of `MOTION` [N], by name.
    """

    received: Floats
    times: Floats
    columns: dict[str, Floats]


def read_contents(paths: Sequence[Path], console: Console) -> list[Contents]:
    """The runs whose bags these are; bags of one run, as a resumed one leaves several, come together.

    Raises:
        OSError: a bag cannot be read.
        SettingError: a path holds no bag, or the bags of a run no transition.
    """
    by_run: dict[str, list[BagFile]] = {}
    for path in paths:
        for file in bag_files(path):
            by_run.setdefault(_run_of(file) or str(path), []).append(file)
    return [_Reading("/".join(Path(run).parts[-2:]), files).contents(console) for run, files in by_run.items()]


def read_motion(contents: Contents, episode: Episode, console: Console) -> Motion:
    """How the cup moved in an episode; without a row where `cup_motion` is not in the bags.

    Raises:
        OSError: a bag cannot be read.
    """
    decode, rows = Decoder(), []
    for file, message in read([BagFile(file.path) for file in contents.files], console, {"cup_motion"}):
        motion = decode(file.topics[message.topic], message.data)
        if motion.episode == episode.number:
            rows.append((message.received / 1e9, _seconds(motion.header.stamp), *_columns(motion)))
    received, times, *columns = np.array(rows).reshape(len(rows), 2 + len(MOTION)).T
    return Motion(received, times, dict(zip(MOTION, columns, strict=True)))


class _Reading:
    """Puts the messages of a run together."""

    def __init__(self, name: str, files: list[BagFile]) -> None:
        self._found = Contents(name, files)
        self._decode = Decoder()
        self._training, self._evaluation = EpisodeStatistics(), EpisodeStatistics()
        self._violations: list[Violation] = []
        self._step = 0
        self._numbers: set[int] = set()

    def contents(self, console: Console) -> Contents:
        take = {
            "transition": self._transition,
            "safety_violation": self._violation,
            "learner_status": self._status,
            "reset_phase": self._phase,
        }
        for file, message in read(self._found.files, console, take.keys()):
            topic = file.topics[message.topic]
            take[message.topic.rpartition("/")[2]](message.received / 1e9, self._decode(topic, message.data))
        if not self._numbers:
            raise SettingError(f"{self._found.name} holds no transition: was it recorded with this project's graph?")
        self._assign(float("inf"))
        self._found.missing = max(self._numbers) - min(self._numbers) + 1 - len(self._numbers)
        return self._found

    def _transition(self, received: float, message: Any) -> None:
        if message.seq in self._numbers:
            return
        self._numbers.add(message.seq)
        episodes = self._found.episodes
        if not episodes or episodes[-1].number != message.episode:
            begin = _seconds(message.header.stamp) - message.duration
            self._assign(begin)
            episodes.append(Episode(message.episode, message.evaluation, message.observation[_GOAL], begin))
        episode = episodes[-1]
        episode.times.append(_seconds(message.header.stamp))
        episode.rewards.append(message.reward)
        episode.costs.append(message.cost)
        if not message.evaluation and (message.duration > 0 or message.cost):
            self._step += 1
        episode.step = self._step
        info = dict(zip(message.info_names, message.info_values.tolist(), strict=True))
        statistics = self._evaluation if message.evaluation else self._training
        ended = message.terminated or message.truncated
        episode.figures = statistics.step(message.reward, message.cost, info, ended=ended) or {}
        if self._found.learner:
            episode.learner = self._found.learner[-1].value

    def _violation(self, received: float, message: Any) -> None:
        self._violations.append(Violation(_seconds(message.header.stamp), message.kind, message.message))

    def _status(self, received: float, message: Any) -> None:
        self._found.learner.append(Standing(received, tuple(getattr(message, name) for name in LEARNER)))

    def _phase(self, received: float, message: Any) -> None:
        self._found.phases.append(Standing(received, message.data))

    def _assign(self, begin: float) -> None:
        """A violation belongs to the last episode that had begun; the next one does at `begin`."""
        for violation in [each for each in self._violations if each.time <= begin]:
            self._violations.remove(violation)
            if self._found.episodes:
                self._found.episodes[-1].violations.append(violation)


def _run_of(file: BagFile) -> str:
    """The folder of the run that a bag says it is of; empty where it says none."""
    try:
        folder: str = json.loads(about_of(file.path)["arguments"])["run_dir"]
    except (KeyError, TypeError, ValueError):
        return ""
    return folder


def _seconds(stamp: Any) -> float:
    seconds: float = stamp.sec + stamp.nanosec / 1e9
    return seconds


def _columns(motion: Any) -> tuple[float, ...]:
    """A row in the order of `MOTION`."""
    position, turned = motion.pose.position, motion.pose.orientation
    upright = 1 - 2 * (turned.x**2 + turned.y**2)  # of the mug's axis, along the vertical
    lengths = [float(np.linalg.norm((v.x, v.y, v.z))) for v in (motion.twist.linear, motion.acceleration, motion.jerk)]
    return (
        position.x,
        position.y,
        position.z,
        float(np.arccos(np.clip(upright, -1, 1))),
        *lengths,
        motion.slosh,
        motion.fill,
        motion.poured,
        motion.spilled,
    )
