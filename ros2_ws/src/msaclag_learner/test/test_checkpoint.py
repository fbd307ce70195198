import json
from pathlib import Path
from random import Random

import pytest
import torch
from safetensors.torch import save_file

from msaclag_learner import checkpoint
from msaclag_learner.checkpoint import CheckpointError

TENSORS = {"policy": torch.arange(6.0).view(2, 3), "steps": torch.tensor(4), "none": torch.empty(0, 2)}


def test_it_comes_back_equal(tmp_path: Path) -> None:
    file = checkpoint.save(tmp_path / "run", TENSORS, {"task": "t"})
    for path in (file, tmp_path / "run"):
        tensors, about = checkpoint.load(path)
        assert about == {"task": "t"} == checkpoint.read_about(file)
        assert all(torch.equal(tensors[name], TENSORS[name]) for name in TENSORS)
    assert [entry.name for entry in (tmp_path / "run").iterdir()] == [checkpoint.FILE]


def test_a_missing_and_a_cut_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint at"):
        checkpoint.load(tmp_path)
    file = checkpoint.save(tmp_path, TENSORS, {})
    whole = file.read_bytes()
    for end in (-3, 20, 0):
        file.write_bytes(whole[:end])
        with pytest.raises(CheckpointError, match=f"{checkpoint.FILE} cannot be read"):
            checkpoint.load(tmp_path)


def test_a_change_of_a_tensor_or_of_a_fact_is_named(tmp_path: Path) -> None:
    file = checkpoint.save(tmp_path, TENSORS, {"step": 1234})
    whole = file.read_bytes()
    for changed in (whole[:-1] + bytes([whole[-1] ^ 1]), whole.replace(b"1234", b"1235")):
        file.write_bytes(changed)
        with pytest.raises(CheckpointError, match="damaged"):
            checkpoint.load(tmp_path)


def test_a_flipped_bit_is_refused_by_name(tmp_path: Path) -> None:
    file = checkpoint.save(tmp_path, {"policy": torch.arange(2.0)}, {"step": 3})
    whole = file.read_bytes()
    for bit in Random(5).sample(range(8 * len(whole)), 500):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        file.write_bytes(changed)
        with pytest.raises(CheckpointError, match=checkpoint.FILE):
            checkpoint.load(tmp_path)


@pytest.mark.parametrize("header", [{"format": 1, "task": "t"}, {}])
def test_another_format_is_named(tmp_path: Path, header: dict[str, object]) -> None:
    save_file(TENSORS, tmp_path / checkpoint.FILE, metadata={"msaclag": json.dumps(header)})
    with pytest.raises(CheckpointError, match=f"has format {header.get('format')}, this version reads 3"):
        checkpoint.load(tmp_path)


def test_a_copy_does_not_follow_its_tensor() -> None:
    live = {"policy": torch.zeros(3, 2).T}
    copied = checkpoint.copy(live)
    live["policy"] += 1
    assert copied["policy"].abs().sum() == 0 and copied["policy"].is_contiguous()


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(CheckpointError, match="cannot write"):
        checkpoint.save(tmp_path / "run", TENSORS, {})


def test_other_names_and_shapes_change_nothing() -> None:
    live = {"policy": torch.zeros(2, 3), "steps": torch.tensor(0), "none": torch.empty(0, 2)}
    with pytest.raises(CheckpointError, match="another algorithm"):
        checkpoint.restore(live, {"policy": TENSORS["policy"]})
    with pytest.raises(CheckpointError, match="shape"):
        checkpoint.restore(live, {**TENSORS, "policy": torch.ones(3, 3)})
    assert live["policy"].abs().sum() == 0
    checkpoint.restore(live, TENSORS)
    assert torch.equal(live["policy"], TENSORS["policy"])
