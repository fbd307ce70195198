"""Checkpoints: one safetensors file, written aside and renamed, that says what it is of and whether it is whole.

Nothing in it is executed on loading.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

FORMAT = 1
FILE = "checkpoint.safetensors"


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be written or must not be loaded; the message says which and why."""


def save(folder: Path, tensors: dict[str, Tensor], about: dict[str, Any]) -> Path:
    """Write `tensors` and the facts `about` them to `folder`; the previous checkpoint stays until this one is whole.

    Raises:
        CheckpointError: the folder cannot be written.
    """
    target, aside = folder / FILE, folder / f"{FILE}.partial"
    held = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    header = {"format": FORMAT, "digest": _digest(held), **about}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(held, aside, metadata={"msaclag": json.dumps(header)})
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(aside, target)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"cannot write the checkpoint {target}: {error}; the previous one is untouched"
        ) from error
    return target


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and facts of the checkpoint at `path`, a file or a folder that holds one.

    Raises:
        CheckpointError: none is there, or it is truncated, damaged, or of another format.
    """
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise CheckpointError(f"there is no checkpoint at {path} (a run's folder, or its {FILE})")
    try:
        with safe_open(file, framework="pt") as opened:
            header = json.loads((opened.metadata() or {}).get("msaclag", "{}"))
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError, json.JSONDecodeError) as error:
        raise CheckpointError(f"the checkpoint {file} cannot be read: {error}") from error
    if header.get("format") != FORMAT:
        raise CheckpointError(f"the checkpoint {file} has format {header.get('format')}; this version reads {FORMAT}")
    if header.get("digest") != _digest(tensors):
        raise CheckpointError(f"the checkpoint {file} is damaged: its contents do not match its digest")
    return tensors, header


def restore(into: dict[str, Tensor], tensors: dict[str, Tensor]) -> None:
    """Copy `tensors` into the live tensors `into`, name by name.

    Raises:
        CheckpointError: a name or a shape differs; nothing was changed.
    """
    if missing := sorted(into.keys() ^ tensors.keys()):
        raise CheckpointError(f"the checkpoint is of another algorithm: it differs in {', '.join(missing)}")
    for name, target in into.items():
        if target.shape != tensors[name].shape:
            raise CheckpointError(
                f"the checkpoint's '{name}' has shape {list(tensors[name].shape)}, here it is {list(target.shape)}: "
                "its networks have other sizes"
            )
    for name, target in into.items():
        target.copy_(tensors[name])


def _digest(tensors: dict[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].contiguous().numpy().tobytes())
    return digest.hexdigest()
