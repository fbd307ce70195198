"""Each fault of the arm, the environment a process: the arm stands, a person is told, and nothing moves unasked."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any, NamedTuple

import numpy as np
import pytest
import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger

from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import Observation, PolicyAction, SafetyViolation
from msaclag_ros.interface import RESET_ACTION, SERVICES, TOPICS

EmulatorControl = pytest.importorskip("sim_bridge.kortex_emulator.control").EmulatorControl
EmulatorProcess = pytest.importorskip("sim_bridge.kortex_emulator.process").EmulatorProcess

pytestmark = [pytest.mark.slow, pytest.mark.graph]

Result = ResetEpisode.Result
ERROR = b"\x02"
IN_FAULT, READY = 4, 7
MOVES = 0.05
"""m/s."""
BRAKING = 1.5
"""s, the soft stop included."""
PARAMETERS = {
    "arm": "emulated",
    "scene.start_spread": 0.0,
    "task.settle_time": 0.0,
    "task.max_steps": 1000,
    "emulated.own": "false",  # it outlives the environment
    "emulated.driver.retreat_speed": 0.25,
    "emulated.driver.home_speed": 0.8,
    "emulated.driver.call_timeout": 1.0,
}


class Fault(NamedTuple):
    """What goes wrong on a moving arm.

    Attributes:
        inject: lets it.
        told: pattern of what the diagnostics say.
        violates: a violation is published.
        locks: a reset is refused until somebody has acknowledged.
        over: what has to be undone by hand first.
    """

    inject: Callable[[Any], None]
    told: str
    violates: bool = False
    locks: bool = True
    over: Callable[[Any], None] = lambda control: None


FAULTS = {
    "fault bank": Fault(lambda arm: arm.fault(bank_a=0x100000), "maximum force at the end effector"),
    "button": Fault(lambda arm: arm.press_estop(), "emergency line activated", over=lambda arm: arm.release_estop()),
    "frozen feedback": Fault(lambda arm: arm.freeze_feedback(0.6), "feedback has been the same", violates=True),
    "old feedback": Fault(
        lambda arm: arm.delay_feedback(1.0), "readings are .* m from", violates=True, over=lambda arm: arm.behave()
    ),
    "saturated": Fault(
        lambda arm: arm.saturate(0.02), "holds the arm back", violates=True, over=lambda arm: arm.behave()
    ),
    "lost twist": Fault(
        lambda arm: arm.lose_calls("SendTwistCommand"), "no answer from the arm|no command", violates=True
    ),
    "late answers": Fault(
        lambda arm: arm.delay_calls(0.3, "SendTwistCommand"),
        "no answer from the arm|no command",
        violates=True,
        over=lambda arm: arm.behave(),
    ),
    "refused twist": Fault(lambda arm: arm.fail_calls("SendTwistCommand", 75), "wrong servoing mode"),
    "lost session": Fault(lambda arm: arm.drop_session(), "does not know the session", locks=False),
    "cut connection": Fault(lambda arm: arm.disconnect(), "no answer from the arm|no command", violates=True),
    # A person has taken the arm by joystick: nobody but a person says that it is free again.
    "another session": Fault(
        lambda arm: arm.steal_session(), "another session controls the arm", over=lambda arm: arm.return_session()
    ),
}


class Driver:
    """In the learner's place: it moves the mug to and fro as long as it is asked."""

    def __init__(self, begun: "Callable[[], subprocess.Popen[str]]", control: Any) -> None:
        self.begun, self.control = begun, control
        self.environment = begun()
        self.context = rclpy.Context()
        rclpy.init(args=[], context=self.context)
        self.node = Node("driver", context=self.context)
        self.heard: dict[str, list[Any]] = defaultdict(list)
        for name in ("transition", "safety_violation", "diagnostics"):
            self.node.create_subscription(TOPICS[name].type, name, self.heard[name].append, TOPICS[name].qos)
        self.action = self.node.create_publisher(PolicyAction, "action", TOPICS["action"].qos)
        self.violation = self.node.create_publisher(SafetyViolation, "safety_violation", TOPICS["safety_violation"].qos)
        self.node.create_subscription(Observation, "observation", self.answer, TOPICS["observation"].qos)
        self.client = ActionClient(self.node, RESET_ACTION[1], RESET_ACTION[0])
        self.services = {name: self.node.create_client(Trigger, name) for name in SERVICES if "fetch" not in name}
        self.phase = ""
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.thread = Thread(target=self.executor.spin)
        self.thread.start()
        self.wait_for_environment()

    def wait_for_environment(self) -> None:
        assert self.client.wait_for_server(60)
        wait(lambda: self.action.get_subscription_count() and self.node.count_publishers("transition"))

    def close(self) -> None:
        self.executor.shutdown()
        self.thread.join()
        self.node.destroy_node()  # else it lives on in the domain that other modules of this worker have too
        rclpy.shutdown(context=self.context)

    def answer(self, asked: Observation) -> None:
        direction = 1.0 if asked.step // 10 % 2 == 0 else -1.0
        message = PolicyAction(episode=asked.episode, step=asked.step, values=[0.0, 0.5 * direction, 0.0, 0.0])
        message.header.stamp = asked.header.stamp
        self.action.publish(message)

    def begin_reset(self) -> Any:
        self.phase = ""
        goal = ResetEpisode.Goal(learner="driver")
        accepted = self.spun(lambda: self.client.send_goal_async(goal, feedback_callback=self.on_phase))
        return self.spun(finished(accepted).get_result_async)

    def spun(self, call: Callable[[], Any]) -> Any:
        """What a call returns in the executor's thread: an answer that comes too soon breaks rclpy's action client."""
        return finished(self.executor.create_task(call))

    def on_phase(self, message: Any) -> None:
        self.phase = message.feedback.phase

    def end_reset(self, future: Any) -> Any:
        """Beside it stands a person who acknowledges whatever waits for that."""
        acknowledged = ""
        deadline = time.monotonic() + 25
        while not future.done():
            assert time.monotonic() < deadline, f"the reset hangs in {self.phase}"
            if self.phase in ("acknowledge", "refill") and self.phase != acknowledged:
                acknowledged = self.phase
                self.acknowledge() if self.phase == "acknowledge" else self.call("refilled")
            time.sleep(0.01)
        return future.result().result

    def acknowledge(self) -> str:
        return self.call("acknowledge")

    def call(self, service: str) -> str:
        message: str = finished(self.services[service].call_async(Trigger.Request())).message
        return message

    def see(self, **seen: str) -> None:
        """A violation, as a detector of another node tells of it."""
        self.violation.publish(SafetyViolation(detector="/camera/person", **seen))

    def move(self) -> None:
        """Into an episode in which the arm moves, whatever was before."""
        self.acknowledge()
        result = self.end_reset(self.begin_reset())
        assert result.code == Result.OK, result.message
        assert self.control.status()["state"] == READY
        for heard in self.heard.values():
            heard.clear()
        wait(lambda: self.speed > MOVES)

    @property
    def speed(self) -> float:
        return float(np.linalg.norm(self.control.status()["cup_velocity"]))

    @property
    def health(self) -> Any:
        return self.heard["diagnostics"][-1].status[0]

    def in_error(self, told: str) -> bool:
        return (
            bool(self.heard["diagnostics"])
            and self.health.level == ERROR
            and bool(re.search(told, self.health.message))
        )


