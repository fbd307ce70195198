"""Nothing that happened is lost or learned from twice: the graph's own nodes, killed and started again."""

import dataclasses
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
import torch
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.serialization import deserialize_message

from kinova_pour_env.transition_segment import read_segment
from msaclag.cli import main
from msaclag.graph import NodeDescription, describe
from msaclag.launch_arguments import read_arguments
from msaclag.node_process import NodeProcess
from msaclag_learner import checkpoint
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.experience import Experience
from msaclag_learner.experience_log import ExperienceLog, Mark
from msaclag_msgs.msg import LearnerStatus, Transition
from msaclag_ros.interface import TOPICS

pytestmark = [pytest.mark.graph, pytest.mark.slow]
STEPS = 420


class Graph:
    """Learner and environment, each of which may be killed and started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lines = folder, list[str]()
        given = {"run_dir": str(folder), "steps": str(STEPS), "evaluation_episodes": "1", "pours": "0"}
        nodes = describe(read_arguments("pour_coffee_sim", {**given, "record": "false", "namespace": "durable"}))
        self.nodes = {node.name: node for node in nodes}
        few = {"warmup": 130, "checkpoint_every": 40}
        self.nodes["learner_node"] = with_parameters(self.nodes["learner_node"], few)
        self.running: dict[str, NodeProcess] = {}
        self.step = 0

    def start(self, name: str, **parameters: Any) -> None:
        node = with_parameters(self.nodes[name], parameters)
        self.running[name] = NodeProcess(node, self.folder.parent / f"{name}.log", self._say)

    def kill(self, name: str) -> None:
        os.kill(self.running[name].pid, signal.SIGKILL)
        self.running[name].end()

    def end(self) -> None:
        for process in self.running.values():
            process.end()

    def on_status(self, status: LearnerStatus) -> None:
        self.step = status.step

    def _say(self, name: str, line: str) -> None:
        self.lines.append(f"[{name}] {line}")


def with_parameters(node: NodeDescription, parameters: dict[str, Any]) -> NodeDescription:
    return dataclasses.replace(node, parameters={**node.parameters, **parameters})


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    made = Graph(tmp_path / "run")
    yield made
    made.end()
    print("\n".join(made.lines))


@pytest.fixture
def wait(graph: Graph, ros_domain: int) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """Waits for a condition, hearing the learner's status meanwhile."""
    context = rclpy.Context()
    rclpy.init(args=[], context=context)
    node = Node("listener", namespace="durable", context=context)
    node.create_subscription(LearnerStatus, "learner_status", graph.on_status, TOPICS["learner_status"].qos)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)

    def until(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 150
        while not condition():
            assert time.monotonic() < deadline, "it did not come to that"
            executor.spin_once(0.1)

    yield until
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown(context=context)


def logged(folder: Path) -> list[Transition]:
    segments = [read_segment(file) for file in sorted((folder / "transitions").glob("*.mcap"))]
    return [deserialize_message(data, Transition) for segment in segments for _, data in segment.transitions]


def experience_of(folder: Path) -> Experience:
    """What the run took in, in its order."""
    about = checkpoint.read_about(folder / checkpoint.FILE)
    sizes = about["state_size"], about["action_size"]
    experience = Experience([AlgorithmConfig()], *sizes, 10_000)
    for transitions, first_states in ExperienceLog(folder, experience.layout).read(Mark.from_dict(about["experience"])):
        experience.extend(transitions)
        experience.extend_first_states(first_states)
    return experience


def assert_replay_equals(folder: Path) -> None:
    """Buffers that are rebuilt from the log are those of the run, to the bit."""
    again = folder.parent / "replayed"
    assert main(["replay", str(folder / "transitions"), "--run-dir", str(again), "--updates-per-step", "0.1"]) == 0
    live, replayed = experience_of(folder), experience_of(again)
    assert live.sizes() == replayed.sizes()
    for name in ("replay", "safety"):
        for one, other in zip(getattr(live, name)(), getattr(replayed, name)(), strict=True):
            assert torch.equal(one, other)
    assert torch.equal(live.initial(), replayed.initial())
    assert checkpoint.read_about(again / checkpoint.FILE)["updates"] > 20


def test_every_transition_is_learned_from_once_whoever_is_killed(graph: Graph, wait: Callable[..., None]) -> None:
    graph.start("env_node")
    graph.start("learner_node")
    wait(lambda: graph.step > 150)
    graph.kill("env_node")
    graph.start("env_node")
    wait(lambda: graph.step > 220)
    graph.kill("learner_node")
    graph.start("learner_node", resume=True)
    wait(lambda: graph.step > 290)
    for name in ("learner_node", "env_node"):
        graph.kill(name)
    graph.start("env_node")
    graph.start("learner_node", resume=True)
    wait(lambda: graph.running["learner_node"].exit_code is not None)
    assert graph.running["learner_node"].exit_code == 0

    log = logged(graph.folder)
    assert_replay_equals(graph.folder)
    assert [each.seq for each in log] == list(range(1, len(log) + 1))
    happened = [each.reward for each in log if not each.evaluation and (each.duration > 0 or each.cost)]
    assert len(happened) >= STEPS
    assert experience_of(graph.folder).replay().rewards.tolist() == np.float32(happened).tolist()
    ended = [each.terminated or each.truncated for each in log]
    begins = [number for number, each in enumerate(log) if each.step == 0]
    assert all(ended[number - 1] for number in begins if number)
