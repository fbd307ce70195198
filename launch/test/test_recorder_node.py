"""The recorder as a process, and what it wrote."""

import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rosbags.highlevel import AnyReader

from msaclag.bag.reading import BagFile, about_of
from msaclag.cli import main
from msaclag.recorder_node import sources
from msaclag_msgs.msg import Transition
from msaclag_ros.interface import TOPICS

pytestmark = pytest.mark.graph

COMMAND = [sys.executable, "-c", "import sys; from msaclag.recorder_node import main; sys.exit(main())"]


@pytest.fixture
def publishers(ros_domain):
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=ros_domain)
    node = Node("publishers", namespace="/left", context=context)
    yield {name: node.create_publisher(topic.type, name, topic.qos) for name, topic in TOPICS.items()}
    node.destroy_node()
    rclpy.shutdown(context=context)


@pytest.fixture
def matched(publishers):
    """Waits until every publisher has the recorder as its listener."""

    def wait():
        deadline = time.monotonic() + 30
        while any(publisher.get_subscription_count() == 0 for publisher in publishers.values()):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    return wait


def start(folder, *arguments):
    command = [*COMMAND, "--ros-args", "-r", "__ns:=/left", "-p", f"bag_dir:={folder}", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_every_topic_arrives_and_the_bag_is_whole_after_a_signal(publishers, matched, tmp_path, number):
    recorder = start(tmp_path / "bag", "-p", 'about:=\'{"arm": "sim"}\'')
    matched()
    reliable = {name for name in TOPICS if TOPICS[name].qos.reliability == ReliabilityPolicy.RELIABLE}
    sent = {name: min(TOPICS[name].qos.depth, 20) for name in TOPICS}  # what a reliable publisher keeps
    for turn in range(20):
        for name, publisher in publishers.items():
            if turn < sent[name]:
                publisher.publish(TOPICS[name].type())
        time.sleep(0.01)
    assert all(publishers[name].wait_for_all_acked(Duration(seconds=10)) for name in reliable)
    recorder.send_signal(number)
    _, error = recorder.communicate(timeout=20)
    assert recorder.returncode == 130, error
    with AnyReader([tmp_path / "bag"]) as reader:
        counts = {connection.topic: connection.msgcount for connection in reader.connections}
        offered = {connection.topic: connection.ext.offered_qos_profiles for connection in reader.connections}
    own = counts["/left/diagnostics"] - sent["diagnostics"]
    assert own >= 0
    assert {name: counts[f"/left/{name}"] for name in reliable} == {
        name: sent[name] + own * (name == "diagnostics") for name in reliable
    }
    assert all(counts[f"/left/{name}"] > 0 for name in TOPICS)
    assert all(offered[f"/left/{name}"][0].reliability.name == "RELIABLE" for name in reliable)
    about = about_of(tmp_path / "bag/bag_0.mcap")
    assert (about["arm"], about["version"]) == ("sim", version("msaclag"))
    with AnyReader([tmp_path / "bag-violations/0001-unnamed"]) as reader:
        assert "/left/safety_violation" in reader.topics


def test_a_killed_recorder_leaves_all_but_the_last_second(publishers, matched, tmp_path):
    recorder, number = start(tmp_path / "bag"), 0
    matched()
    file, deadline = tmp_path / "bag/bag_0.mcap", time.monotonic() + 30
    while len(list(BagFile(file).messages({"transition"}))) < 20:
        assert time.monotonic() < deadline
        number += 1
        publishers["transition"].publish(Transition(seq=number))
        time.sleep(0.02)
    recorder.kill()
    recorder.communicate(timeout=20)
    bag = BagFile(file)
    found = [deserialize_message(message.data, Transition).seq for message in bag.messages({"transition"})]
    assert found == list(range(1, len(found) + 1))
    assert bag.losses.cut_off and "may never have been on the disk" in str(bag.losses)
    assert main(["recover", str(tmp_path / "bag")]) == 0
    with AnyReader([tmp_path / "bag-recovered"]) as reader:
        assert reader.message_count == bag.extent.messages


def test_it_tells_how_it_is(ros_domain, tmp_path):
    recorder, file = start(tmp_path / "bag"), tmp_path / "bag/bag_0.mcap"
    deadline, told = time.monotonic() + 30, []
    while not told:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        told = list(BagFile(file).messages({"diagnostics"})) if file.exists() else []
    recorder.send_signal(signal.SIGTERM)
    recorder.communicate(timeout=20)
    (status,) = deserialize_message(told[0].data, DiagnosticArray).status
    assert (status.name, status.message) == ("/left/recorder_node", f"recording into {tmp_path / 'bag'}")
    assert {"messages/s", "messages in the bag", "left on the disk, GB"} < {each.key for each in status.values}


@pytest.mark.parametrize(("given", "told"), [("{", "about: "), ('{"arm": 1}', "about: not texts by name")])
def test_what_is_no_text_by_name_is_refused(tmp_path, given, told):
    recorder = start(tmp_path / "bag", "-p", f"about:='{given}'")
    _, error = recorder.communicate(timeout=30)
    assert recorder.returncode == 2
    assert told in error
    assert not (tmp_path / "bag").exists()


def test_an_existing_bag_is_refused_by_name(tmp_path):
    recorder = start(tmp_path)
    _, error = recorder.communicate(timeout=20)
    assert recorder.returncode == 2
    assert f"fatal: the bag {tmp_path} exists already" in error
    assert "Traceback" not in error


def test_all_topics_of_the_interface_are_sources():
    assert set(TOPICS) < set(sources())
    assert "reset_episode/_action/status" in sources()
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
