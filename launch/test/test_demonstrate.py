"""Scripted pours on the real twin, and that nothing is mixed which was experienced under other conditions."""

from dataclasses import replace
from pathlib import Path

import pytest

from msaclag.demonstrate import script
from msaclag.launch_arguments import read_arguments
from msaclag.pours import make_pours
from msaclag.train import train
from msaclag_learner import checkpoint
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.configuration import AlgorithmConfig, TrainingConfig
from msaclag_ros.settings import SettingError

SHORT = TrainingConfig(
    algorithm=AlgorithmConfig(batch=16, hidden=(16,)), steps=60, warmup=20, evaluation_episodes=0, run_dir=""
)


@pytest.fixture(scope="module")
def pours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pours") / "pours.safetensors"
    script(file, episodes=2)
    return file


def test_pours_are_whole_episodes_that_tell_their_conditions(pours: Path) -> None:
    tensors, about, _ = checkpoint.read(pours)
    assert tensors["transitions"].shape == (300, 37) and tensors["first_states"].shape == (2, 15)
    assert (about["conditions"]["setting"], about["conditions"]["reward"]) == ("1", "shaped")
    assert about["conditions"]["scene"]["mug"]["fill"] == 0.75
    assert about["conditions"]["task"]["policy_rate"] == 10


def test_a_folder_is_no_file_for_pours(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no name for a file"):
        script(tmp_path, episodes=1)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"setting": "3"}, "setting was 1, now it is 3"),
        ({"reward": "printed"}, "task.roll_weight was -5.0, now it is -1.0"),
    ],
)
def test_pours_of_other_conditions_are_refused(
    pours: Path, tmp_path: Path, changes: dict[str, str], named: str
) -> None:
    training = replace(SHORT, demonstrations=str(pours), run_dir=str(tmp_path))
    with pytest.raises(CheckpointError, match=named):
        train(training=training, **changes)


def test_a_run_goes_on_under_its_own_conditions_alone(pours: Path, tmp_path: Path) -> None:
    begun = replace(SHORT, demonstrations=str(pours), run_dir=str(tmp_path))
    train(training=begun)
    with pytest.raises(CheckpointError, match="setting was 1, now it is 2"):
        train(setting="2", training=replace(begun, resume=True, steps=80))
    train(training=replace(begun, resume=True, steps=80))
    assert checkpoint.load(tmp_path)[1]["step"] >= 80


def test_demonstrations_are_no_checkpoint(pours: Path) -> None:
    with pytest.raises(CheckpointError, match="holds demonstrations, no checkpoint"):
        checkpoint.load(pours)


def test_the_graph_begins_with_pours_at_its_own_rate(tmp_path: Path) -> None:
    given = {"run_dir": str(tmp_path), "pours": "1", "rate": "20"}
    make_pours(read_arguments("pour_coffee_sim", given))
    about = checkpoint.read_about(tmp_path / "demonstrations.safetensors")
    assert about["conditions"]["task"]["policy_rate"] == 20


@pytest.mark.parametrize("given", [{"pours": "0"}, {"steps": "0"}, {"arm": "emulated"}, {"resume": "true"}])
def test_no_pours_where_there_are_none_to_make(tmp_path: Path, given: dict[str, str]) -> None:
    assert read_arguments("pour_coffee_sim", {"run_dir": str(tmp_path), **given}).pours_to_make is None
