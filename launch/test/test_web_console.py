"""The console in a real browser: a real environment on the twin, real DDS, and a pourer in place of a learner."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future

from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene
from msaclag import cli
from msaclag.graph import describe
from msaclag.launch_arguments import read_arguments
from msaclag.node_process import NodeProcess
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import LearnerStatus, Observation, PolicyAction
from msaclag_ros.diagnostics import OK, Health, publish_health
from msaclag_ros.endpoints import publisher, subscribe

pytestmark = [pytest.mark.graph, pytest.mark.slow]

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKEN = "0123456789abcdef"
PATIENCE = 60_000
"""ms: a page that draws in software on a busy machine takes its time."""


class Pourer(Node):
    """Asks for episodes and pours in them, at the speed of life, as a learner in evaluation would."""

    def __init__(self, context: rclpy.Context) -> None:
        super().__init__("learner_node", context=context)
        self._policy = Demonstrator(Scene(), PourCoffeeConfig.preset("1", "shaped"))
        self._action = publisher(self, "action")
        self._status = publisher(self, "learner_status")
        subscribe(self, "observation", self._on_observation)
        self._reset = ActionClient(self, ResetEpisode, "reset_episode")
        self._held: Observation | None = None
        self._asking = False
        self._answered = 0.0
        self._step = 0
        self.create_timer(0.1, self._go_on)
        publish_health(self, lambda: Health(OK, "pours", {"step": self._step}))

    def _on_observation(self, message: Observation) -> None:
        self._held = message

    def _go_on(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._answered = time.monotonic()
            self._step += 1
            self._answer(held)
        elif not self._asking and time.monotonic() - self._answered > 2 and self._reset.server_is_ready():
            self._asking = True
            accepted = self._reset.send_goal_async(ResetEpisode.Goal(learner="pourer"))
            accepted.add_done_callback(
                lambda handle: handle.result().get_result_async().add_done_callback(self._on_first_state)
            )

    def _on_first_state(self, result: Future) -> None:
        self._asking, self._answered = False, time.monotonic()
        if result.result().result.code == ResetEpisode.Result.OK:
            self._held = result.result().result.first_observation

    def _answer(self, asked: Observation) -> None:
        values = self._policy(np.array(asked.values, np.float32))
        answer = PolicyAction(episode=asked.episode, step=asked.step, values=values.tolist())
        answer.header.stamp = asked.header.stamp
        self._action.publish(answer)
        share = self._step / 20_000
        self._status.publish(
            LearnerStatus(
                phase="training",
                algorithm="meta_sac_lag",
                step=self._step,
                steps=20_000,
                updates=self._step,
                threshold=1 - 0.1 * share,
                multiplier=10 - share,
                temperature=float(np.exp(-3 * share)),
            )
        )


@pytest.fixture
def graph(
    ros_domain: int, spinning: Callable[..., AbstractContextManager[None]], tmp_path: Path
) -> Iterator[NodeProcess]:
    """An environment on the twin, and somebody who pours."""
    given = {"run_dir": str(tmp_path / "run"), "record": "false"}
    described = {node.name: node for node in describe(read_arguments("pour_coffee_sim", given))}
    (tmp_path / "run").mkdir()
    context = rclpy.Context()
    rclpy.init(args=[], context=context)
    environment = NodeProcess(described["env_node"], tmp_path / "env.log", lambda name, line: None)
    node = Pourer(context)
    with spinning(node):
        yield environment
    environment.end()
    node.destroy_node()
    rclpy.shutdown(context=context)


@pytest.fixture
def console(ros_domain: int, tmp_path: Path, unused_port: int) -> Iterator[str]:
    """`msaclag console` with a token; gives its address."""
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    token.chmod(0o600)
    yield from served(unused_port, "--token-file", str(token))


@pytest.fixture
def onlooker(ros_domain: int, unused_port: int) -> Iterator[str]:
    """`msaclag console` without one."""
    yield from served(unused_port)


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def served(port: int, *options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "msaclag", "console", "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    assert any(f"http://localhost:{port}" in line for line in process.stdout)
    yield f"http://localhost:{port}"
    assert os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130


@pytest.fixture
def browser() -> Iterator[Any]:
    """Chromium, with nothing kept from before."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium in {CHROMIUM}")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Callable[[str], Any]:
    """Opens an address in a page of its own, which may load nothing from elsewhere."""

    def visited(address: str) -> Any:
        page = browser.new_page(viewport={"width": 1400, "height": 860})
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: asked_for.append(request.url))
        page.goto(f"{address}/?fixedDpr=0.5")
        return page

    asked_for: list[str] = []
    yield visited
    assert asked_for
    assert not [url for url in asked_for if not re.match(r"(https?|ws)://localhost[:/]|data:|blob:", url)]


def test_who_only_looks_on_is_told_so(onlooker, visit):
    page = visit(onlooker)
    page.get_by_text("Nothing is heard", exact=True).wait_for()
    page.get_by_text(re.compile("They replace no hardware emergency stop")).wait_for()
    page.get_by_text(re.compile("Read-only: started without a token")).wait_for()
    assert page.get_by_role("button", name="Soft stop").count() == 0


def test_a_person_stops_and_acknowledges_from_the_page(graph, console, visit):
    page = visit(console)
    page.get_by_text("PyBullet twin, setting 1").wait_for()
    page.get_by_text("Training", exact=True).wait_for()
    page.get_by_text("joint limits").wait_for()

    page.get_by_role("textbox").fill("fedcba9876543210")
    page.get_by_role("button", name="Take control").click()
    page.get_by_text("That is not the token: still read-only.").wait_for()
    page.get_by_role("textbox").fill(TOKEN)
    page.get_by_role("button", name="Take control").click()
    page.get_by_role("button", name="Soft stop").click()
    page.get_by_text(re.compile("Soft stop: the episode or reset is interrupted")).wait_for()

    assert cli.main(["call", "emergency_stop"]) == 0
    page.get_by_text("The arm stands and waits for a person").wait_for()
    page.get_by_role("button", name=re.compile("Acknowledge")).click()
    page.get_by_text(re.compile("Acknowledge: acknowledged: emergency stop asked for by service")).wait_for()
    page.get_by_text("Training", exact=True).wait_for()
    page.get_by_text("Episodes", exact=True).click()
    page.get_by_text(re.compile("emergency stop.*asked for by service")).first.wait_for()

    graph.end()
    page.get_by_text(re.compile("env_node is silent for|Nothing is heard")).wait_for()
