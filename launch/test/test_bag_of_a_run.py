"""The bag of a run of the graph: replayed and drawn, it gives what the run itself had."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from mcap.reader import make_reader
from rich.console import Console

from msaclag.bag.contents import read_contents
from msaclag.bag.reading import bag_files
from msaclag.cli import main
from msaclag.recorded_run import read_metrics
from msaclag_learner import checkpoint
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.experience import Experience
from msaclag_learner.experience_log import ExperienceLog, Mark

pytestmark = [pytest.mark.graph, pytest.mark.slow]

PARAMETERS = """
/**/learner_node:
  ros__parameters:
    warmup: 130
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a short run."""
    folder = tmp_path_factory.mktemp("bag")
    (folder / "few.yaml").write_text(PARAMETERS)
    words = [f"run_dir:={folder / 'run'}", f"params_file:={folder / 'few.yaml'}", "steps:=150", "pours:=0"]
    command = [sys.executable, "-m", "msaclag", "up", "pour_coffee_sim", *words, "evaluation_episodes:=1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "run"


def experience_of(folder: Path) -> Experience:
    about = checkpoint.read_about(folder / checkpoint.FILE)
    experience = Experience([AlgorithmConfig()], about["state_size"], about["action_size"], 10_000)
    for transitions, first_states in ExperienceLog(folder, experience.layout).read(Mark.from_dict(about["experience"])):
        experience.extend(transitions)
        experience.extend_first_states(first_states)
    return experience


def test_a_replay_of_the_bag_rebuilds_the_buffers_to_the_bit(run):
    again = run.parent / "replayed"
    assert main(["replay", str(run / "bag"), "--run-dir", str(again), "--updates-per-step", "0.1"]) == 0
    live, replayed = experience_of(run), experience_of(again)
    assert live.sizes() == replayed.sizes()
    assert live.replay().rewards.numel() >= 150
    for name in ("replay", "safety"):
        for one, other in zip(getattr(live, name)(), getattr(replayed, name)(), strict=True):
            assert torch.equal(one, other)
    assert torch.equal(live.initial(), replayed.initial())


def test_jerk_and_acceleration_of_its_episodes_are_those_of_the_runs_metrics(run):
    (contents,) = read_contents([run / "bag"], Console(stderr=True))
    metrics = read_metrics(run)
    finished = [episode for episode in contents.episodes if episode.figures and not episode.evaluation]
    for name in ("jerk", "acceleration", "peak_jerk", "return", "violation"):
        steps, values = metrics[f"episode/{name}"]
        assert [episode.step for episode in finished] == steps.tolist()
        np.testing.assert_allclose([episode.figures[name] for episode in finished], values, rtol=1e-6)


def test_damage_is_named_by_a_replay(run, tmp_path, capsys):
    (file,) = bag_files(run / "bag")
    damaged = bytearray(file.path.read_bytes())
    chunks = make_reader(BytesIO(damaged)).get_summary().chunk_indexes
    middle = chunks[len(chunks) // 2]
    damaged[middle.chunk_start_offset + middle.chunk_length // 2] ^= 1
    (tmp_path / "bag_0.mcap").write_bytes(damaged)
    few = ["--updates-per-step", "0.1", "--algorithm.batch", "16"]  # a whole second is lost
    assert main(["replay", str(tmp_path), "--run-dir", str(tmp_path / "again"), *few]) == 0
    assert "are lost (1 chunk damaged or torn" in " ".join(capsys.readouterr().out.split())


def test_the_bag_tells_of_its_run_and_its_resets(run):
    (file,) = bag_files(run / "bag")
    names = [message.topic for message in file.messages()]
    assert not file.losses
    assert file.about["arm"] == "sim"
    assert file.about["parameters"] == PARAMETERS
    assert f'"run_dir": "{run}"' in file.about["arguments"]
    assert {"/reset_phase", "/transition", "/cup_motion", "/learner_status", "/diagnostics"} < set(names)
