"""The learner node over real DDS, against a small environment that speaks the interface: a point on a line."""

import dataclasses
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.action import ActionServer
from rclpy.exceptions import InvalidHandle
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger

from msaclag_learner import checkpoint
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_learner.learner_node import LearnerNode, Refused
from msaclag_learner.received import received
from msaclag_learner.run_state import RunState
from msaclag_learner.trainer import TrainerDied
from msaclag_learner.training_run import TrainingRun
from msaclag_learner.transition import ExperienceError
from msaclag_learner.transition import Transition as Experienced
from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import LearnerStatus, Observation, PolicyAction, Transition
from msaclag_msgs.srv import FetchTransitions
from msaclag_ros.interface import RESET_ACTION, TOPICS

NAMESPACE = "/line"
EPISODE = 5


class LosingServer(ActionServer):
    """The first answers to the questions for a goal, and for its result, do not arrive."""

    def __init__(self, goals: int, results: int, *arguments: Any) -> None:
        self.goals, self.results = goals, results
        super().__init__(*arguments)

    async def _execute_goal_request(self, question: Any) -> None:
        self.goals -= 1
        if self.goals < 0:
            await super()._execute_goal_request(question)

    async def _execute_get_result_request(self, question: Any) -> None:
        self.results -= 1
        if self.results < 0:
            await super()._execute_get_result_request(question)


class Line(Node):
    """Five steps an episode; position and goal are seen, the velocity is commanded."""

    def __init__(
        self,
        code: int = ResetEpisode.Result.OK,
        lost: tuple[int, ...] = (),
        log: tuple[Transition, ...] = (),
        silent: tuple[int, int] = (0, 0),
        unfetched: int = 0,
    ) -> None:
        super().__init__("line", namespace=NAMESPACE, use_global_arguments=False)
        self.code, self.lost, self.silent, self.unfetched = code, lost, silent, unfetched
        self.log = list(log)
        self.statuses: list[LearnerStatus] = []
        self.fetched = 0
        self.create_subscription(PolicyAction, "action", self.step, TOPICS["action"].qos)
        status = TOPICS["learner_status"]
        self.create_subscription(status.type, "learner_status", self.statuses.append, status.qos)
        self.healths: list[DiagnosticStatus] = []
        health = TOPICS["diagnostics"]
        self.create_subscription(health.type, "diagnostics", lambda told: self.healths.extend(told.status), health.qos)
        self.episode, self.position, self.running, self.asked = 0, 0.0, False, Observation()
        self.task = "line"
        self.breaks_off = set[int]()
        """Episodes that end as soon as they have begun."""
        self.hangs: Future | None = None
        """A reset goes on when it is done."""
        self.live()

    def live(self) -> None:
        """An episode that was under way when it died is closed."""
        self.out = {
            name: self.create_publisher(TOPICS[name].type, name, TOPICS[name].qos)
            for name in ("observation", "transition")
        }
        self.service = self.create_service(FetchTransitions, "fetch_transitions", self.fetch)
        send = self.service.send_response
        self.service.send_response = lambda *answer: None if self.fetched <= self.unfetched else send(*answer)
        self.server = LosingServer(*self.silent, self, RESET_ACTION[1], RESET_ACTION[0], self.reset)
        if self.running:
            self.tell(Transition(evaluation=self.asked.evaluation, truncated=True))
            self.running = False

    def die(self) -> None:
        for publisher in self.out.values():
            self.destroy_publisher(publisher)
        self.destroy_service(self.service)
        self.server.destroy()

    async def reset(self, handle: Any) -> ResetEpisode.Result:
        if self.hangs is not None:
            await self.hangs
            return ResetEpisode.Result()
        if self.running:
            self.tell(Transition(evaluation=self.asked.evaluation, truncated=True))
        self.episode += 1
        self.position, self.running = 0.0, True
        self.asked = Observation(episode=self.episode, evaluation=handle.request.evaluation, values=[0.0, 0.3])
        handle.succeed()
        due = len(self.log) + 1
        if self.episode in self.breaks_off:
            self.tell(Transition(evaluation=self.asked.evaluation, truncated=True))
            self.running = False
        return ResetEpisode.Result(
            code=self.code,
            message="the line belongs to somebody else",
            task=self.task,
            action_size=1,
            log="the line's",
            next_seq=due,
            first_observation=self.asked,
        )

    def step(self, action: PolicyAction) -> None:
        assert self.running and (action.episode, action.step) == (self.asked.episode, self.asked.step)
        assert len(action.values) == 1 and abs(action.values[0]) <= 1
        self.position += 0.1 * action.values[0]
        last = self.asked.step == EPISODE - 1
        transition = Transition(
            evaluation=self.asked.evaluation,
            action=action.values,
            action_executed=action.values,
            duration=0.1,
            reward=-abs(self.position - 0.3),
            next_observation=[self.position, 0.3],
            truncated=last,
            info_names=["success"],
            info_values=[float(abs(self.position - 0.3) < 0.05)],
        )
        self.tell(transition)
        self.running = not last
        if not last:
            self.asked = Observation(
                episode=self.episode,
                step=self.asked.step + 1,
                evaluation=self.asked.evaluation,
                values=transition.next_observation,
            )
            self.out["observation"].publish(self.asked)

    def tell(self, transition: Transition) -> None:
        """An interrupted episode ends in a transition without a duration."""
        transition.seq, transition.episode, transition.step = len(self.log) + 1, self.episode, self.asked.step
        transition.observation = self.asked.values
        self.log.append(transition)
        if transition.seq not in self.lost:
            self.out["transition"].publish(transition)

    def fetch(
        self, request: FetchTransitions.Request, response: FetchTransitions.Response
    ) -> FetchTransitions.Response:
        self.fetched += 1
        start = request.first_seq - 1
        response.transitions = self.log[start : start + request.limit]
        response.complete = True
        return response


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., tuple[LearnerNode, Line, list[Exception]]]]:
    """Starts a learner on a line; what its callbacks raise is gathered, as `node_main.run` would report it."""
    made: list[Any] = []

    def started(
        code: int = ResetEpisode.Result.OK,
        lost: tuple[int, ...] = (),
        log: tuple[Transition, ...] = (),
        silent: tuple[int, int] = (0, 0),
        unfetched: int = 0,
        **parameters: Any,
    ) -> tuple[LearnerNode, Line, list[Exception]]:
        settings = {"run_dir": str(tmp_path / "run"), "warmup": 20, "algorithm.batch": 16, "algorithm.hidden": "[16]"}
        words = [word for name, value in {**settings, **parameters}.items() for word in ("-p", f"{name}:={value}")]
        rclpy.init(args=["--ros-args", "-r", f"__ns:={NAMESPACE}", *words])
        line, learner = Line(code, lost, log, silent, unfetched), LearnerNode()
        raised: list[Exception] = []

        def spin(executor: SingleThreadedExecutor) -> None:
            try:
                while executor.context.ok() and learner.exit_code is None:
                    executor.spin_once(0.05)
            except Exception as error:
                raised.append(error)
            executor.shutdown()  # it holds its entities' handles, and so their publishers, until it is collected

        def serve(executor: SingleThreadedExecutor) -> None:
            while executor.context.ok() and not ended:
                with suppress(InvalidHandle):  # a test has taken a publisher away
                    executor.spin_once(0.05)
            executor.shutdown()

        ended: list[bool] = []
        threads = []
        for node, loop in ((learner, spin), (line, serve)):
            executor = SingleThreadedExecutor()
            executor.add_node(node)
            threads.append(Thread(target=loop, args=(executor,), daemon=True))
            threads[-1].start()
        made.append((learner, line, threads, ended))
        return learner, line, raised

    yield started
    for learner, line, threads, ended in made:
        ended.append(True)
        learner.exit_code = 1
        for thread in threads:
            thread.join(5)
        learner.close()
        learner.destroy_node()
        line.destroy_node()
    rclpy.try_shutdown()


