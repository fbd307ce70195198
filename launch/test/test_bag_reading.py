"""Bags that were cut off or damaged: what is whole is read, what was lost is told, and a new bag can be made."""

import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.records import ChunkIndex
from rclpy.serialization import serialize_message
from rosbags.highlevel import AnyReader

from msaclag.bag.reading import BagFile, bag_files
from msaclag.bag.summary import MAGIC
from msaclag.bag.topic import BagMessage
from msaclag.bag.writer import BagWriter
from msaclag.cli import main
from msaclag.recorder_node import Source
from msaclag_msgs.msg import CupMotion, Transition
from msaclag_ros.interface import TOPICS

CHUNKS, MESSAGES = 12, 40
START, STEP = 1_800_000_000_000_000_000, 25_000_000


anywhere = st.integers(0, 2**31)
"""Modulo the length of a file."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[BagMessage]]:
    """The file of a bag of several chunks, and its messages."""
    bag = BagWriter(tmp_path_factory.mktemp("written") / "bag", {"arm": "sim"})
    random, messages = np.random.default_rng(0), []
    for number in range(CHUNKS * MESSAGES):
        name = "cup_motion" if number % 4 else "transition"
        values = random.standard_normal(15).tolist()
        content = CupMotion(slosh=values[0]) if number % 4 else Transition(seq=number, observation=values)
        time = START + number * STEP
        messages.append(BagMessage(f"/{name}", time, time, number, serialize_message(content)))
        if not bag.has(f"/{name}"):
            bag.add_topic(Source(*TOPICS[name]).described(f"/{name}", []))
        bag.write(messages[-1])
        if number % MESSAGES == MESSAGES - 1:
            bag.flush()
    bag.close()
    return (bag.folder / "bag_0.mcap").read_bytes(), messages


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new place at each turn."""
    folder = tmp_path_factory.mktemp("damaged")
    return (folder / str(number) for number in count())


def read(data: bytes, place: Path) -> tuple[BagFile, list[BagMessage]]:
    place.mkdir()
    (place / "bag_0.mcap").write_bytes(data)
    file = BagFile(place / "bag_0.mcap")
    return file, list(file.messages())


def test_what_is_whole_lost_nothing(written, places):
    data, messages = written
    file, found = read(data, next(places))
    assert found == messages
    assert (file.losses.chunks, file.losses.messages, str(file.losses)) == (0, 0, "")
    assert not file.losses
    assert file.about == {"arm": "sim"}
    assert file.extent.counts == {"/cup_motion": 360, "/transition": 120}


@settings(max_examples=25, deadline=None)
@given(anywhere)
def test_a_bag_cut_off_anywhere_is_read_up_to_its_last_whole_chunk(written, places, place_of_cut):
    whole, messages = written
    cut = place_of_cut % len(whole)
    place = next(places)
    file, found = read(whole[:cut], place)
    assert found == messages[: len(found)]
    assert len(found) % MESSAGES == 0
    assert file.losses
    assert "cut off" in str(file.losses) or "no index" in str(file.losses)
    assert file.losses.chunks <= 1
    if file.losses.chunks and found:
        assert file.losses.messages <= 1.2 * MESSAGES
    if found:
        assert main(["recover", str(place)]) == 0
        assert independently(place.with_name(f"{place.name}-recovered")) == [
            (message.topic, message.received, message.data) for message in found
        ]
    shutil.rmtree(place)


def independently(bag: Path) -> list[tuple[str, int, bytes]]:
    """The messages of a bag as rosbags reads them, by index and metadata.yaml."""
    with AnyReader([bag]) as reader:
        return [(connection.topic, time, bytes(data)) for connection, time, data in reader.messages()]


@settings(deadline=None)
@given(st.lists(st.tuples(anywhere, st.integers(1, 255)), min_size=1, max_size=3))
def test_no_wrong_message_comes_of_damaged_bytes(written, places, flips):
    whole, messages = written
    damaged = bytearray(whole)
    for at, by in flips:
        damaged[len(MAGIC) + at % (len(whole) - len(MAGIC))] ^= by
    place = next(places)
    file, found = read(bytes(damaged), place)
    by_time = {message.received: message for message in messages}
    assert all(by_time[message.received] == message for message in found)
    assert len(found) == len({message.received for message in found})
    if len(found) < len(messages):
        assert file.losses
        if not file.losses.unindexed:
            assert (file.losses.messages, file.losses.exact) == (len(messages) - len(found), True)
    shutil.rmtree(place)


def chunks(data: bytes) -> list[ChunkIndex]:
    return make_reader(BytesIO(data)).get_summary().chunk_indexes


def test_a_damaged_chunk_is_told_by_its_index_and_by_the_gap_it_leaves(written, places):
    whole, messages = written
    middle, last = chunks(whole)[CHUNKS // 2], chunks(whole)[-1]
    damaged = bytearray(whole[: last.chunk_start_offset])  # no summary tells as much
    damaged[middle.chunk_start_offset + middle.chunk_length // 2] ^= 1
    file, found = read(bytes(damaged), next(places))
    losses = file.losses
    assert (losses.chunks, losses.messages, losses.exact) == (1, MESSAGES, True)
    assert losses.seconds == pytest.approx((MESSAGES + 1) * STEP / 1e9)
    assert len(found) == len(messages) - 2 * MESSAGES


def test_metadata_tells_how_many_messages_a_file_had_that_was_copied_in_part(written, places):
    whole, messages = written
    place = next(places)
    place.mkdir()
    files = {"files": [{"path": "bag_0.mcap", "message_count": len(messages)}]}
    (place / "metadata.yaml").write_text(yaml.safe_dump({"rosbag2_bagfile_information": files}))
    (place / "bag_0.mcap").write_bytes(whole[: len(whole) // 2])
    (file,) = bag_files(place)
    found = list(file.messages())
    assert (file.losses.messages, file.losses.exact) == (len(messages) - len(found), True)


def test_recovering_tells_what_was_lost(written, places, capsys):
    whole, _ = written
    place, torn = next(places), chunks(whole)[-1]
    read(whole[: torn.chunk_start_offset + torn.chunk_length - 9], place)
    assert main(["recover", str(place), "--out", str(place / "again")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert re.search(r"about [34]\d messages of 1\.0 s are lost \(1 chunk damaged or torn", told)
    assert "it was cut off, so what came in the last second" in told
    metadata = yaml.safe_load((place / "again/metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert metadata["custom_data"]["arm"] == "sim"
    assert "are lost" in metadata["custom_data"]["lost"]
    assert main(["recover", str(place), "--out", str(place / "again")]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"SQLite format 3", "is no MCAP file"), (b"", "holds no message that is whole"), (None, "holds no MCAP file")],
)
def test_what_is_no_bag_is_named(tmp_path, capsys, content, told):
    if content is not None:
        (tmp_path / "bag_0.mcap").write_bytes(content)
    assert main(["recover", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err
    assert not tmp_path.with_name(f"{tmp_path.name}-recovered").exists()


def test_the_files_of_a_split_bag_are_read_in_their_order(tmp_path):
    for number in (10, 9, 0):
        (tmp_path / f"bag_{number}.mcap").touch()
    assert [file.path.name for file in bag_files(tmp_path)] == ["bag_0.mcap", "bag_9.mcap", "bag_10.mcap"]
