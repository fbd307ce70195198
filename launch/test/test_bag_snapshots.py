"""Snapshots of violations: what is in them, and when they are made."""

from pathlib import Path

import pytest
import yaml
from builtin_interfaces.msg import Time
from hypothesis import given, settings
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import JointState
from std_msgs.msg import Header, String

from msaclag.bag.reading import BagFile
from msaclag.bag.snapshots import Snapshots
from msaclag.bag.topic import BagMessage
from msaclag.bag.writer import BagError
from msaclag.recorder_node import Source
from msaclag_msgs.msg import LearnerStatus, SafetyViolation
from msaclag_ros.interface import TOPICS

BEFORE, AFTER, PERIOD = 2.0, 0.5, 0.025
DESCRIBED = {f"/{name}": Source(*TOPICS[name]).described(f"/{name}", []) for name in TOPICS}


def snapshots(folder: Path) -> Snapshots:
    return Snapshots(
        folder / "bag",
        {"arm": "sim"},
        DESCRIBED,
        before=BEFORE,
        after=AFTER,
        kind=lambda data: deserialize_message(data, SafetyViolation).kind,
    )


def message(name: str, received: float, content: object) -> BagMessage:
    return BagMessage(f"/{name}", round(received * 1e9), round(received * 1e9), 0, serialize_message(content))


def joints(time: float, received: float) -> BagMessage:
    seconds, rest = divmod(round(time * 1000), 1000)
    return message("joint_states", received, JointState(header=Header(stamp=Time(sec=seconds, nanosec=rest * 10**6))))


def violation(received: float, kind: str = "spill") -> BagMessage:
    return message("safety_violation", received, SafetyViolation(kind=kind))


def content(folder: Path) -> list[BagMessage]:
    (file,) = folder.glob("*.mcap")
    return list(BagFile(file).messages())


def run(made: Snapshots, faster: float, violations: dict[int, str], periods: int) -> list[BagMessage]:
    """Periods of an arm whose time goes `faster` than the recorder's, with violations in some."""
    told = []
    for period in range(periods):
        received = 100 + period * PERIOD / faster
        told.append(joints(period * PERIOD, received))
        if period in violations:
            told.append(violation(received, violations[period]))
    for each in told:
        made.add(each)
    made.close()
    return told


@pytest.mark.parametrize("faster", [1.0, 20.0])
def test_the_seconds_before_and_the_moment_after_by_the_arms_time(tmp_path, faster):
    made = snapshots(tmp_path)
    told = run(made, faster, {200: "spill"}, 400)
    (folder,) = made.made
    assert folder == tmp_path / "bag-violations/0001-spill"
    found = content(folder)
    first, last = 200 - round(BEFORE / PERIOD), 200 + round(AFTER / PERIOD)
    wanted = [each for each in told if each in found]
    assert found == wanted  # in their order, without a gap
    assert told.index(found[0]) == first
    assert len(found) == pytest.approx(last - first + 1, abs=1)
    metadata = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert metadata["custom_data"] == {"arm": "sim", "violations": "spill"}


@settings(max_examples=10, deadline=None)
@given(st.dictionaries(st.integers(0, 199), st.sampled_from(["spill", "collision"]), min_size=1, max_size=6))
def test_every_violation_is_in_a_snapshot(tmp_path_factory, violations):
    made = snapshots(tmp_path_factory.mktemp("many"))
    told = run(made, 1.0, violations, 200)
    found = {each.received for folder in made.made for each in content(folder) if each.topic == "/safety_violation"}
    assert found == {each.received for each in told if each.topic == "/safety_violation"}


def test_violations_of_a_moment_are_in_one_bag(tmp_path):
    made = snapshots(tmp_path)
    run(made, 1.0, {200: "spill", 210: "collision"}, 400)
    (folder,) = made.made
    assert [each.topic for each in content(folder)].count("/safety_violation") == 2
    metadata = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert metadata["custom_data"]["violations"] == "spill, collision"


def test_where_the_learner_and_the_reset_stood_is_in_it_though_it_was_told_long_before(tmp_path):
    made = snapshots(tmp_path)
    made.add(message("learner_status", 90, LearnerStatus(threshold=0.5)))
    made.add(message("reset_phase", 91, String(data="")))
    run(made, 1.0, {300: "spill"}, 400)
    status, phase, *rest = content(made.made[0])
    assert deserialize_message(status.data, LearnerStatus).threshold == 0.5
    assert phase.topic == "/reset_phase"
    assert {each.topic for each in rest} == {"/joint_states", "/safety_violation"}


def test_an_arm_that_stands_still_afterwards_does_not_hold_it_up(tmp_path):
    made = snapshots(tmp_path)
    made.add(joints(5.0, 100))
    made.add(violation(100.1))
    made.add(message("diagnostics", 100.1 + 0.9 * AFTER, TOPICS["diagnostics"].type()))
    assert not made.made
    made.add(message("diagnostics", 100.1 + 1.1 * AFTER, TOPICS["diagnostics"].type()))
    assert len(made.made) == 1


def test_snapshots_of_another_bag_are_not_mixed_with_new_ones(tmp_path):
    (tmp_path / "bag-violations").mkdir()
    with pytest.raises(BagError, match="bag-violations exists already: move it away"):
        snapshots(tmp_path)


@pytest.mark.parametrize(("kind", "name"), [("../door open", "0001-_door_open"), ("", "0001-unnamed")])
def test_a_kind_of_any_text_makes_a_folder_of_this_bag(tmp_path, kind, name):
    made = snapshots(tmp_path)
    run(made, 1.0, {2: kind}, 3)
    assert [folder.relative_to(tmp_path) for folder in made.made] == [Path("bag-violations") / name]
