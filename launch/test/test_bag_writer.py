"""Bags: read back by rosbags and by mcap, whole whatever ended them."""

import pytest
import yaml
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
from rclpy.qos import QoSProfile
from rclpy.serialization import serialize_message
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from msaclag.bag.topic import BagMessage
from msaclag.bag.writer import BagError, BagWriter
from msaclag.recorder_node import Source
from msaclag_msgs.msg import CupMotion, Transition
from msaclag_ros.interface import TOPICS
from msaclag_ros.message_definition import type_hash

TRANSITION = Transition(seq=7, action=[0.5, -0.5], reward=-1.25, info_names=["jerk"], info_values=[3.0])
ABOUT = {"arm": "sim", "commit": "abc"}


def described(name):
    return Source(*TOPICS[name]).described(f"/{name}", [])


def message(name, time, content):
    return BagMessage(f"/{name}", time, time - 1, time, serialize_message(content))


def mcap_of(folder):
    return folder / f"{folder.name}_0.mcap"


def decoded(folder):
    with mcap_of(folder).open("rb") as file:
        reader = make_reader(file, decoder_factories=[DecoderFactory()])
        return [(channel.topic, message.log_time, ros) for _, channel, message, ros in reader.iter_decoded_messages()]


@pytest.fixture
def bag(tmp_path):
    writer = BagWriter(tmp_path / "bag", ABOUT)
    writer.add_topic(described("transition"))
    writer.add_topic(described("cup_motion"))
    return writer


def test_round_trip(bag):
    for time in range(1, 4):
        bag.write(message("transition", time, TRANSITION))
    bag.write(message("cup_motion", 9, CupMotion(poured=0.25)))
    bag.close()
    with AnyReader([bag.folder]) as reader:
        messages = [reader.deserialize(data, connection.msgtype) for connection, _, data in reader.messages()]
        by_topic = {connection.topic: connection for connection in reader.connections}
    assert (messages[0].seq, list(messages[0].action), messages[-1].poured) == (7, [0.5, -0.5], 0.25)
    assert by_topic["/transition"].msgcount == 3
    assert by_topic["/transition"].ext.offered_qos_profiles[0].depth == TOPICS["transition"].qos.depth
    assert by_topic["/transition"].digest == type_hash(Transition)
    assert [(topic, time) for topic, time, _ in decoded(bag.folder)] == [
        ("/transition", 1),
        ("/transition", 2),
        ("/transition", 3),
        ("/cup_motion", 9),
    ]
    assert decoded(bag.folder)[0][2].info_names == ["jerk"]


def test_metadata(bag):
    bag.write(message("transition", 1, TRANSITION))
    bag.close()
    information = yaml.safe_load((bag.folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert (information["version"], information["storage_identifier"], information["message_count"]) == (9, "mcap", 1)
    assert information["relative_file_paths"] == ["bag_0.mcap"] == [each["path"] for each in information["files"]]
    assert information["custom_data"] == ABOUT
    (first, _) = information["topics_with_message_count"]
    assert first["topic_metadata"]["offered_qos_profiles"][0]["reliability"] == "reliable"
    with mcap_of(bag.folder).open("rb") as file:
        reader = make_reader(file)
        told = {metadata.name: metadata.metadata for metadata in reader.iter_metadata()}
        channel = next(each for each in reader.get_summary().channels.values() if each.topic == "/transition")
    assert told["msaclag"] == ABOUT
    assert yaml.safe_load(told["rosbag2"]["serialized_metadata"]) == information
    assert yaml.safe_load(channel.metadata["offered_qos_profiles"])[0]["depth"] == TOPICS["transition"].qos.depth
    assert channel.metadata["topic_type_hash"] == type_hash(Transition)


@pytest.mark.parametrize("name", TOPICS)
def test_the_definition_of_each_type_is_that_of_its_hash(name):
    """By the hash that an independent implementation (REP-2011) computes from the definition in the bag."""
    topic = described(name)
    types = get_typestore(Stores.EMPTY)
    types.register(get_types_from_msg(topic.definition, topic.type))
    assert types.hash_rihs01(topic.type) == topic.type_hash


def test_history_that_is_not_discovered_is_that_of_the_graph():
    discovered = QoSProfile(depth=0, history=3)
    offered = yaml.safe_load(Source(*TOPICS["transition"]).described("/transition", [discovered]).offered)
    assert (offered[0]["history"], offered[0]["depth"]) == ("keep_last", TOPICS["transition"].qos.depth)


def test_an_existing_folder_is_refused_by_name(tmp_path):
    with pytest.raises(BagError, match=f"{tmp_path} exists already"):
        BagWriter(tmp_path, {})


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BagError, match="file/bag cannot be made: Not a directory"):
        BagWriter(tmp_path / "file" / "bag", {})


def test_a_full_disk_ends_a_bag_that_is_whole(tmp_path):
    bag = BagWriter(tmp_path / "bag", {}, reserve=2**62)
    bag.add_topic(described("transition"))
    bag.write(message("transition", 1, TRANSITION))
    with pytest.raises(BagError, match="is full"):
        bag.flush()
    assert not bag.open
    assert [time for _, time, _ in decoded(bag.folder)] == [1]


def test_closing_twice(bag):
    bag.close()
    bag.close()
