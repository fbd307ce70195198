"""Which code runs."""

import subprocess
from importlib.metadata import version
from pathlib import Path

PLACE = "launch/msaclag/code_version.py"
"""Of this file in the repository."""


def code_version() -> dict[str, str]:
    """The package's `version`, and its `commit` (with -dirty where files were changed; empty outside a checkout)."""
    return {"version": version("msaclag"), "commit": _commit(Path(__file__).resolve().parent)}


def _commit(folder: Path) -> str:
    top = _git(folder, "rev-parse", "--show-toplevel")
    return _git(folder, "describe", "--always", "--dirty", "--abbrev=12") if top and Path(top, PLACE).exists() else ""


def _git(folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
