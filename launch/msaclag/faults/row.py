"""A row of the matrix: one thing that goes wrong, what has to come of it, and one round of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from msaclag.faults.motion import Motion, Watch, motion
from msaclag.faults.stage import Stage, Stuck
from msaclag_learner.checkpoint import CheckpointError
from msaclag_ros.settings import SettingError

RESUMED, BY_HAND, STUCK = "resumed", "refused, resumed by hand", "not resumed"
STANDING = 4.0
"""s in which an arm that has to stand stands."""
COMPLAINT = r"\[(WARN|ERROR|FATAL)\]"
SPREAD = 1.0
"""s in which the moment of a fault is drawn."""


def nothing(stage: Stage) -> None:
    """Where a fault ends by itself."""


@dataclass(frozen=True)
class Row:
    """One fault.

    Attributes:
        name: of the row.
        about: what happens, for a table.
        strike: lets it happen to a moving arm; gives the moment, s of CLOCK_MONOTONIC, from which on standing counts.
        relieve: ends it.
        told: pattern of the line in which a node names it; empty where there is nothing to say.
        stands: whether the arm has to come to rest by it.
        lasts: s from the strike to the end of the fault.
        refused: a node refuses to go on, until a person has mended what it named.
        prefixes: words before the commands of nodes, by name, given a folder; the row has a graph of its own then.
        lacking: says what this machine lacks for it; empty where nothing.
        own_network: it is run by another process, in a network of its own (`rows_network`).
    """

    name: str
    about: str
    strike: Callable[[Stage], float]
    relieve: Callable[[Stage], None] = nothing
    told: str = ""
    stands: bool = True
    lasts: float = 0.0
    refused: bool = False
    prefixes: Callable[[Path], Mapping[str, Sequence[str]]] | None = None
    lacking: Callable[[], str] = lambda: ""
    own_network: bool = False


@dataclass
class Outcome:
    """What came of one round; ready for JSON by `asdict`.

    Attributes:
        stood_s: until the arm stood; None where it need not.
        distance_m: on its way.
        speed, turn: the highest until all went on, m/s and rad/s.
        happened, lost, duplicated: transitions, from the beginning of the run on.
        exceeded: limits, in words.
        outcome: whether and how training went on.
        message: what a node said.
        seconds: that the round took.
    """

    stood_s: float | None = None
    distance_m: float = 0.0
    speed: float = 0.0
    turn: float = 0.0
    happened: int = 0
    lost: int = 0
    duplicated: int = 0
    exceeded: list[str] = field(default_factory=list)
    outcome: str = STUCK
    message: str = ""
    seconds: float = 0.0

    @classmethod
    def from_dict(cls, entries: dict[str, Any]) -> "Outcome":
        """What `as_dict` told."""
        return cls(**entries)

    @property
    def stuck(self) -> bool:
        """Whether training did not go on."""
        return self.outcome == STUCK

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled, exceeded, or left undone."""
        return not (self.lost or self.duplicated or self.exceeded or self.stuck)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def run_round(row: Row, stage: Stage) -> Outcome:
    """Let it happen once, at a random moment of a training run whose arm moves."""
    found, entered = Outcome(), time.monotonic()
    stage.forget_deaths()
    watch = Watch(stage.control, entered)
    begun = entered
    try:
        stage.wait_until_training()
        stage.sleep(stage.random.uniform(0, SPREAD))
        stage.wait(stage.acts, "the arm moves")
        begun = time.monotonic()
        watch = Watch(stage.control, begun)
        stage.meanwhile.append(watch.look)
        with ExitStack() as fault:
            fault.callback(row.relieve, stage)
            _strike(row, stage, begun, found)
        by_hand = stage.start_refused()
        stage.wait_until_training()
        stage.wait(lambda: stage.ears.call("save_checkpoint").success, "the learner writes a checkpoint")
        found.happened, found.lost, found.duplicated = stage.account.balance(stage.ears.told)
        found.outcome = BY_HAND if by_hand else RESUMED
    except (SettingError, CheckpointError, OSError) as error:
        found.message = str(error)
    finally:
        if watch.look in stage.meanwhile:
            stage.meanwhile.remove(watch.look)
    watch.read()
    seen = motion(watch.journal, begun)
    found.speed, found.turn = seen.speed, seen.turn
    found.exceeded += seen.exceeded()
    found.seconds = time.monotonic() - entered
    return found


def _strike(row: Row, stage: Stage, begun: float, found: Outcome) -> None:
    """From the fault to its end, with what is seen and said meanwhile.

    Raises:
        Stuck: the arm does not stand where it has to, or nobody says what has to be said.
    """
    fault = row.strike(stage)
    if row.stands:
        _stand(stage, fault, found)
    stage.wait(lambda: time.monotonic() >= begun + row.lasts, "the fault is over")
    if row.told:
        found.message = stage.wait_for_line(row.told, begun)
    else:
        found.message = stage.line(COMPLAINT, begun)
    if row.refused:
        stage.wait(lambda: stage.running.ended, "a node refuses to go on")


def _stand(stage: Stage, fault: float, found: Outcome) -> None:
    def stood() -> Motion | None:
        seen = motion(stage.control.journal(fault), fault)
        return seen if seen.stood is not None else None

    try:
        stage.wait(stood, "the arm stands", STANDING)
    except Stuck:
        found.exceeded.append(f"the arm did not stand within {STANDING:g} s")
        raise
    seen = stood()
    assert seen is not None
    found.stood_s, found.distance_m = seen.stood, seen.distance
