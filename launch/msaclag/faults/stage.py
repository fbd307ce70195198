"""The graph under test: recorder, environment and learner as `msaclag up` runs them; the emulated arm outlives them."""

import os
import re
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from types import TracebackType
from typing import NamedTuple

import psutil

from kinova_pour_env.gen3 import COMMAND_PERIOD
from msaclag.bench.control_graph import ENVIRONMENT, MOVING, with_parameters
from msaclag.faults.account import Account
from msaclag.faults.ears import Ears
from msaclag.graph import NodeDescription, Value, describe
from msaclag.launch_arguments import read_arguments
from msaclag.respawn import Respawn, successor
from msaclag.supervision import Supervision
from msaclag_ros.interruption import undivided
from msaclag_ros.settings import SettingError
from sim_bridge.kortex_emulator.control import EmulatorControl
from sim_bridge.kortex_emulator.process import EmulatorProcess

NAMESPACE = "faults"
LEARNER, ENV, RECORDER = "learner_node", "env_node", "recorder_node"
PATIENCE = 180.0
"""s for whatever is waited for."""
PERIOD = 0.02
"""s between two looks."""
LAST_LINES = 6

EARLY, RECENT = 100, 0.5
"""Steps of an episode of 150 before which a fault may strike, and s since its last transition."""

_ENVIRONMENT: dict[str, Value] = {  # episodes end: endless ones turn the elbow, which only a person brings back
    **{name: value for name, value in ENVIRONMENT.items() if name != "task.max_steps"},
    "task.settle_time": 0.5,
    "emulated.driver.reconnection": 60.0,
}
_LEARNER: dict[str, Value] = {"warmup": 130, "checkpoint_every": 20}


class Line(NamedTuple):
    """What a node said.

    Attributes:
        time: s of CLOCK_MONOTONIC.
        node: its name.
        text: the line.
    """

    time: float
    node: str
    text: str


class Stuck(SettingError):
    """The graph does not come to what is waited for; the message says to what, and what the nodes said last."""


