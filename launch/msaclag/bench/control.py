"""The control of an arm while the learner trains as fast as it can: measured at the emulated arm, by its own journal.

The arm is a process of its own that notes when each call came and how it moved. A stop is timed from the arrival there
of the first twist of the last good action.
"""

import os
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rich.table import Table

from msaclag.bench.control_record import Record, Stop
from msaclag.bench.machine import cores, machine
from msaclag_ros.settings import SettingError

if TYPE_CHECKING:
    from msaclag.bench.control_graph import ControlGraph

AIMS = {
    "period_jitter_p99_ms": 2,
    "action_latency_p50_ms": 4,
    "action_latency_p99_ms": 15,
    "stop_learner_killed_ms": 150,
    "stop_env_frozen_ms": 250,
}
FROZEN, SETTLED = 1.2, 1.5
"""s that the environment is frozen for, less than what its learner takes for its end, and that a soft stop lasts."""
BEFORE, TRIES = 0.5, 5
"""s that are looked at before a stop, and how often it is tried while episodes end just then."""
_ROWS = (
    "period_jitter_p50_ms",
    "period_jitter_p99_ms",
    "period_jitter_max_ms",
    "action_latency_p50_ms",
    "action_latency_p99_ms",
    "action_latency_max_ms",
    "stop_learner_killed_ms",
    "soft_stop_ramp_ms",
    "stop_env_frozen_ms",
    "guard_stop_ramp_ms",
    "updates_per_s",
)


class Plan(NamedTuple):
    """How much to measure."""

    seconds: float
    """Of the stream."""
    frozen: int
    killed: int


FULL, QUICK = Plan(40.0, 5, 3), Plan(5.0, 1, 1)


def measure(threads: int | None, quick: bool, tell: Callable[[str], object]) -> dict[str, Any]:
    """All figures, ready for JSON. Of each kind of stop the median, and under `worst` the longest.

    Raises:
        SettingError: there is no ROS here, or the graph does not come to what is measured.
    """
    if not find_spec("rclpy"):
        raise SettingError("bench control starts the graph, for which ROS is missing here: see README.md")
    from msaclag.bench.control_graph import ControlGraph

    plan, threads = QUICK if quick else FULL, threads or cores()
    about = {"quick": quick, "machine": machine(), "threads": threads}
    with TemporaryDirectory() as folder:
        tell("the graph starts")
        with ControlGraph(Path(folder) / "run", threads) as graph:
            graph.wait_until_training()
            start = time.monotonic()
            tell("the stream")
            time.sleep(plan.seconds)
            stream, updates = graph.record(start), graph.updates_per_second(start)
            frozen = [_frozen(graph, tell, f"{number}/{plan.frozen}") for number in range(1, plan.frozen + 1)]
            killed = [_killed(graph, tell, f"{number}/{plan.killed}") for number in range(1, plan.killed + 1)]
    stops = {
        "stop_learner_killed_ms": [stop.takes_hold for stop in killed],
        "soft_stop_ramp_ms": [stop.ramp for stop in killed],
        "stop_env_frozen_ms": [stop.takes_hold for stop in frozen],
        "guard_stop_ramp_ms": [stop.ramp for stop in frozen],
    }
    return {
        **about,
        **quantiles("period_jitter", stream.jitter()),
        **quantiles("action_latency", stream.latencies()),
        **{name: float(np.median(values)) for name, values in stops.items()},
        "worst": {name: max(values) for name, values in stops.items()},
        "repetitions": {"stop_learner_killed": plan.killed, "stop_env_frozen": plan.frozen},
        "periods": len(stream.jitter()),
        "actions": len(stream.latencies()),
        "updates_per_s": updates,
        "load_average_after": os.getloadavg(),
    }


def _frozen(graph: "ControlGraph", tell: Callable[[str], object], number: str) -> Stop:
    def freeze() -> tuple[Record, Stop | None]:
        tell(f"the environment freezes, {number}")
        graph.wait_until_moving()
        since = time.monotonic() - BEFORE
        frozen = graph.freeze_environment(FROZEN)
        record = graph.record(since)
        return record, record.stop_by_another(frozen)

    return in_an_episode(freeze)


def _killed(graph: "ControlGraph", tell: Callable[[str], object], number: str) -> Stop:
    def kill() -> tuple[Record, Stop | None]:
        tell(f"the learner is killed, {number}")
        graph.wait_until_training()
        since = time.monotonic() - BEFORE
        graph.kill_learner()
        time.sleep(SETTLED)
        record = graph.record(since)
        graph.start_learner()
        return record, record.stop_of_a_silent_learner()

    return in_an_episode(kill)


def in_an_episode(measure: Callable[[], tuple[Record, Stop | None]]) -> Stop:
    """The stop, measured again when an episode happened to end just then."""
    for _ in range(TRIES):
        record, stop = measure()
        if not record.ends_an_episode:
            if stop is None:
                raise SettingError("the arm did not come to a stop as it should: is this machine too busy?")
            return stop
    raise SettingError(f"{TRIES} times on end an episode ended when the arm should stop: is this machine too busy?")


def quantiles(name: str, values: Sequence[float]) -> dict[str, float]:
    """Median, 99 % and the most of values in ms, by the names under which they are told.

    Raises:
        SettingError: there are none.
    """
    if not values:
        raise SettingError("no two steps followed each other in time: is this machine too busy?")
    found = np.percentile(values, (50, 99, 100)).tolist()
    return {f"{name}_{label}_ms": value for label, value in zip(("p50", "p99", "max"), found, strict=True)}


def table(figures: dict[str, Any]) -> Table:
    """The figures for a person."""
    machine, worst = figures["machine"], figures["worst"]
    shown = Table(title=f"{machine['cpu']} ({machine['cores']} cores)", caption="stops: the median of several")
    for heading in ("", "measured", "worst", "aim"):
        shown.add_column(heading, justify="right" if heading else "left")
    for name in _ROWS:
        longest = f"{worst[name]:.0f}" if name in worst else ""
        shown.add_row(name, f"{figures[name]:.4g}", longest, f"{AIMS[name]}" if name in AIMS else "")
    return shown
