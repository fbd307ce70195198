from pathlib import Path

import pytest
import torch

from msaclag_learner import checkpoint
from msaclag_learner.checkpoint import CheckpointError

TENSORS = {"policy": torch.arange(6.0).view(2, 3), "steps": torch.tensor(4)}


def test_it_comes_back_equal(tmp_path: Path) -> None:
    file = checkpoint.save(tmp_path / "run", TENSORS, {"task": "t"})
    for path in (file, tmp_path / "run"):
        tensors, about = checkpoint.load(path)
        assert about["task"] == "t"
        assert all(torch.equal(tensors[name], TENSORS[name]) for name in TENSORS)
    assert [entry.name for entry in (tmp_path / "run").iterdir()] == [checkpoint.FILE]


def test_a_missing_a_cut_and_a_changed_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint at"):
        checkpoint.load(tmp_path)
    file = checkpoint.save(tmp_path, TENSORS, {})
    whole = file.read_bytes()
    file.write_bytes(whole[:-3])
    with pytest.raises(CheckpointError, match="cannot be read"):
        checkpoint.load(tmp_path)
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(CheckpointError, match="damaged"):
        checkpoint.load(tmp_path)


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(CheckpointError, match="cannot write"):
        checkpoint.save(tmp_path / "run", TENSORS, {})


def test_other_names_and_shapes_change_nothing() -> None:
    live = {"policy": torch.zeros(2, 3), "steps": torch.tensor(0)}
    with pytest.raises(CheckpointError, match="another algorithm"):
        checkpoint.restore(live, {"policy": TENSORS["policy"]})
    with pytest.raises(CheckpointError, match="shape"):
        checkpoint.restore(live, {**TENSORS, "policy": torch.ones(3, 3)})
    assert live["policy"].abs().sum() == 0
    checkpoint.restore(live, TENSORS)
    assert torch.equal(live["policy"], TENSORS["policy"])
