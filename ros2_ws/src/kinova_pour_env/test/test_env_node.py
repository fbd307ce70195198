"""The environment node over real DDS, driven as a learner would."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.action import ActionClient
from rclpy.node import Node
from std_srvs.srv import Trigger

from kinova_pour_env.arm import RETREAT, ArmError
from kinova_pour_env.env_node import EnvNode
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import Observation, PolicyAction, SafetyViolation
from msaclag_msgs.srv import FetchTransitions
from msaclag_ros.diagnostics import STALE
from msaclag_ros.interface import RESET_ACTION, SERVICES, TOPICS

NAMESPACE = "/pour"
Result = ResetEpisode.Result


class Learner:
    """A client of the environment that answers only when the test says so."""

    def __init__(self, name: str) -> None:
        self.node = Node(name, namespace=NAMESPACE)
        self.heard: dict[str, list[Any]] = defaultdict(list)
        for topic in TOPICS:
            self.node.create_subscription(TOPICS[topic].type, topic, self.heard[topic].append, TOPICS[topic].qos)
        self.action = self.node.create_publisher(PolicyAction, "action", TOPICS["action"].qos)
        self.violation = self.node.create_publisher(SafetyViolation, "safety_violation", TOPICS["safety_violation"].qos)
        self.reset_client = ActionClient(self.node, RESET_ACTION[1], RESET_ACTION[0])
        self.feedback: list[str] = []

    def request(self) -> Any:
        """Ask for a reset until it is accepted: an answer may be lost while the two discover each other."""
        assert self.reset_client.wait_for_server(5)
        wait(lambda: self.action.get_subscription_count() > 0)
        wait(lambda: self.node.count_publishers("transition") > 0)
        goal = ResetEpisode.Goal(learner=self.node.get_name())
        for _ in range(3):
            accepted = self.send(goal)
            with suppress(AssertionError):
                wait(accepted.done, 4.0)
                return accepted.result()
        raise AssertionError("no reset was accepted")

    def send(self, goal: ResetEpisode.Goal) -> Any:
        return self.spun(lambda: self.reset_client.send_goal_async(goal, feedback_callback=self.hear_phase))

    def hear_phase(self, message: Any) -> None:
        self.feedback.append(message.feedback.phase)

    def result(self, handle: Any) -> Any:
        return finished(self.spun(handle.get_result_async)).result

    def spun(self, call: Callable[[], Any]) -> Any:
        """What a call returns in the executor's thread: an answer that comes too soon breaks rclpy's action client."""
        return finished(self.node.executor.create_task(call))

    def reset(self) -> Any:
        return self.result(self.request())

    def answer(self, observation: Observation, values: list[float], **changes: Any) -> None:
        message = PolicyAction(episode=observation.episode, step=observation.step, values=values)
        message.header.stamp = observation.header.stamp
        for name, value in changes.items():
            setattr(message, name, value)
        self.action.publish(message)

    def call(self, service: str, request: Any = None) -> Any:
        client = self.node.create_client(SERVICES[service], service)
        assert client.wait_for_service(5)
        return finished(client.call_async(request or Trigger.Request()))


def wait(condition: Callable[[], Any], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def finished(future: Any) -> Any:
    wait(future.done)
    return future.result()


@pytest.fixture
def arm_parameters() -> list[str]:
    return []


@pytest.fixture
def environment(arm_parameters: list[str], tmp_path: Path) -> Iterator[EnvNode]:
    parameters = ["-p", f"transitions_dir:={tmp_path / 'transitions'}"]
    parameters += ["-p", "arm:=sim", "-p", "task.max_steps:=5", "-p", "scene.start_spread:=0.0"]
    parameters += ["-p", "safety.guard_timeout:=3.0", "-p", "safety.watchdog_timeout:=3.0", *arm_parameters]
    rclpy.init(args=["--ros-args", "-r", f"__ns:={NAMESPACE}", *parameters])
    node = EnvNode()
    yield node
    node.close()
    node.destroy_node()
    rclpy.try_shutdown()


@pytest.fixture
def learner(environment: EnvNode, spinning: Callable[..., AbstractContextManager[None]]) -> Iterator[Learner]:
    made = Learner("learner")
    with spinning(environment, made.node):
        yield made
    made.node.destroy_node()


def test_an_episode_from_its_reset_to_its_limit(learner: Learner) -> None:
    result = learner.reset()
    assert (result.code, result.task, result.action_size) == (Result.OK, "msaclag/PourCoffee-v0", 4)
    assert learner.feedback == ["home", "refill"]
    observation = result.first_observation
    assert (observation.step, len(observation.values)) == (0, 15)
    for step in range(5):
        learner.answer(observation, [0.0, 0.0, 0.0, 0.1])
        wait(lambda step=step: len(learner.heard["transition"]) == step + 1)
        transition = learner.heard["transition"][-1]
        assert (transition.seq, transition.step, transition.cost) == (step + 1, step, 0)
        assert transition.observation == observation.values
        if step < 4:
            wait(lambda step=step: learner.heard["observation"][-1].step == step + 1)
            observation = learner.heard["observation"][-1]
            assert observation.values == transition.next_observation
    assert transition.truncated and not transition.terminated
    assert "success" in transition.info_names
    wait(lambda: len(learner.heard["cup_motion"]) >= 5 * 4)
    stamps = [message.header.stamp.sec + 1e-9 * message.header.stamp.nanosec for message in learner.heard["cup_motion"]]
    assert stamps[-1] - stamps[0] == pytest.approx(0.475, abs=1e-6)
    assert learner.heard["joint_states"][-1].name[0] == "joint_1"


@pytest.mark.parametrize(
    "changes",
    [
        {"values": [float("nan"), 0.0, 0.0, 0.0]},
        {"values": [1.5, 0.0, 0.0, 0.0]},
        {"values": [0.0]},
        {"episode": 9},
        {"step": 3},
    ],
)
def test_a_wrong_action_moves_nothing_and_a_right_one_goes_on(learner: Learner, changes: dict[str, Any]) -> None:
    first = learner.reset().first_observation
    learner.answer(first, **{"values": [0.0] * 4, **changes})
    time.sleep(0.2)
    assert not learner.heard["transition"] and not learner.heard["cup_motion"]
    learner.answer(first, [0.0] * 4)
    wait(lambda: learner.heard["transition"])


def test_an_observation_is_asked_again_until_it_is_answered(learner: Learner) -> None:
    first = learner.reset().first_observation
    wait(lambda: len(learner.heard["observation"]) >= 2)
    assert all(message == first for message in learner.heard["observation"])


def test_a_second_learner_is_refused_until_the_first_is_gone(learner: Learner) -> None:
    assert learner.reset().code == Result.OK
    goal = ResetEpisode.Goal(learner="another")
    result = learner.result(finished(learner.send(goal)))
    assert result.code == Result.OTHER_LEARNER
    assert "learner" in result.message and "another" in result.message


def test_a_violation_that_another_detector_saw_ends_the_episode_at_a_cost(learner: Learner) -> None:
    first = learner.reset().first_observation
    learner.violation.publish(SafetyViolation(kind="collision", detector="a person", message="it hit me"))
    wait(lambda: learner.heard["safety_violation"])
    time.sleep(0.1)
    learner.answer(first, [0.0] * 4)
    wait(lambda: learner.heard["transition"])
    transition = learner.heard["transition"][-1]
    assert (transition.cost, transition.terminated) == (1, True)


def test_after_an_emergency_stop_nothing_moves_before_it_is_acknowledged(learner: Learner) -> None:
    learner.reset()
    assert learner.call("emergency_stop").success
    wait(lambda: learner.heard["safety_violation"])
    assert learner.heard["safety_violation"][-1].kind == "emergency_stop"
    wait(lambda: learner.heard["transition"])
    assert len(learner.heard["safety_violation"]) == 1
    assert learner.heard["transition"][-1].terminated
    refused = learner.reset()
    assert refused.code == Result.NEEDS_ACKNOWLEDGE and "/pour/acknowledge" in refused.message
    assert learner.call("acknowledge").success
    assert learner.reset().code == Result.OK


def test_a_soft_stop_truncates_the_episode(learner: Learner) -> None:
    learner.reset()
    assert learner.call("soft_stop").success
    wait(lambda: learner.heard["transition"])
    transition = learner.heard["transition"][-1]
    assert transition.truncated and transition.duration == 0


def test_transitions_can_be_fetched_again(learner: Learner) -> None:
    observation = learner.reset().first_observation
    for step in range(3):
        learner.answer(observation, [0.0] * 4)
        wait(lambda step=step: learner.heard["observation"] and learner.heard["observation"][-1].step == step + 1)
        observation = learner.heard["observation"][-1]
    response = learner.call("fetch_transitions", FetchTransitions.Request(first_seq=2, limit=10))
    assert [transition.seq for transition in response.transitions] == [2, 3] and response.complete
    response = learner.call("fetch_transitions", FetchTransitions.Request(first_seq=1, limit=1))
    assert [transition.seq for transition in response.transitions] == [1] and not response.complete


@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true"]])
def test_where_time_is_real_a_late_action_is_refused_and_the_arm_stands(learner: Learner) -> None:
    result = learner.reset()
    assert result.real_time
    wait(lambda: len(learner.heard["observation"]) > 4)  # asked anew in every period, the arm held meanwhile
    stamps = [message.header.stamp for message in learner.heard["observation"]]
    assert all(stamps[0] != later for later in stamps[1:])  # the newest alone is answered
    learner.answer(result.first_observation, [1.0, 0.0, 0.0, 0.0])
    time.sleep(0.2)
    assert not learner.heard["transition"]
    wait(lambda: learner.heard["cup_motion"])
    assert all(abs(message.twist.linear.x) < 1e-3 for message in learner.heard["cup_motion"])


@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true"]])
def test_where_time_is_real_a_violation_waits_for_a_person(learner: Learner) -> None:
    learner.reset()
    learner.node.create_subscription(
        Observation, "observation", lambda asked: learner.answer(asked, [0.0] * 4), TOPICS["observation"].qos
    )
    learner.violation.publish(SafetyViolation(kind="collision", detector="a person", message="it hit me"))
    wait(lambda: learner.heard["transition"] and learner.heard["transition"][-1].terminated)
    refused = learner.reset()
    assert refused.code == Result.NEEDS_ACKNOWLEDGE and "it hit me" in refused.message
    assert learner.call("acknowledge").success
    assert learner.reset().code == Result.OK


def test_its_health_is_told(learner: Learner) -> None:
    learner.reset()
    wait(lambda: learner.heard["diagnostics"])
    status = learner.heard["diagnostics"][-1].status[0]
    assert status.name == "/pour/env_node"
    values = {value.key: value.value for value in status.values}
    assert values["learner"] == "learner"
    assert {"steps/s", "control periods/s", "actions/s", "action after its observation, ms (p50, p99, max)"} <= set(
        values
    )


def test_its_health_is_stale_when_nobody_answers(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinova_pour_env.env_node.UNANSWERED", 0.5)
    learner.reset()
    wait(lambda: learner.heard["diagnostics"] and learner.heard["diagnostics"][-1].status[0].level == STALE)
    assert "for its action" in learner.heard["diagnostics"][-1].status[0].message


@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true", "-p", "task.settle_time:=5.0"]])
def test_a_reset_is_cancelled_at_any_moment_and_leaves_the_arm_standing(learner: Learner) -> None:
    handle = learner.request()
    wait(lambda: "settle" in learner.feedback)
    start = time.monotonic()
    finished(learner.spun(handle.cancel_goal_async))
    result = learner.result(handle)
    assert result.code == Result.CANCELLED and time.monotonic() - start < 1
    assert learner.reset().code == Result.OK


@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true", "-p", "task.settle_time:=5.0"]])
def test_a_soft_stop_during_a_reset_ends_it(learner: Learner) -> None:
    handle = learner.request()
    wait(lambda: "settle" in learner.feedback)
    start = time.monotonic()
    assert learner.call("soft_stop").success
    result = learner.result(handle)
    assert result.code == Result.CANCELLED and time.monotonic() - start < 1


@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true", "-p", "task.settle_time:=5.0"]])
@pytest.mark.parametrize(("kind", "hard"), [("collision", True), ("spill", False)])
def test_what_another_detector_sees_during_a_reset_stops_it(
    environment: EnvNode, learner: Learner, monkeypatch: pytest.MonkeyPatch, kind: str, hard: bool
) -> None:
    stops: list[float] = []
    stop = environment.arm.emergency_stop
    monkeypatch.setattr(environment.arm, "emergency_stop", lambda: (stops.append(time.monotonic()), stop()))
    handle = learner.request()
    wait(lambda: "settle" in learner.feedback)
    learner.violation.publish(SafetyViolation(kind=kind, detector="a person", message="I saw it"))
    assert learner.result(handle).code == Result.NEEDS_ACKNOWLEDGE
    assert bool(stops) == hard


@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true", "-p", "task.settle_time:=5.0"]])
def test_an_emergency_stop_during_a_reset_ends_it(learner: Learner) -> None:
    handle = learner.request()
    assert learner.call("emergency_stop").success
    assert learner.result(handle).code == Result.NEEDS_ACKNOWLEDGE


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_twin_whose_resets_fail_ten_times_in_a_row_is_given_up(
    environment: EnvNode, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any) -> Iterator[str]:
        yield "home"
        raise ArmError("its window was closed")

    monkeypatch.setattr(environment.arm, "reset", lost)
    for _ in range(9):
        assert learner.reset().code == Result.ARM_FAULT
    assert not environment._control.failure
    learner.request()
    wait(lambda: not environment._control._thread.is_alive())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true"]])
def test_what_the_control_failed_by_is_left_to_the_next_process(
    environment: EnvNode, learner: Learner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: Any) -> Iterator[str]:
        yield "home"
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr(environment.arm, "reset", broken)
    learner.request()
    wait(lambda: not environment._control._thread.is_alive())
    kept = (tmp_path / "transitions" / "motion_lock").read_text()
    assert kept == "the control of the arm failed: a mistake of ours"


def test_two_resets_at_once_are_both_served(learner: Learner) -> None:
    learner.reset()
    goals = [learner.send(ResetEpisode.Goal(learner="learner")) for _ in range(2)]
    results = [learner.result(finished(goal)) for goal in goals]
    assert results[-1].code == Result.OK
    wait(lambda: learner.heard["observation"])
    learner.answer(results[-1].first_observation, [0.0] * 4)
    wait(
        lambda: any(
            transition.episode == results[-1].first_observation.episode for transition in learner.heard["transition"]
        )
    )


@pytest.mark.parametrize("arm_parameters", [["-p", "task.policy_rate:=1.0", "-p", "sim.real_time:=true"]])
def test_a_soft_stop_takes_hold_within_the_step(learner: Learner) -> None:
    learner.reset()
    learner.node.create_subscription(
        Observation, "observation", lambda asked: learner.answer(asked, [0.0, 0.0, 0.0, 0.1]), TOPICS["observation"].qos
    )
    wait(lambda: len(learner.heard["cup_motion"]) > 2 and learner.heard["cup_motion"][-1].twist.angular.x > 0.01)
    start = time.monotonic()
    learner.call("soft_stop")
    wait(lambda: learner.heard["transition"] and learner.heard["transition"][-1].truncated)
    assert time.monotonic() - start < 0.5


@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true", "-p", "safety.watchdog_timeout:=0.5"]])
def test_the_watchdog_stops_an_arm_whose_control_thread_hangs(
    environment: EnvNode, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner.reset()
    learner.node.create_subscription(
        Observation, "observation", lambda asked: learner.answer(asked, [0.0, 0.3, 0.0, 0.0]), TOPICS["observation"].qos
    )
    wait(lambda: learner.heard["cup_motion"])
    goes_on = Event()
    advance = environment.arm.advance
    monkeypatch.setattr(environment.arm, "advance", lambda: (goes_on.wait(5), advance())[1])
    try:
        wait(lambda: learner.heard["safety_violation"], 4)
        assert not environment.arm._command.any()
    finally:
        monkeypatch.undo()
        goes_on.set()
    violation = learner.heard["safety_violation"][-1]
    assert (violation.kind, violation.detector) == ("watchdog", "/pour/env_node/watchdog")
    wait(lambda: learner.heard["transition"] and learner.heard["transition"][-1].terminated)
    wait(lambda: learner.heard["diagnostics"] and learner.heard["diagnostics"][-1].status[0].level == b"\x02")
    refused = learner.reset()
    assert refused.code == Result.NEEDS_ACKNOWLEDGE and "no command for" in refused.message
    assert learner.call("acknowledge").success
    assert learner.reset().code == Result.OK


@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true", "-p", "safety.watchdog_timeout:=0.5"]])
def test_the_watchdog_stops_an_arm_whose_retreat_hangs(
    environment: EnvNode, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hanging(random: np.random.Generator, scene: Any) -> Iterator[str]:
        for pause in (0.0, 1.5, 0.0):
            yield RETREAT
            environment.arm.send_twist(np.array([0, 0, 0.1, 0, 0, 0]))
            time.sleep(pause)
            environment.arm.advance()
        raise AssertionError("it went on after it was stopped")

    monkeypatch.setattr(environment.arm, "reset", hanging)
    refused = learner.reset()
    assert refused.code == Result.NEEDS_ACKNOWLEDGE and "no command for" in refused.message
    assert not environment.arm._command.any()


@pytest.mark.parametrize("arm_parameters", [["-p", "sim.real_time:=true", "-p", "task.max_steps:=100"]])
def test_a_learner_that_falls_silent_leaves_a_standing_arm(environment: EnvNode, learner: Learner) -> None:
    learner.reset()
    last = 0.0

    def answer(asked: Observation) -> None:
        nonlocal last
        if asked.step < 8:
            learner.answer(asked, [0.0, 0.4, 0.0, 0.0])
            last = environment.arm.read().time

    learner.node.create_subscription(Observation, "observation", answer, TOPICS["observation"].qos)
    wait(lambda: learner.heard["cup_motion"] and learner.heard["cup_motion"][-1].twist.linear.y > 0.09)
    wait(lambda: abs(learner.heard["cup_motion"][-1].twist.linear.y) < 1e-3)
    speeds = [message.twist.linear.y for message in learner.heard["cup_motion"]]
    assert learner.heard["transition"][-1].step < 8
    assert environment.arm.read().time - last < 2.0 and max(speeds) < 0.11
