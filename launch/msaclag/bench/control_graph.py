"""The graph that `msaclag bench control` measures: environment with emulated arm, and learner, as processes."""

import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, NamedTuple

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.time import Time

from kinova_pour_env.gen3 import COMMAND_PERIOD
from msaclag.bench.control_record import Asked, Record, Told
from msaclag.graph import NodeDescription, Value, describe
from msaclag.launch_arguments import read_arguments
from msaclag.node_process import NodeProcess
from msaclag_msgs.msg import LearnerStatus, Observation, Transition
from msaclag_ros.interface import TOPICS
from msaclag_ros.settings import SettingError
from sim_bridge.kortex_emulator.control import EmulatorControl

NAMESPACE = f"bench_control_{os.getpid()}"
"""Its own, for a graph left over in the same ROS domain has the same topics."""
CHECKPOINT = "checkpoint.safetensors"
MOVING = 0.05
"""m/s: slower, and a stop would be none."""
IN_A_ROW, RECENT = 4, 0.5
"""Steps of an episode that tell of it, and s that they may take."""
PATIENCE = 60.0
"""s for whatever is waited for."""
SILENT = 2.5
"""s after which a killed learner is known to be gone."""
LAST_LINES = 8

ENVIRONMENT: dict[str, Value] = {
    "task.max_steps": 600,
    "task.settle_time": 0.2,
    "emulated.driver.retreat_speed": 0.25,
    "emulated.driver.retreat_turn": 1.0,
    "emulated.driver.home_speed": 0.8,
}
"""Long episodes and fast resets: neither is what is measured."""
_LEARNER: dict[str, Value] = {"warmup": 130, "updates_per_step": 100.0, "checkpoint_every": 50}


class Updates(NamedTuple):
    """How far a learner had come.

    Attributes:
        time: s of CLOCK_MONOTONIC.
        made: its updates.
    """

    time: float
    made: int


