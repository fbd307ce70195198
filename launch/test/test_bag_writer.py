"""Bags: read back by rosbags and by mcap, whole whatever ended them."""

import pytest
import yaml
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
from rclpy.serialization import serialize_message
from rosbags.highlevel import AnyReader

from msaclag.bag_writer import BagError, BagWriter
from msaclag_msgs.msg import CupMotion, Transition
from msaclag_ros.interface import TOPICS

TRANSITION = Transition(seq=7, action=[0.5, -0.5], reward=-1.25, info_names=["jerk"], info_values=[3.0])


def decoded(folder):
    with (folder / f"{folder.name}.mcap").open("rb") as file:
        reader = make_reader(file, decoder_factories=[DecoderFactory()])
        return [(channel.topic, message.log_time, ros) for _, channel, message, ros in reader.iter_decoded_messages()]


@pytest.fixture
def bag(tmp_path):
    writer = BagWriter(tmp_path / "bag")
    writer.add_topic("/transition", "msaclag_msgs/msg/Transition", [TOPICS["transition"].qos])
    writer.add_topic("/cup_motion", "msaclag_msgs/msg/CupMotion", [])
    return writer


def test_round_trip(bag):
    for time in range(1, 4):
        bag.write("/transition", time, serialize_message(TRANSITION))
    bag.write("/cup_motion", 9, serialize_message(CupMotion(poured=0.25)))
    bag.close()
    with AnyReader([bag.folder]) as reader:
        messages = [reader.deserialize(data, connection.msgtype) for connection, _, data in reader.messages()]
        by_topic = {connection.topic: connection for connection in reader.connections}
    assert (messages[0].seq, list(messages[0].action), messages[-1].poured) == (7, [0.5, -0.5], 0.25)
    assert by_topic["/transition"].msgcount == 3
    assert by_topic["/transition"].ext.offered_qos_profiles[0].depth == TOPICS["transition"].qos.depth
    assert [(topic, time) for topic, time, _ in decoded(bag.folder)] == [
        ("/transition", 1),
        ("/transition", 2),
        ("/transition", 3),
        ("/cup_motion", 9),
    ]
    assert decoded(bag.folder)[0][2].info_names == ["jerk"]


def test_metadata(bag):
    bag.write("/transition", 1, serialize_message(TRANSITION))
    bag.close()
    information = yaml.safe_load((bag.folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert (information["version"], information["storage_identifier"], information["message_count"]) == (9, "mcap", 1)
    (first, _) = information["topics_with_message_count"]
    assert first["topic_metadata"]["offered_qos_profiles"][0]["reliability"] == "reliable"


def test_an_existing_folder_is_refused_by_name(tmp_path):
    with pytest.raises(BagError, match=f"{tmp_path} exists already"):
        BagWriter(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BagError, match="file/bag cannot be made: Not a directory"):
        BagWriter(tmp_path / "file" / "bag")


def test_a_full_disk_ends_a_bag_that_is_whole(tmp_path):
    bag = BagWriter(tmp_path / "bag", reserve=0)
    bag.add_topic("/transition", "msaclag_msgs/msg/Transition", [])
    bag.write("/transition", 1, serialize_message(TRANSITION))
    bag._reserve = 2**62
    large = serialize_message(Transition(observation=[0.0] * 300_000))
    with pytest.raises(BagError, match="is full"):
        bag.write("/transition", 2, large)
    assert not bag.open
    assert [time for _, time, _ in decoded(bag.folder)] == [1]


def test_closing_twice(bag):
    bag.close()
    bag.close()
