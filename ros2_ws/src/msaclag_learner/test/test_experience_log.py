from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.experience_log import ExperienceLog, Extent, Mark

LAYOUT = TransitionLayout(2, 1)


def rows(first: int, count: int, width: int) -> list[np.ndarray]:
    return [np.full(width, first + index, np.float32) for index in range(count)]


def append(log: ExperienceLog, first: int, transitions: int, first_states: int) -> None:
    for row in rows(first, transitions, LAYOUT.width):
        log.append(row)
    for row in rows(first, first_states, LAYOUT.state_size):
        log.append_first_state(row)


def written(folder: Path) -> Mark:
    """Three segments: 4 transitions, 1 first state alone, 3 transitions and 1 first state."""
    log = ExperienceLog(folder, LAYOUT)
    for first, transitions, first_states in ((0, 4, 0), (4, 0, 1), (4, 3, 1)):
        append(log, first, transitions, first_states)
        log.write()
    return log.written


def read(folder: Path, end: Mark) -> tuple[list[float], list[float]]:
    parts = list(ExperienceLog(folder, LAYOUT).read(end))
    transitions, first_states = (torch.cat(kind)[:, 0].tolist() for kind in zip(*parts, strict=True))
    return transitions, first_states


def test_it_comes_back_in_order_from_segments_that_are_written_once(tmp_path: Path) -> None:
    end = written(tmp_path)
    assert end.extent == Extent(7, 2)
    assert Mark.from_dict(end.as_dict()) == end
    names = sorted(file.name for file in (tmp_path / "experience").iterdir())
    assert names == [f"{a:09d}-{b:09d}.safetensors" for a, b in ((0, 4), (4, 5), (5, 9))]
    assert read(tmp_path, end) == ([0, 1, 2, 3, 4, 5, 6], [4, 4])


def test_a_flipped_bit_in_any_segment_is_refused_by_name(tmp_path: Path) -> None:
    end, random = written(tmp_path), Random(5)
    for file in sorted((tmp_path / "experience").iterdir()):
        whole = file.read_bytes()
        for bit in random.sample(range(8 * len(whole)), 300):
            changed = bytearray(whole)
            changed[bit // 8] ^= 1 << bit % 8
            file.write_bytes(changed)
            with pytest.raises(CheckpointError, match=r"take it from a copy|has format"):
                read(tmp_path, end)
        file.write_bytes(whole)


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    log = ExperienceLog(tmp_path, LAYOUT)
    assert log.write() == Mark()
    assert not list(log.read(Mark())) and not list(tmp_path.iterdir())


def test_rows_are_written_once(tmp_path: Path) -> None:
    log = ExperienceLog(tmp_path, LAYOUT)
    append(log, 0, 3, 1)
    assert log.write().extent == Extent(3, 1)
    append(log, 3, 2, 0)
    assert log.write().extent == log.write().extent == Extent(5, 1)
    assert read(tmp_path, log.written)[0] == [0, 1, 2, 3, 4]


def test_segments_behind_the_checkpoint_are_passed_over_and_overwritten(tmp_path: Path) -> None:
    log = ExperienceLog(tmp_path, LAYOUT)
    append(log, 0, 3, 0)
    saved = log.write()
    append(log, 50, 2, 0)
    log.write()
    again = ExperienceLog(tmp_path, LAYOUT)
    assert [len(transitions) for transitions, _ in again.read(saved)] == [3]
    append(again, 70, 2, 0)
    again.write()
    assert len(list((tmp_path / "experience").iterdir())) == 2
    assert read(tmp_path, again.written)[0] == [0, 1, 2, 70, 71]


def test_a_missing_a_damaged_and_a_foreign_segment_are_named(tmp_path: Path) -> None:
    end = written(tmp_path)
    middle = tmp_path / "experience" / "000000004-000000005.safetensors"
    whole = middle.read_bytes()
    middle.write_bytes(whole[:-1] + b"x")
    with pytest.raises(CheckpointError, match=f"{middle.name} is damaged"):
        read(tmp_path, end)
    middle.unlink()
    with pytest.raises(CheckpointError, match=f"{middle.name}: it is missing; take it from a copy"):
        read(tmp_path, end)
    middle.write_bytes((tmp_path / "experience" / end.segment).read_bytes())
    with pytest.raises(CheckpointError, match=f"{middle.name}: it is another file"):
        read(tmp_path, end)
    other = ExperienceLog(tmp_path / "other", LAYOUT)
    append(other, 9, 4, 0)
    other.write()
    append(other, 9, 0, 1)
    other.write()
    middle.write_bytes((tmp_path / "other" / "experience" / middle.name).read_bytes())
    with pytest.raises(CheckpointError, match="it is not the segment that the checkpoint was written with"):
        read(tmp_path, end)


def test_a_segment_that_cannot_be_written_leaves_its_rows_to_the_next_try(tmp_path: Path) -> None:
    log = ExperienceLog(tmp_path, LAYOUT)
    append(log, 0, 3, 1)
    (tmp_path / "experience").write_text("in the way")
    with pytest.raises(CheckpointError, match="cannot write"):
        log.write()
    (tmp_path / "experience").unlink()
    assert log.write().extent == Extent(3, 1)
