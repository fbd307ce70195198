"""What the console costs the control of an arm: the same stream with it and without it, in turn.

It is watched meanwhile, by what takes in all that a browser would and draws nothing: a browser that draws belongs on
another computer than the arm's control.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import psutil
from rich.table import Table

from kinova_pour_env.gen3 import COMMAND_PERIOD
from msaclag.bench.control import quantiles
from msaclag.bench.machine import cores, machine
from msaclag.intervals import over_seeds
from msaclag_ros.settings import SettingError

if TYPE_CHECKING:
    from msaclag.bench.control_graph import ControlGraph

PATIENCE = 90.0
"""s for the console to start, and to know the environment."""
TRIES, WHOLE = 8, 0.9
"""A stretch is measured again where the arm moved by actions for less than this share of it: it was reset then."""

_ROWS = (
    "period_jitter_p50_ms",
    "period_jitter_p99_ms",
    "period_jitter_max_ms",
    "action_latency_p50_ms",
    "action_latency_p99_ms",
    "updates_per_s",
)


class Plan(NamedTuple):
    """How much to measure."""

    pairs: int
    seconds: float
    """Of each stretch; a pair has one with and one without."""


FULL, QUICK = Plan(8, 20.0), Plan(2, 5.0)


class Watch(NamedTuple):
    """A console that is looked at.

    Attributes:
        process: its own.
        taken: bytes that came to the onlooker, one entry a message.
    """

    process: psutil.Process
    taken: list[int]


def measure(threads: int | None, quick: bool, tell: Callable[[str], object]) -> dict[str, Any]:
    """All figures, ready for JSON: of each stretch, the means, and the difference that the console makes.

    Raises:
        SettingError: there is no ROS here, or the graph or the console does not come to what is measured.
    """
    if not find_spec("rclpy"):
        raise SettingError("bench console starts the graph, for which ROS is missing here: see README.md")
    from msaclag.bench.control_graph import ControlGraph

    plan, threads = QUICK if quick else FULL, threads or cores()
    about = {"quick": quick, "machine": machine(), "threads": threads, "seconds": plan.seconds}
    stretches: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    with TemporaryDirectory() as folder:
        tell("the graph starts")
        with ControlGraph(Path(folder) / "run", threads) as graph:
            graph.wait_until_training()
            for pair in range(plan.pairs):
                for watched in (False, True) if pair % 2 else (True, False):
                    tell(f"pair {pair + 1}/{plan.pairs}, {'with' if watched else 'without'} the console")
                    stretches[watched].append(_stretch(graph, plan.seconds, watched))
    return {
        **about,
        "without": stretches[False],
        "with": stretches[True],
        "difference": {name: _difference(stretches, name) for name in _ROWS},
        "load_average_after": os.getloadavg(),
    }


def _stretch(graph: "ControlGraph", seconds: float, watched: bool) -> dict[str, float]:
    with _console() if watched else nullcontext() as watch:
        for _ in range(TRIES):
            graph.wait_until_moving()
            used, seen, start = _used(watch), len(watch.taken) if watch else 0, time.monotonic()
            time.sleep(seconds)
            took, share = time.monotonic() - start, (_used(watch) - used)
            record, updates = graph.record(start), graph.updates_per_second(start)
            pictures = float(len(watch.taken) - seen) if watch else 0.0
            if sum(each.commands for each in record.executed) * COMMAND_PERIOD > WHOLE * seconds:
                break
        else:
            raise SettingError(f"of {TRIES} stretches none was free of a reset: is this machine too busy?")
    return {
        **quantiles("period_jitter", record.jitter()),
        **quantiles("action_latency", record.latencies()),
        "updates_per_s": updates,
        "console_cpu_share": share / took,
        "messages_to_the_onlooker": pictures,
    }


@contextmanager
def _console() -> Iterator[Watch]:
    from msaclag.bench.control_graph import NAMESPACE, free_port

    port = free_port()
    command = [sys.executable, "-m", "msaclag", "console", "--namespace", NAMESPACE, "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        taken: list[int] = []
        onlooker = Thread(target=_look_on, args=(port, taken), daemon=True)
        onlooker.start()
        latest = time.monotonic() + PATIENCE
        while len(taken) < 20:  # by then it has drawn the arm, and moves it
            if process.poll() is not None or time.monotonic() > latest:
                raise SettingError("the console does not start: see `msaclag console`")
            time.sleep(0.1)
        yield Watch(psutil.Process(process.pid), taken)
    finally:
        process.terminate()
        process.wait()


def _look_on(port: int, taken: list[int]) -> None:
    """Take in all that a browser would be told, until the console ends."""
    import msgspec
    import viser
    from viser._messages import ViewerCameraMessage
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect
    from websockets.typing import Subprotocol

    camera = ViewerCameraMessage(
        wxyz=(1.0, 0.0, 0.0, 0.0),
        position=(1.0, 0.0, 0.0),
        fov=1.0,
        near=0.1,
        far=10.0,
        image_height=600,
        image_width=800,
        look_at=(0.0, 0.0, 0.0),
        up_direction=(0.0, 0.0, 1.0),
    )
    latest = time.monotonic() + PATIENCE
    while time.monotonic() < latest:
        try:
            with connect(
                f"ws://127.0.0.1:{port}",
                subprotocols=[Subprotocol(f"viser-v{viser.__version__}")],
                max_size=None,
            ) as page:
                page.send(msgspec.msgpack.encode(camera.as_serializable_dict()))
                for message in page:
                    taken.append(len(message))
            return
        except ConnectionClosed:
            return
        except OSError:  # not there yet
            time.sleep(0.1)


def _used(watch: Watch | None) -> float:
    """S of a core that the console has used."""
    return sum(watch.process.cpu_times()[:2]) if watch is not None else 0.0


def _difference(stretches: dict[bool, list[dict[str, float]]], name: str) -> dict[str, Any]:
    """With less without, pair by pair: the mean and its 95 % interval."""
    pairs = zip(stretches[True], stretches[False], strict=True)
    mean, low, high = map(float, over_seeds([with_it[name] - without[name] for with_it, without in pairs]))
    return {"mean": mean, "interval": [low, high]}


def table(figures: dict[str, Any]) -> Table:
    """The figures for a person."""
    machine = figures["machine"]
    share = np.mean([stretch["console_cpu_share"] for stretch in figures["with"]])
    shown = Table(
        title=f"{machine['cpu']} ({machine['cores']} cores)",
        caption=f"{len(figures['with'])} pairs of {figures['seconds']:g} s; the console used {share:.2f} cores",
    )
    for heading in ("", "without", "with", "difference [95 %]"):
        shown.add_column(heading, justify="right" if heading else "left")
    for name in _ROWS:
        without, with_it = (np.mean([each[name] for each in figures[kind]]) for kind in ("without", "with"))
        difference = figures["difference"][name]
        low, high = difference["interval"]
        shown.add_row(name, f"{without:.4g}", f"{with_it:.4g}", f"{difference['mean']:+.3g} [{low:+.3g}, {high:+.3g}]")
    return shown
