"""The algorithm of docs/extending/algorithm.md: registered as the page says, it trains, and passes the tests of all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEARNER = Path("ros2_ws/src/msaclag_learner")
EXAMPLE = ROOT / "examples" / "sac_penalty"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The learner of a checkout in which somebody has followed the page."""
    folder = tmp_path_factory.mktemp("checkout")
    hidden = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(ROOT / LEARNER, folder / LEARNER, ignore=hidden)
    shutil.copy(EXAMPLE / "sac_penalty.py", folder / LEARNER / "msaclag_learner")
    subprocess.run(["git", "apply", str(EXAMPLE / "registration.diff")], cwd=folder, check=True)
    return folder


def run(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = {"PYTHONPATH": os.pathsep.join([str(checkout / LEARNER), *filter(None, sys.path)])}
    return subprocess.run(
        [sys.executable, *words], cwd=checkout, env={**os.environ, **path}, capture_output=True, text=True
    )


def test_it_passes_the_tests_of_every_algorithm(checkout):
    tests = checkout / LEARNER / "test" / "test_algorithms.py"
    done = run(checkout, "-m", "pytest", "-q", "-k", "sac_penalty", "--rootdir", str(checkout), str(tests))
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout


def test_it_trains_by_its_name(checkout):
    options = ["--algorithm.name", "sac_penalty", "--steps", "180", "--warmup", "150", "--evaluation-episodes", "1"]
    done = run(checkout, str(ROOT / "examples" / "reach_by_the_wall.py"), *options, "--run-dir", "runs/penalty")
    assert done.returncode == 0, done.stderr
    assert "'episodes': 1" in done.stdout
