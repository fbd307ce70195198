"""Training through the ROS graph against training in one process: whole runs by the command line, in turns.

Neither begins with scripted pours: both learn from as many transitions, with the same settings.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from msaclag.bench.race import Spread
from msaclag_ros.settings import SettingError

WARMUP = 200
"""Transitions without an update at the beginning; all others have one each."""

_PARAMETERS = f"/**/learner_node: {{ros__parameters: {{warmup: {WARMUP}, updates_per_step: 1.0}}}}\n"


def rates(rounds: int, steps: int, tell: Callable[[str], object]) -> dict[str, Spread]:
    """Steps per second as the runs' summaries tell, by "ros" and "inprocess"; no "ros" where rclpy is not installed.

    Raises:
        SettingError: a run fails.
    """
    measured: dict[str, list[float]] = {"inprocess": []}
    if find_spec("rclpy"):
        measured["ros"] = []
    for number in range(rounds):
        for kind, values in measured.items():
            tell(f"training, {'through the ROS graph' if kind == 'ros' else 'in one process'}, {number + 1}/{rounds}")
            with TemporaryDirectory() as folder:
                values.append(_rate(_command(kind, steps, number, Path(folder)), Path(folder)))
    return {kind: Spread.of(values) for kind, values in measured.items()}


def _command(kind: str, steps: int, seed: int, folder: Path) -> list[str]:
    if kind == "inprocess":
        words = ["train", "--warmup", WARMUP, "--updates-per-step", 1, "--steps", steps, "--seed", seed, "--pours", 0]
        return [*map(str, words), "--evaluation-episodes", "0", "--run-dir", str(folder / "run")]
    parameters = folder / "parameters.yaml"
    parameters.write_text(_PARAMETERS)
    arguments = {
        "steps": steps,
        "seed": seed,
        "pours": 0,
        "evaluation_episodes": 0,
        "params_file": parameters,
        "run_dir": folder / "run",
    }
    return ["up", "pour_coffee_sim", *(f"{name}:={value}" for name, value in arguments.items())]


def _rate(words: list[str], folder: Path) -> float:
    ended = subprocess.run([sys.executable, "-m", "msaclag", *words], capture_output=True, text=True, cwd=folder)
    if ended.returncode:
        said = "\n".join((ended.stdout + ended.stderr).splitlines()[-5:])
        raise SettingError(f"msaclag {words[0]} ended with exit code {ended.returncode}:\n{said}")
    rate: float = json.loads((folder / "run" / "summary.json").read_text())["steps_per_s"]
    return rate
