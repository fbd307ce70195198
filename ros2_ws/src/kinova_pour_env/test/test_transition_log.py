"""The environment's log on a real disk: cut anywhere, damaged anywhere, full, and gone on with."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory

from kinova_pour_env import transition_log
from kinova_pour_env.transition_log import LogError, TransitionLog
from kinova_pour_env.transition_segment import read_segment
from msaclag_msgs.msg import Transition
from msaclag_msgs.srv import FetchTransitions

ABOUT = {"conditions": "{}"}


def transition(number: int) -> Transition:
    return Transition(episode=number // 5, step=number % 5, reward=0.5 * number, observation=[1.0, float(number)])


def opened(folder: Path, *, kept: int = 1000, synced: bool = False) -> TransitionLog:
    return TransitionLog(folder, ABOUT, kept=kept, synced=synced)


def fetched(log: TransitionLog, first: int = 1, limit: int = 1000) -> list[int]:
    response = log.fetch(FetchTransitions.Request(first_seq=first, limit=limit), FetchTransitions.Response())
    assert [each.reward for each in response.transitions] == [0.5 * each.seq for each in response.transitions]
    return [each.seq for each in response.transitions]


def filled(folder: Path, count: int, *, synced: bool = False) -> TransitionLog:
    log = opened(folder, synced=synced)
    for _ in range(count):
        log.append(transition(log.next_seq))
    assert [each.seq for each in log.flush()][-1:] == [log.next_seq - 1]
    return log


def abandon(log: TransitionLog) -> None:
    """As SIGKILL leaves it."""
    log._lock.release()


def test_it_goes_on_over_restarts(tmp_path: Path) -> None:
    log = filled(tmp_path, 7)
    identity = log.identity
    log.close()
    log = filled(tmp_path, 3)
    assert (log.identity, log.next_seq, log.findings) == (identity, 11, [])
    assert fetched(log) == list(range(1, 11)) and fetched(log, 4, 2) == [4, 5]
    assert log.last is not None and log.last.seq == 10
    log.close()


def test_what_was_flushed_survives_a_kill(tmp_path: Path) -> None:
    abandon(filled(tmp_path, 5, synced=True))
    log = opened(tmp_path)
    assert fetched(log) == [1, 2, 3, 4, 5] and log.findings == []
    log.close()


def test_nothing_is_told_of_before_it_is_on_disk(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.append(transition(1))
    assert fetched(log) == []
    assert [each.seq for each in log.flush()] == [1]
    assert fetched(log) == [1] and log.flush() == []
    log.close()


def test_segments_rotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transition_log, "SEGMENT", 4)
    log = opened(tmp_path)
    for number in range(1, 11):
        log.append(transition(number))
        log.flush()
    log.close()
    assert [file.stem.lstrip("0") for file in sorted(tmp_path.glob("*.mcap"))] == ["1", "5", "9"]
    log = opened(tmp_path, kept=3)
    assert fetched(log, 8) == [8, 9, 10] and log.next_seq == 11
    log.close()


def test_what_is_not_held_in_memory_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A segment at a time, the one that is being written too; what was taken away is named."""
    monkeypatch.setattr(transition_log, "SEGMENT", 4)
    log = opened(tmp_path, kept=1)
    for number in range(1, 12):
        log.append(transition(number))
        log.flush()

    def asked(first: int) -> FetchTransitions.Response:
        return log.fetch(FetchTransitions.Request(first_seq=first, limit=1000), FetchTransitions.Response())

    heard: list[int] = []
    while not (answer := asked(len(heard) + 1)).complete:
        heard += [each.seq for each in answer.transitions]
    assert [*heard, *(each.seq for each in answer.transitions)] == list(range(1, 12))
    assert (fetched(log, 6, 2), fetched(log, 9), fetched(log, 12)) == ([6, 7], [9, 10, 11], [])
    assert asked(12).complete and not asked(6).complete
    (tmp_path / f"{5:012d}.mcap").unlink()
    assert fetched(log, 4) == [4] and fetched(log, 5) == [9, 10, 11]
    assert not asked(5).complete and asked(5).message == "transitions 5 to 8 are not in the log"
    log.close()


def test_other_tools_read_it(tmp_path: Path) -> None:
    filled(tmp_path, 3).close()
    with next(tmp_path.glob("*.mcap")).open("rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        messages = [each.decoded_message for each in reader.iter_decoded_messages(["transition"])]
    assert [(each.seq, each.step, list(each.observation)) for each in messages] == [
        (number, number, [1.0, float(number)]) for number in (1, 2, 3)
    ]


@given(cut=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_a_torn_tail_is_cut_to_the_last_whole_transition(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    folder = tmp_path_factory.mktemp("log")
    abandon(filled(folder, 6))
    file = next(folder.glob("*.mcap"))
    size = cut % (file.stat().st_size + 1)
    os.truncate(file, size)
    torn = size > read_segment(file).whole
    log = opened(folder)
    whole = fetched(log)
    assert whole == list(range(1, len(whole) + 1)) and log.next_seq == len(whole) + 1
    assert len(log.findings) == torn
    assert [kept.stat().st_size for kept in folder.glob("*.mcap.*")] == [size] * (torn or not whole)
    log.append(transition(log.next_seq))
    log.flush()
    assert fetched(log) == [*whole, len(whole) + 1]
    log.close()


@given(position=st.integers(0, 10**6), bit=st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_a_flipped_bit_is_never_taken_for_a_transition(
    tmp_path_factory: pytest.TempPathFactory, position: int, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("log")
    filled(folder, 6).close()
    file = next(folder.glob("*.mcap"))
    data = bytearray(file.read_bytes())
    data[position % len(data)] ^= 1 << bit
    file.write_bytes(data)
    try:
        log = opened(folder)
    except LogError as error:
        assert str(folder) in str(error)
        return
    whole = fetched(log)
    assert set(whole) <= set(range(1, 7)) and whole == sorted(set(whole))
    log.close()


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes."""
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_what_a_full_disk_refuses_is_written_when_there_is_room_again(tmp_path: Path) -> None:
    log = filled(tmp_path, 5)
    size = next(tmp_path.glob("*.mcap")).stat().st_size
    with full_at(size + 100):
        for number in (6, 7):
            log.append(transition(number))
            with pytest.raises(LogError, match="cannot be written: File too large"):
                log.flush()
    assert fetched(log) == [1, 2, 3, 4, 5]
    assert [each.seq for each in log.flush()] == [6, 7]
    log.close()
    log = opened(tmp_path)
    assert fetched(log) == [1, 2, 3, 4, 5, 6, 7] and log.findings == []
    log.close()


def test_one_process_writes_it(tmp_path: Path) -> None:
    log = opened(tmp_path)
    with pytest.raises(LogError, match="another environment writes the log"):
        opened(tmp_path)
    log.close()


def test_other_conditions_want_a_log_of_their_own(tmp_path: Path) -> None:
    filled(tmp_path, 1).close()
    with pytest.raises(LogError, match="is of another conditions: give this environment a folder of its own"):
        TransitionLog(tmp_path, {"conditions": "other"}, kept=10, synced=False)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LogError, match=r"file/log cannot be opened"):
        opened(tmp_path / "file" / "log")