def wait(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def finished(future: Any) -> Any:
    wait(future.done)
    return future.result()


@pytest.fixture
def driver(environment: Driver) -> Iterator[Driver]:
    yield environment
    environment.control.behave()
    environment.control.release_estop()


@pytest.fixture(scope="module")
def environment(worker_ros_domain: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    transitions, processes = tmp_path_factory.mktemp("transitions"), []

    def begun() -> "subprocess.Popen[str]":
        own = {"emulated.port": emulator.port, "transitions_dir": transitions}
        words = [f"-p {name}:={value}".split(" ") for name, value in {**PARAMETERS, **own}.items()]
        program = "import sys; from kinova_pour_env.env_node import main; sys.exit(main())"
        command = [sys.executable, "-c", program, "--ros-args", *(word for pair in words for word in pair)]
        environment = {**os.environ, "ROS_DOMAIN_ID": str(worker_ros_domain)}
        processes.append(subprocess.Popen(command, env=environment, text=True))
        return processes[-1]

    with EmulatorProcess() as emulator, EmulatorControl(emulator.port) as control:
        try:
            made = Driver(begun, control)
            yield made
            made.close()
        finally:
            for process in processes:
                process.terminate()
                process.wait(20)


@pytest.fixture(autouse=True)
def in_the_modules_domain(ros_domain: int, worker_ros_domain: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", str(worker_ros_domain))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_leaves_a_standing_arm_that_waits(driver: Driver, name: str) -> None:
    fault, control = FAULTS[name], driver.control
    driver.move()
    fault.inject(control)
    wait(lambda: driver.heard["transition"] and _over(driver.heard["transition"][-1]), 2)
    wait(lambda: driver.speed < 1e-3, BRAKING)
    wait(lambda: driver.in_error(fault.told), 3)
    stood = control.status()
    if fault.violates:
        wait(lambda: driver.heard["safety_violation"], 2)
        assert driver.heard["safety_violation"][-1].kind == "watchdog"
    fault.over(control)
    if fault.locks:
        refused = driver.end_reset(driver.begin_reset())
        assert refused.code == Result.NEEDS_ACKNOWLEDGE and re.search(fault.told, refused.message)
    assert control.status()["cup_position"] == pytest.approx(stood["cup_position"], abs=1e-3)
    assert control.status()["state"] == stood["state"]
    if fault.locks:
        assert re.search(fault.told, driver.acknowledge())


def test_an_arm_that_waits_for_a_person_is_left_to_them(driver: Driver) -> None:
    """They may be bringing it home by joystick meanwhile."""
    driver.move()
    driver.see(kind="workspace", message="the mug is beside the table")
    wait(lambda: driver.heard["transition"] and _over(driver.heard["transition"][-1]), 2)
    wait(lambda: driver.speed < 1e-3, BRAKING)
    time.sleep(0.5)
    begun = time.monotonic()
    for _ in range(2):
        assert driver.end_reset(driver.begin_reset()).code == Result.NEEDS_ACKNOWLEDGE
    time.sleep(0.5)
    assert driver.control.journal(begun)["orders"] == []
    assert "beside the table" in driver.acknowledge()


def test_a_fault_between_two_episodes_waits_in_the_reset(driver: Driver) -> None:
    driver.move()
    driver.call("soft_stop")
    wait(lambda: driver.heard["transition"] and _over(driver.heard["transition"][-1]), 2)
    wait(lambda: driver.speed < 1e-3, BRAKING)
    driver.control.fault(bank_a=0x100000)
    time.sleep(0.1)  # else the reset may begin before it is read, and end by it
    reset = driver.begin_reset()
    wait(lambda: driver.phase == "acknowledge")
    time.sleep(0.5)
    assert not reset.done() and driver.control.status()["state"] == IN_FAULT
    assert "maximum force" in driver.acknowledge()
    assert driver.end_reset(reset).code == Result.OK


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (lambda driver: driver.control.fault(bank_a=0x100000), "maximum force at the end effector"),
        (lambda driver: driver.see(kind="collision", message="a person is within reach"), "a person is within reach"),
    ],
)
def test_who_fills_the_mug_answers_for_nothing_else(
    driver: Driver, happens: Callable[[Driver], None], told: str
) -> None:
    driver.acknowledge()
    reset = driver.begin_reset()
    wait(lambda: driver.phase == "refill", 20)
    time.sleep(0.2)
    assert driver.acknowledge() == "nothing waited for it"
    assert driver.phase == "refill" and not reset.done()
    happens(driver)
    result = finished(reset).result
    assert result.code == Result.NEEDS_ACKNOWLEDGE and told in result.message
    assert driver.call("refilled") == "no mug is waited for"
    assert driver.end_reset(driver.begin_reset()).code == Result.NEEDS_ACKNOWLEDGE
    assert driver.control.status()["state"] == IN_FAULT
    assert told in driver.acknowledge()
    assert driver.end_reset(driver.begin_reset()).code == Result.OK


def test_an_aborted_reset_tells_its_reason_and_leaves_a_standing_arm(driver: Driver) -> None:
    driver.move()
    driver.control.abort_next_action(65)
    result = driver.end_reset(driver.begin_reset())
    assert result.code == Result.NEEDS_ACKNOWLEDGE and "a joint would leave its limits" in result.message
    wait(lambda: driver.speed < 1e-3, BRAKING)
    assert driver.end_reset(driver.begin_reset()).code == Result.NEEDS_ACKNOWLEDGE


def test_a_home_motion_that_a_person_stopped_does_not_begin_again(driver: Driver) -> None:
    driver.move()
    wait(lambda: driver.control.status()["cup_position"][1] > 0.1)
    reset = driver.begin_reset()
    wait(lambda: driver.phase == "home", 20)
    time.sleep(0.3)
    driver.control.abort_next_action(55)  # as Stop in Kinova's Web App
    result = finished(reset).result
    assert result.code == Result.NEEDS_ACKNOWLEDGE and "stopped by hand" in result.message
    stood = driver.control.status()["joint_positions"]
    assert driver.end_reset(driver.begin_reset()).code == Result.NEEDS_ACKNOWLEDGE
    assert driver.control.status()["joint_positions"] == pytest.approx(stood, abs=0.02)


def test_an_environment_that_freezes_while_the_arm_goes_home_by_itself_is_stopped_by_its_guard(driver: Driver) -> None:
    driver.move()
    wait(lambda: driver.control.status()["cup_position"][1] > 0.1)
    reset = driver.begin_reset()
    wait(lambda: driver.phase == "home", 20)
    time.sleep(0.3)
    begun = time.monotonic()
    os.kill(driver.environment.pid, signal.SIGSTOP)
    try:
        wait(lambda: driver.control.journal(begun)["orders"], 1)
        (stop, *_) = driver.control.journal(begun)["orders"]
    finally:
        os.kill(driver.environment.pid, signal.SIGCONT)
    assert stop[1] == "Stop" and stop[0] - begun < 0.25
    # The thawed process learns of the aborted action and of its own silence at once; either may be told first.
    assert finished(reset).result.code == Result.NEEDS_ACKNOWLEDGE
    wait(lambda: any("no command for" in each.message for each in driver.heard["safety_violation"]), 3)


def test_a_frozen_environment_is_stopped_by_its_guard_and_owns_up_to_it(driver: Driver) -> None:
    driver.move()
    begun = time.monotonic()
    os.kill(driver.environment.pid, signal.SIGSTOP)
    try:
        wait(lambda: driver.speed < 1e-3, BRAKING)
        journal = driver.control.journal(begun - 0.2)
    finally:
        os.kill(driver.environment.pid, signal.SIGCONT)
    last, *stops = [order for order in journal["orders"] if order[1] == "Stop" or order[0] < begun + 0.03][-2:]
    assert stops[0][1] == "Stop" and stops[0][0] - last[0] < 0.25
    wait(lambda: driver.heard["safety_violation"], 2)
    assert driver.heard["safety_violation"][-1].kind == "watchdog"
    wait(lambda: driver.in_error("no command for"), 3)
    assert driver.end_reset(driver.begin_reset()).code == Result.NEEDS_ACKNOWLEDGE
    assert "no command for" in driver.acknowledge()


@pytest.mark.parametrize(
    ("phase", "inject", "kind", "told"),
    [
        ("retreat", lambda arm: arm.hold(5.0), "collision", "presses on the tool"),
        ("home", lambda arm: arm.freeze_feedback(0.6), "watchdog", "feedback has been the same"),
    ],
)
def test_what_goes_wrong_in_a_reset_stops_it_at_once(
    driver: Driver, phase: str, inject: Callable[[Any], None], kind: str, told: str
) -> None:
    driver.move()
    wait(lambda: driver.control.status()["cup_position"][1] > 0.1)
    reset = driver.begin_reset()
    wait(lambda: driver.phase == phase)
    time.sleep(0.3)
    inject(driver.control)
    wait(lambda: driver.heard["safety_violation"], 0.5)
    assert driver.heard["safety_violation"][-1].kind == kind
    result = finished(reset).result
    assert result.code == Result.NEEDS_ACKNOWLEDGE and re.search(told, result.message)
    wait(lambda: driver.speed < 1e-3, 0.5)
    assert driver.control.status()["state"] == IN_FAULT
    refused = driver.end_reset(driver.begin_reset())
    assert refused.code == Result.NEEDS_ACKNOWLEDGE and re.search(told, refused.message)


@pytest.mark.parametrize("phase", ["home", ""])
def test_an_environment_that_is_killed_while_the_arm_moves_has_a_successor_that_waits(
    driver: Driver, phase: str
) -> None:
    driver.move()
    if phase:
        wait(lambda: driver.control.status()["cup_position"][1] > 0.1)
        driver.begin_reset()
        wait(lambda: driver.phase == phase, 20)
    driver.environment.kill()
    driver.environment.wait(5)
    wait(lambda: driver.speed < 1e-3, BRAKING)
    wait(lambda: not driver.node.count_publishers("transition"), 30)
    driver.environment = driver.begun()
    driver.wait_for_environment()
    stood = driver.control.status()["joint_positions"]
    refused = driver.end_reset(driver.begin_reset())
    assert refused.code == Result.NEEDS_ACKNOWLEDGE and "died while it moved the arm" in refused.message
    assert driver.control.status()["joint_positions"] == pytest.approx(stood, abs=1e-3)
    assert "died while it moved the arm" in driver.acknowledge()
    assert driver.end_reset(driver.begin_reset()).code == Result.OK


def test_an_emergency_stop_by_service(driver: Driver) -> None:
    driver.move()
    assert finished(driver.services["emergency_stop"].call_async(Trigger.Request())).success
    wait(lambda: driver.speed < 1e-3, 0.5)
    wait(lambda: driver.in_error("emergency stop asked for by service"), 3)
    assert driver.end_reset(driver.begin_reset()).code == Result.NEEDS_ACKNOWLEDGE
    assert driver.control.status()["state"] == IN_FAULT


def _over(transition: Any) -> bool:
    return bool(transition.terminated or transition.truncated)