class Stage:
    """The graph, and what is beside it; a context manager.

    Attributes:
        folder: of all its files.
        run_dir: of the run.
        running: its processes.
        control: of the emulated arm.
        ears: what it says.
        lines: what its nodes print.
        account: of what it learned.
        random: of this stage's moments.
        meanwhile: done while something is waited for.
    """

    control: EmulatorControl
    ears: Ears

    def __init__(self, folder: Path, random: Random, prefixes: Mapping[str, Sequence[str]] | None = None) -> None:
        """Nothing runs yet.

        Args:
            folder: for all files.
            random: of moments.
            prefixes: words before the commands of nodes, by name.
        """
        self.folder, self.random = folder, random
        self.run_dir = folder / "run"
        self.lines: list[Line] = []
        self.account = Account(self.run_dir)
        (folder / "log").mkdir(parents=True)
        self.running = Supervision(folder / "log", self.hear)
        self.meanwhile: list[Callable[[], None]] = []
        self._prefixes = prefixes or {}
        self._stack = ExitStack()

    def __enter__(self) -> "Stage":
        with ExitStack() as stack:
            emulator = stack.enter_context(EmulatorProcess())
            self.control = stack.enter_context(EmulatorControl(emulator.port))
            self.ears = stack.enter_context(Ears(NAMESPACE))
            stack.callback(self.running.end)
            for node in _nodes(self.run_dir, emulator.port):
                self.running.start(node, self._prefixes.get(node.name, ()))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with undivided():  # a Ctrl-C meanwhile leaves nobody behind
            self._stack.close()

    # Waiting

    def wait(self, condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
        """Look after the processes until something is so.

        Raises:
            Stuck: it does not come to that.
        """
        latest = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > latest:
                said = "\n".join(f"[{line.node}] {line.text}" for line in self.lines[-LAST_LINES:])
                raise Stuck(f"it is not so within {seconds:g} s that {what}:\n{said}")
            self.running.look_after()
            for look in self.meanwhile:
                look()
            time.sleep(PERIOD)

    def sleep(self, seconds: float) -> None:
        """Let time pass; what dies meanwhile is started again."""
        latest = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() >= latest, "time passes", 2 * seconds + PATIENCE)

    def wait_until_training(self) -> None:
        """Wait until transitions come in, are learned from, and the arm moves.

        Raises:
            Stuck: it does not come to that.
        """
        since, step = time.monotonic(), self.ears.step
        self.wait(
            lambda: self.ears.moved_since(since) >= 5 and self.ears.step not in (0, step) and not self.running.ended,
            "the graph trains",
        )
        self.wait(self.acts, "the arm moves")

    def acts(self) -> bool:
        """Whether the mug moves at this moment, early in an episode."""
        now, ears = time.monotonic(), self.ears
        if not ears.told or now - ears.told[-1].time > RECENT or ears.observations[-1].step >= EARLY:
            return False
        periods = self.control.journal(now - 3 * COMMAND_PERIOD)["periods"]
        return bool(periods) and periods[-1][1] > MOVING

    def wait_for_line(self, pattern: str, since: float, seconds: float = PATIENCE) -> str:
        """Wait until a node prints a line in which the pattern is found, after a time of CLOCK_MONOTONIC.

        Raises:
            Stuck: none does.
        """
        self.wait(lambda: self.line(pattern, since), f"a node says '{pattern}'", seconds)
        return self.line(pattern, since)

    def line(self, pattern: str, since: float) -> str:
        """The first such line, empty where there is none."""
        found = (line.text for line in self.lines if line.time >= since and re.search(pattern, line.text))
        return next(found, "")

    # Doing

    def pid(self, name: str) -> int:
        """Of a node's process."""
        return self.running.processes[name].pid

    def trainer(self) -> psutil.Process:
        """The learner's training process.

        Raises:
            Stuck: it has none.
        """
        children = psutil.Process(self.pid(LEARNER)).children()
        found = next((child for child in children if any("trainer_process" in word for word in child.cmdline())), None)
        if found is None:
            raise Stuck("the learner has no training process")
        return found

    def signal(self, number: signal.Signals, *names: str) -> None:
        """Send a signal to nodes."""
        for name in names:
            with suppress(ProcessLookupError):
                os.kill(self.pid(name), number)

    def kill(self, *names: str) -> None:
        """SIGKILL, and wait until they are gone; nobody is started again before the next look."""
        self.signal(signal.SIGKILL, *names)
        for name in names:
            while self.running.processes[name].exit_code is None:
                time.sleep(0.001)

    def start_refused(self) -> list[str]:
        """As a person does who has mended what a node named: start those again that ended; gives their names."""
        names = list(self.running.ended)
        for name in names:
            ended = self.running.processes[name]
            ended.end()
            self.running.start(successor(ended.node))
        return names

    def forget_deaths(self) -> None:
        """Here nodes die more often than anywhere."""
        self.running.respawn = Respawn()

    def hear(self, node: str, text: str) -> None:
        """Note a line."""
        self.lines.append(Line(time.monotonic(), node, text))


def _nodes(run_dir: Path, port: int) -> list[NodeDescription]:
    given = {
        "arm": "emulated",
        "auto_acknowledge": "true",
        "setting": "2",  # without spillage as a constraint: an untrained policy's episodes last
        "mirror": "false",
        "steps": "1000000",
        "run_dir": str(run_dir),
        "namespace": NAMESPACE,
    }
    own: dict[str, dict[str, Value]] = {
        ENV: {**_ENVIRONMENT, "emulated.port": port, "emulated.own": False},
        LEARNER: _LEARNER,
    }
    nodes = describe(read_arguments("pour_coffee_real", given))
    return [with_parameters(node, own.get(node.name, {})) for node in nodes]