def wait(condition: Callable[[], Any], seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def left_by(learner: LearnerNode) -> RunState:
    """The run that the learner leaves, as another one would go on with it."""
    learner.close()
    report = learner.trainer.report
    assert report is not None
    return RunState(dataclasses.replace(learner.config, resume=True, checkpoint=""), "line", 2, 1, {})


def steps_of(learner: LearnerNode) -> int:
    return 0 if learner.trainer.report is None else learner.trainer.report.status.step


def moved(seq: int) -> Transition:
    """A step of an episode before this learner's time."""
    episode, step = divmod(seq - 1, EPISODE)
    return Transition(
        seq=seq,
        episode=episode,
        step=step,
        observation=[0.01 * seq, 0.3],
        action=[0.5],
        duration=0.1,
        reward=-0.01 * seq,
        next_observation=[0.01 * seq + 0.05, 0.3],
        truncated=step == EPISODE - 1,
    )


def assert_all_was_learned_from(line: Line, run: RunState) -> None:
    learned = [each for each in line.log if each.duration > 0 and not each.evaluation]
    rewards = run.experience.replay().rewards.tolist()
    assert rewards == pytest.approx([each.reward for each in learned], rel=1e-5)
    assert [each.seq for each in line.log] == list(range(1, len(line.log) + 1))
    assert run.followed.seq == len(line.log)


def test_it_trains_evaluates_and_ends(start: Callable[..., Any], tmp_path: Path) -> None:
    learner, line, raised = start(steps=60, evaluation_episodes=2)
    wait(lambda: learner.exit_code is not None or raised)
    assert not raised and learner.exit_code == 0
    assert len(line.log) == 60 + 2 * EPISODE
    assert [transition.evaluation for transition in line.log] == [False] * 60 + [True] * 10
    learner.close()
    _, about = checkpoint.load(tmp_path / "run")
    assert (about["task"], about["step"], about["updates"]) == ("line", 60, 40)
    wait(lambda: line.statuses and line.statuses[-1].phase == LearnerStatus.PHASE_DONE)


def test_its_health_is_told_with_rates_latencies_and_ages(start: Callable[..., Any]) -> None:
    _, line, raised = start(steps=10_000)
    told: dict[str, str] = {}

    def acts() -> bool:
        told.update((value.key, value.value) for health in line.healths[-1:] for value in health.values)
        return float(told.get("actions/s", 0)) > 0

    wait(lambda: raised or acts())
    assert line.healths[-1].name == f"{NAMESPACE}/learner_node"
    assert "transitions/s" in told
    assert len(told["action, ms (p50, p99, max)"].split(", ")) == 3
    assert float(told["environment heard, s ago"]) < 5


def test_a_transition_lost_on_the_way_is_fetched_and_taken_in_order(start: Callable[..., Any]) -> None:
    learner, line, raised = start(lost=(3, 4, 12, 25), steps=25, evaluation_episodes=0)
    wait(lambda: learner.exit_code is not None or raised)
    assert not raised and line.fetched >= 2
    assert left_by(learner).experience.replay().rewards.tolist() == pytest.approx(
        [transition.reward for transition in line.log], rel=1e-5
    )


@pytest.mark.parametrize("silent", [(1, 0), (0, 1), (0, 2)])
def test_an_answer_to_a_reset_lost_on_the_way_is_asked_for_again(
    start: Callable[..., Any], silent: tuple[int, int]
) -> None:
    learner, _, raised = start(silent=silent, steps=25, evaluation_episodes=0)
    wait(lambda: learner.exit_code is not None or raised)
    assert not raised and steps_of(learner) == 25


def test_an_answer_of_the_log_lost_on_the_way_is_asked_for_again(start: Callable[..., Any]) -> None:
    learner, line, raised = start(lost=(3, 4), unfetched=1, steps=25, evaluation_episodes=0)
    wait(lambda: learner.exit_code is not None or raised)
    assert not raised and line.fetched >= 2
    assert_all_was_learned_from(line, left_by(learner))


def test_it_gives_way_to_the_learner_that_the_environment_belongs_to(start: Callable[..., Any]) -> None:
    _, _, raised = start(code=ResetEpisode.Result.OTHER_LEARNER)
    wait(lambda: raised)
    assert isinstance(raised[0], Refused) and "somebody else" in str(raised[0])


def test_a_checkpoint_of_another_task_is_refused_by_name(start: Callable[..., Any], tmp_path: Path) -> None:
    other = TrainingRun(TrainingConfig(run_dir=str(tmp_path / "other")), "another task", 2, 1)
    other.close()
    _, _, raised = start(checkpoint=str(tmp_path / "other"))
    wait(lambda: raised)
    assert isinstance(raised[0], CheckpointError) and "another task" in str(raised[0])


def test_a_checkpoint_is_saved_on_request(start: Callable[..., Any], tmp_path: Path) -> None:
    learner, line, _ = start(steps=100000)
    client = line.create_client(Trigger, "save_checkpoint")
    assert client.wait_for_service(5)
    wait(lambda: steps_of(learner) > 5)
    future = client.call_async(Trigger.Request())
    wait(future.done)
    assert future.result().success
    assert (tmp_path / "run" / checkpoint.FILE).is_file()


@pytest.mark.parametrize(("steps", "trained", "evaluated"), [(40, 40, 0), (30, 30, 1)], ids=["training", "evaluation"])
def test_it_goes_on_with_its_run(
    start: Callable[..., Any], tmp_path: Path, steps: int, trained: int, evaluated: int
) -> None:
    config = TrainingConfig(
        algorithm=AlgorithmConfig(batch=16, hidden=(16,)), warmup=20, initial_resets=2, run_dir=str(tmp_path / "run")
    )
    before = TrainingRun(config, "line", 2, 1)
    for _ in range(2):
        before.first_state(np.zeros(2, np.float32))
    for step in range(30):
        transition = Experienced(
            np.zeros(2, np.float32), np.zeros(1, np.float32), 0.0, 0, np.ones(2, np.float32), False
        )
        before.take_in(transition, {}, ended=step % 5 == 4, evaluation=False)
    before.close()
    learner, line, raised = start(resume="true", initial_resets=2, steps=steps, evaluation_episodes=evaluated)
    wait(lambda: learner.exit_code is not None or raised)
    assert not raised
    moved = [transition.evaluation for transition in line.log if transition.duration > 0]
    assert moved == [False] * (trained - 30) + [True] * evaluated * EPISODE
    run = left_by(learner)
    assert (run.progress.step, run.progress.updates) == (trained, trained - 20)
    assert run.experience.sizes() == (trained, 0, 2 + line.log[-1].episode - evaluated, 0)


def test_without_steps_it_only_evaluates(start: Callable[..., Any]) -> None:
    learner, line, raised = start(steps=0, evaluation_episodes=1)
    wait(lambda: learner.exit_code is not None or raised)
    assert not raised
    assert [transition.evaluation for transition in line.log] == [True] * EPISODE


def test_resets_for_their_first_states_come_before_the_first_step(start: Callable[..., Any]) -> None:
    learner, line, raised = start(initial_resets=3, steps=25, evaluation_episodes=0)
    wait(lambda: learner.exit_code is not None or raised)
    assert not raised
    assert [transition.episode for transition in line.log if transition.duration == 0] == [1, 2, 3]
    run = left_by(learner)
    assert run.experience.sizes() == (25, 0, 8, 0)
    assert run.progress.finished == 5


def test_it_waits_for_an_environment_that_dies_and_goes_on(start: Callable[..., Any]) -> None:
    learner, line, raised = start(steps=60, evaluation_episodes=1)
    wait(lambda: steps_of(learner) > 22)
    line.die()
    time.sleep(4)  # it notices
    line.live()
    wait(lambda: learner.exit_code is not None or raised, 90)
    assert not raised and learner.exit_code == 0
    assert_all_was_learned_from(line, left_by(learner))


def test_an_environment_that_dies_in_the_first_reset_is_asked_again(start: Callable[..., Any]) -> None:
    learner, line, raised = start(steps=25, evaluation_episodes=0)
    line.hangs = Future()
    wait(lambda: learner._start.is_canceled())
    time.sleep(1)
    line.die()
    time.sleep(4)  # it notices
    line.hangs.set_result(None)
    line.hangs = None
    line.live()
    wait(lambda: learner.exit_code is not None or raised, 60)
    assert not raised and learner.exit_code == 0


def test_an_environment_that_comes_back_with_another_task_is_refused(start: Callable[..., Any]) -> None:
    learner, line, raised = start(steps=100000)
    wait(lambda: steps_of(learner) > 2)
    line.die()
    time.sleep(4)  # it notices
    line.task = "another"
    line.live()
    wait(lambda: raised)
    assert "come back with another task than line" in str(raised[0])


def test_an_episode_that_ends_before_it_is_begun_is_learned_from_once_and_no_evaluation(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    learner, line, raised = start(steps=25, evaluation_episodes=1)
    line.breaks_off = {3, 7}  # in training, and the first that evaluates
    wait(lambda: learner.exit_code is not None or raised)
    assert not raised and learner.exit_code == 0
    run = left_by(learner)
    assert_all_was_learned_from(line, run)
    assert line.episode == 8 and run.experience.sizes() == (25, 0, 6, 0)
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["evaluation"]["episodes"] == 1


def test_what_was_logged_behind_its_checkpoint_is_taken_in_once(start: Callable[..., Any], tmp_path: Path) -> None:
    log = tuple(moved(seq) for seq in range(1, 31))
    config = TrainingConfig(algorithm=AlgorithmConfig(batch=16, hidden=(16,)), warmup=20, run_dir=str(tmp_path / "run"))
    before = TrainingRun(config, "line", 2, 1)
    before.follow("the line's", 0)
    for transition in log[:12]:
        before.take_in_logged(transition.seq, received(transition))
    before.close()
    learner, line, raised = start(resume="true", log=log, steps=45, evaluation_episodes=0)
    wait(lambda: learner.exit_code is not None or raised)
    assert not raised and line.fetched
    run = left_by(learner)
    assert_all_was_learned_from(line, run)
    assert run.experience.sizes() == (45, 0, 9, 0)


def test_a_transition_out_of_turn_is_refused(tmp_path: Path) -> None:
    run = TrainingRun(TrainingConfig(run_dir=str(tmp_path / "run")), "line", 2, 1)
    run.follow("the line's", 4)
    run.take_in_logged(5, received(moved(5)))
    for seq in (4, 5, 7):
        with pytest.raises(ExperienceError, match=f"transition {seq} came where 6 was due"):
            run.take_in_logged(seq, received(moved(seq)))
    assert run.progress.step == 1
    run.close()


def test_it_ends_with_a_fault_when_its_training_process_is_killed(start: Callable[..., Any]) -> None:
    learner, _, raised = start(steps=100000)
    wait(lambda: steps_of(learner) > 5)
    os.kill(learner.trainer.pid, signal.SIGKILL)
    wait(lambda: raised)
    assert isinstance(raised[0], TrainerDied) and "-9" in str(raised[0])