class ControlGraph:
    """Both processes, and what they publish; a context manager.

    Attributes:
        control: of the emulated arm, with its journal.
    """

    control: EmulatorControl

    def __init__(self, folder: Path, threads: int) -> None:
        """Start both.

        Args:
            folder: for what the learner writes.
            threads: of its training.

        Raises:
            SettingError: a node is not installed, or does not start.
        """
        self._folder = folder
        self._lines: list[str] = []
        port = free_port()
        nodes = _nodes(folder)
        self._environment_node = with_parameters(nodes["env_node"], {**ENVIRONMENT, "emulated.port": port})
        self._learner_node = with_parameters(nodes["learner_node"], {**_LEARNER, "threads": threads})
        self._listener = _Listener()
        self._environment = self._start(self._environment_node)
        self._learner = self._start(self._learner_node)
        try:
            self._wait(lambda: self._listener.hears_environment, "starts")
            self.control = EmulatorControl(port)
        except SettingError:
            self._end()
            raise

    def __enter__(self) -> "ControlGraph":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.control.close()
        self._end()

    def wait_until_training(self) -> None:
        """Wait until the learner makes updates, with a checkpoint to go on from, in an episode in which the arm moves.

        Raises:
            SettingError: it does not come to that.
        """
        since = time.monotonic()
        self._wait(lambda: len({each.made for each in self._listener.updates if each.time > since}) > 2, "trains")
        self._wait((self._folder / CHECKPOINT).exists, "writes a checkpoint")
        self.wait_until_moving()

    def wait_until_moving(self) -> None:
        """Wait for an arm that moves in the midst of an episode.

        Raises:
            SettingError: it does not come to that.
        """
        self._wait(lambda: self._listener.in_an_episode and self._moves(), "moves the arm")

    def freeze_environment(self, seconds: float) -> float:
        """SIGSTOP to the environment, SIGCONT so many s later; the time of the first."""
        frozen = time.monotonic()
        os.kill(self._environment.pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(self._environment.pid, signal.SIGCONT)
        return frozen

    def kill_learner(self) -> None:
        """SIGKILL."""
        os.kill(self._learner.pid, signal.SIGKILL)

    def start_learner(self) -> None:
        """Another one goes on from the checkpoint."""
        time.sleep(SILENT)
        self._learner.end()
        self._learner_node = with_parameters(self._learner_node, {"resume": True})
        self._learner = self._start(self._learner_node)

    def record(self, since: float) -> Record:
        """What happened after a time of CLOCK_MONOTONIC."""
        listener = self._listener
        return Record(
            self.control.journal(since),
            [each for each in list(listener.asked) if each.time > since],
            [each for each in list(listener.told) if each.time > since],
        )

    def updates_per_second(self, since: float) -> float:
        """Mean after a time of CLOCK_MONOTONIC.

        Raises:
            SettingError: nothing was heard of the learner.
        """
        heard = [each for each in list(self._listener.updates) if each.time > since]
        if len(heard) < 2:
            raise SettingError("the learner says nothing: the machine is too slow for this measurement")
        return (heard[-1].made - heard[0].made) / (heard[-1].time - heard[0].time)

    def _start(self, node: NodeDescription) -> NodeProcess:
        return NodeProcess(node, self._folder.parent / f"{node.name}.log", lambda _, line: self._lines.append(line))

    def _moves(self) -> bool:
        periods = self.control.journal(time.monotonic() - 3 * COMMAND_PERIOD)["periods"]
        return bool(periods) and periods[-1][1] > MOVING

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        latest = time.monotonic() + PATIENCE
        while not condition():
            gone = [
                process.node.name for process in (self._environment, self._learner) if process.exit_code is not None
            ]
            if gone or time.monotonic() > latest:
                said = "\n".join(self._lines[-LAST_LINES:])
                why = f"{gone[0]} has ended" if gone else f"it is not so that the graph {what}"
                raise SettingError(f"the graph cannot be measured: {why}:\n{said}")
            time.sleep(0.02)

    def _end(self) -> None:
        for process in (self._learner, self._environment):
            process.end()
        self._listener.close()


class _Listener:
    """Hears both nodes in a thread of its own, and notes when they published."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.told: list[Told] = []
        self.updates: list[Updates] = []
        self._ahead = time.time() - time.monotonic()
        self._context = rclpy.Context()
        rclpy.init(args=[], context=self._context)
        self._node = Node("_bench", namespace=NAMESPACE, context=self._context, start_parameter_services=False)
        for name, hear in (
            ("observation", self._on_observation),
            ("transition", self._on_transition),
            ("learner_status", self._on_status),
        ):
            self._node.create_subscription(TOPICS[name].type, name, hear, TOPICS[name].qos)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._thread = Thread(target=self._executor.spin, name="listener")
        self._thread.start()

    @property
    def hears_environment(self) -> bool:
        """Whether it publishes."""
        return self._node.count_publishers("observation") > 0

    @property
    def in_an_episode(self) -> bool:
        """Whether its last steps came one behind the other, and just now; in a reset the arm moves too."""
        steps = self.told[-IN_A_ROW:]
        return (
            len(steps) == IN_A_ROW
            and not any(each.last for each in steps)
            and steps[-1].time - steps[0].time < RECENT
            and time.monotonic() - steps[-1].time < RECENT
        )

    def close(self) -> None:
        """Hear no more."""
        self._executor.shutdown()
        self._thread.join()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _on_observation(self, message: Observation) -> None:
        self.asked.append(Asked(message.episode, message.step, self._time(message)))

    def _on_transition(self, message: Transition) -> None:
        commands, last = round(message.duration / COMMAND_PERIOD), message.terminated or message.truncated
        self.told.append(Told(message.episode, message.step, self._time(message), commands, last))

    def _on_status(self, message: LearnerStatus) -> None:
        self.updates.append(Updates(self._time(message), message.updates))

    def _time(self, message: Observation | Transition | LearnerStatus) -> float:
        return float(1e-9 * Time.from_msg(message.header.stamp).nanoseconds - self._ahead)


def _nodes(folder: Path) -> dict[str, NodeDescription]:
    given: dict[str, Any] = {
        "arm": "emulated",
        "auto_acknowledge": "true",
        "setting": "2",  # without spillage as a constraint: an untrained policy's episodes last
        "record": "false",
        "steps": "1000000",
        "run_dir": str(folder),
        "namespace": NAMESPACE,
    }
    return {node.name: node for node in describe(read_arguments("pour_coffee_real", given))}


def with_parameters(node: NodeDescription, parameters: dict[str, Value]) -> NodeDescription:
    """The node with these parameters too, or instead."""
    return replace(node, parameters={**node.parameters, **parameters})


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
