"""`msaclag report` of bags that a run of the environment's own task filled, without nodes."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from rclpy.serialization import deserialize_message, serialize_message
from rich.console import Console
from std_msgs.msg import String

from kinova_pour_env import messages
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.pour_task import PourTask
from kinova_pour_env.scene import Scene
from msaclag.bag.contents import MOTION, read_contents, read_motion
from msaclag.bag.topic import BagMessage
from msaclag.bag.writer import BagWriter
from msaclag.cli import main
from msaclag.recorder_node import Source
from msaclag_learner.episodes import EpisodeStatistics
from msaclag_learner.received import received
from msaclag_msgs.msg import CupMotion, LearnerStatus, Transition
from msaclag_ros.interface import TOPICS
from sim_bridge.twin import Twin, TwinConfig

EPISODES, STEPS = 3, 12
EPOCH = 1_800_000_000.0


class Recorded:
    """A bag of episodes on the twin with random actions; the last is an evaluation, the middle one is interrupted."""

    def __init__(self, folder: Path, run_dir: str, seed: int = 0) -> None:
        scene = Scene()
        self.random = np.random.default_rng(seed)
        self.arm = Twin(scene, TwinConfig())
        self.task = PourTask(self.arm, scene, PourCoffeeConfig.preset("1", "shaped"))
        self.bag = BagWriter(folder, {"arm": "sim", "arguments": json.dumps({"run_dir": run_dir, "setting": "1"})})
        self.transitions: list[Transition] = []
        self.motions: list[CupMotion] = []
        for number in range(1, EPISODES + 1):
            self._episode(number)
        self.bag.close()
        self.arm.close()

    def _episode(self, number: int) -> None:
        self._put("reset_phase", String(data="home"))
        for _ in self.task.reset(self.random):
            pass
        self._put("reset_phase", String(data=""))
        self._put("learner_status", LearnerStatus(threshold=1.0 - number / 10, multiplier=10.0, temperature=0.5))
        self.task.on_tick = lambda tick: self._tick(tick, number)
        for step in range(STEPS):
            asked = messages.observation_message(
                self.task.observation, self._now(), number, step, evaluation=number == EPISODES
            )
            if number == 2 and step == STEPS - 1:
                self.task.interrupt()
            result = self.task.step(self.random.uniform(-1, 1, 4))
            transition = messages.transition_message(asked, result, self._now())
            transition.seq = len(self.transitions) + 1
            if step == STEPS - 1 and number == 1:
                transition.cost, transition.terminated = 1, True
            self.transitions.append(deserialize_message(serialize_message(transition), Transition))
            self._put("transition", transition)
            if transition.terminated or transition.truncated:
                return

    def _tick(self, tick, number: int) -> None:
        motion = CupMotion()
        messages.fill_cup_motion(motion, tick, self._now(), number)
        self.motions.append(motion)
        self._put("cup_motion", motion)

    def _now(self) -> Time:
        return messages.time_message(self.arm.read().time)

    def _put(self, name: str, content: object) -> None:
        time = round((EPOCH + self.arm.read().time) * 1e9) + self.bag.extent.messages
        if not self.bag.has(f"/{name}"):
            self.bag.add_topic(Source(*TOPICS[name]).described(f"/{name}", []))
        self.bag.write(BagMessage(f"/{name}", time, time, 0, serialize_message(content)))


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("run")
    return Recorded(folder / "bag", str(folder))


@pytest.fixture
def console() -> Console:
    return Console(stderr=True)


def test_the_episodes_figures_are_those_of_the_learner(bag, console):
    (run,) = read_contents([bag.bag.folder], console)
    statistics, wanted = EpisodeStatistics(), []
    for transition in bag.transitions:
        step = received(transition)
        figures = statistics.step(step.transition.reward, step.transition.cost, step.info, ended=step.ended)
        wanted += [figures] if figures else []
    finished = [episode.figures for episode in run.episodes if episode.figures]
    assert len(finished) >= 2
    assert finished == wanted[: len(finished)]
    assert [episode.evaluation for episode in run.episodes] == [False, False, True]
    assert run.missing == 0
    assert run.episodes[1].learner == pytest.approx((0.8, 10.0, 0.5))


def test_the_motion_is_that_of_the_episode(bag, console):
    (run,) = read_contents([bag.bag.folder], console)
    motion = read_motion(run, run.episodes[0], console)
    wanted = [each for each in bag.motions if each.episode == 1]
    assert len(motion.times) == len(wanted)
    assert motion.columns["z"].tolist() == [each.pose.position.z for each in wanted]
    jerks = [np.linalg.norm([each.jerk.x, each.jerk.y, each.jerk.z]) for each in wanted]
    np.testing.assert_allclose(motion.columns["jerk"], jerks)
    assert (np.diff(motion.times) > 0).all()
    assert motion.columns["tilt"].max() < np.pi / 2


def test_a_bag_that_was_cut_off_is_drawn_and_tabulated_and_what_was_lost_is_told(bag, tmp_path, capsys):
    whole = (bag.bag.folder / "bag_0.mcap").read_bytes()
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag/bag_0.mcap").write_bytes(whole[:-100])
    assert main(["report", str(tmp_path / "bag"), "--episode", "1"]) == 0
    told, out = capsys.readouterr(), tmp_path / "bag/report"
    assert "it has no index" in told.err
    names = ["effort.png", "episodes.csv", "episode_1.png", "episode_1.csv"]
    assert told.out.split() == [str(out / name) for name in names]
    with (out / "episodes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["episode"] for row in rows] == ["1", "2", "3"]
    assert [row["step"] for row in rows] == ["12", "23", "23"]
    assert float(rows[0]["jerk"]) > 0
    with (out / "episode_1.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["time", *MOTION]
    assert len(rows) == sum(each.episode == 1 for each in bag.motions)


def test_bags_of_several_runs_share_the_figure(bag, tmp_path, capsys):
    other = Recorded(tmp_path / "other/bag", str(tmp_path / "other"), seed=1)
    paths = [str(bag.bag.folder), str(other.bag.folder)]
    assert main(["report", *paths, "--out", str(tmp_path / "out")]) == 0
    assert [Path(line).name for line in capsys.readouterr().out.split()] == ["effort.png", "episodes.csv"]
    with (tmp_path / "out/episodes.csv").open() as file:
        assert len({row["run"] for row in csv.DictReader(file)}) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--episode", "9"], "there is no episode 9 in"),
        (["RUN"], "some of these are bags and some are runs: name either"),
    ],
)
def test_a_mistake_is_one_message(bag, tmp_path, capsys, words, told):
    words = [str(tmp_path) if word == "RUN" else word for word in words]
    assert main(["report", str(bag.bag.folder), *words]) == 2
    assert told in capsys.readouterr().err


def test_an_episode_of_a_run_is_asked_for_by_its_bag(tmp_path, capsys):
    assert main(["report", str(tmp_path), "--episode", "1"]) == 2
    assert "an episode is drawn from a bag: name the bag" in capsys.readouterr().err
