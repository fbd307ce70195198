"""Checkpoints: a safetensors file, written aside and renamed, that says what it is of and whether it is whole.

Nothing in it is executed on loading. The segments of the experience (`experience_log`) are files of the same kind.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from msaclag_learner.errors import TrainingError
from msaclag_ros.disk import to_disk

FORMAT = 3
FILE = "checkpoint.safetensors"


class CheckpointError(TrainingError):
    """A checkpoint that cannot be written or must not be loaded; the message names the file and the remedy."""


def copy(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """What `tensors` hold now, on the CPU."""
    return {
        name: tensor.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)
        for name, tensor in tensors.items()
    }


def write(file: Path, tensors: dict[str, Tensor], about: dict[str, Any]) -> str:
    """Write contiguous CPU `tensors` and the facts `about` them; what lay at `file` stays until this is on disk.

    Returns:
        The digest of all of it.

    Raises:
        CheckpointError: the file cannot be written.
    """
    aside = file.with_name(f"{file.name}.partial")
    digest = _digest(tensors, about)
    header = {"format": FORMAT, "digest": digest, "about": about}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, aside, metadata={"msaclag": json.dumps(header)})
        to_disk(aside)
        os.replace(aside, file)
        to_disk(file.parent)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"cannot write {file}: {error}; the checkpoint before is untouched") from error
    return digest


def read(file: Path) -> tuple[dict[str, Tensor], dict[str, Any], str]:
    """The tensors of a file, the facts about them and the digest of both.

    Raises:
        CheckpointError: it is missing, truncated, damaged, or of another format.
    """
    header = _header(file)
    try:
        with safe_open(file, framework="pt") as opened:
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError) as error:
        raise _unreadable(file, error) from error
    if header["digest"] != _digest(tensors, header["about"]):
        raise CheckpointError(f"{file} is damaged, its contents do not match its digest: take it from a copy")
    return tensors, header["about"], header["digest"]


def read_about(file: Path) -> dict[str, Any]:
    """The facts alone, without a look at whether the file is whole.

    Raises:
        CheckpointError: it is missing, truncated, or of another format.
    """
    about: dict[str, Any] = _header(file)["about"]
    return about


def save(folder: Path, tensors: dict[str, Tensor], about: dict[str, Any]) -> Path:
    """Write the checkpoint of `folder`, as `write`; returns its file."""
    write(folder / FILE, tensors, about)
    return folder / FILE


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and facts of the checkpoint at `path`, a file or a folder that holds one.

    Raises:
        CheckpointError: none is there, or it is truncated, damaged, or of another format.
    """
    file = path / FILE if path.is_dir() else path
    tensors, about, _ = read(file)
    if kind := about.get("kind"):
        raise CheckpointError(f"{file} holds {kind}, no checkpoint: name a run's folder, or the {FILE} in it")
    return tensors, about


def restore(into: dict[str, Tensor], tensors: dict[str, Tensor]) -> None:
    """Copy `tensors` into the live tensors `into`, name by name.

    Raises:
        CheckpointError: a name or a shape differs; nothing was changed.
    """
    if differing := sorted(into.keys() ^ tensors.keys()):
        raise CheckpointError(f"the checkpoint is of another algorithm: it differs in {', '.join(differing)}")
    for name, target in into.items():
        if target.shape != tensors[name].shape:
            raise CheckpointError(
                f"the checkpoint's '{name}' has shape {list(tensors[name].shape)}, here it is {list(target.shape)}: "
                "its networks have other sizes"
            )
    for name, target in into.items():
        target.copy_(tensors[name])


def _header(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise CheckpointError(f"there is no checkpoint at {file}: name a run's folder, or its {FILE}")
    try:
        with safe_open(file, framework="pt") as opened:
            header: dict[str, Any] = json.loads((opened.metadata() or {}).get("msaclag", "{}"))
    except (OSError, SafetensorError, json.JSONDecodeError) as error:
        raise _unreadable(file, error) from error
    if header.get("format") != FORMAT:
        raise CheckpointError(
            f"{file} has format {header.get('format')}, this version reads {FORMAT}: use the version that wrote it"
        )
    if missing := {"digest", "about"} - header.keys():
        raise CheckpointError(f"{file} is damaged, its header has no {' and no '.join(missing)}: take it from a copy")
    return header


def _unreadable(file: Path, error: Exception) -> CheckpointError:
    return CheckpointError(f"{file} cannot be read, it is truncated or damaged ({error}): take it from a copy")


def _digest(tensors: dict[str, Tensor], about: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {list(tensors[name].shape)}".encode())
        digest.update(tensors[name].numpy().data)
    return digest.hexdigest()
