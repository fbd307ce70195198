import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BARE_PATH = "/usr/bin:/bin"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that was never set up, with one small package."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    package = folder / "ros2_ws" / "src" / "pour"
    (package / "test").mkdir(parents=True)
    (package / "package.xml").write_text("<package/>")
    (package / "pour.py").write_text("FILL = 0.5\n")
    (package / "test" / "test_pour.py").write_text("")
    return folder


@pytest.fixture
def run() -> Run:
    """Runs a command with no environment but PATH, HOME and what is given, and returns what it printed."""

    def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        bare = {"PATH": BARE_PATH, "HOME": os.environ.get("HOME", "/"), **environment}
        return subprocess.run(
            [str(word) for word in command], env=bare, cwd="/", capture_output=True, text=True, timeout=60, check=False
        )

    return run
