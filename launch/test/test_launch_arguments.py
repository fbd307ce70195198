"""Arguments as a person writes them."""

from pathlib import Path

import pytest

from msaclag.launch_arguments import TASKS, LaunchArguments, defaults, listing, next_bag, read_arguments, split
from msaclag_ros.settings import SettingError


def test_the_launch_files_differ_in_defaults_only():
    assert (defaults("pour_coffee_sim").arm, defaults("pour_coffee_sim").setting) == ("sim", "1")
    assert (defaults("pour_coffee_real").arm, defaults("pour_coffee_real").setting) == ("real", "real")
    assert (defaults("pour_coffee_sim").respawn, defaults("pour_coffee_real").respawn) == (False, True)
    assert all(set(changed) <= {"arm", "setting", "respawn"} for changed in TASKS.values())


def test_text_becomes_values(tmp_path):
    words = ["steps:=300", "record:=false", "rate:=5", "setting:=2", f"run_dir:={tmp_path}", "checkpoint:="]
    arguments = read_arguments("pour_coffee_sim", split(words))
    assert (arguments.steps, arguments.record, arguments.rate, arguments.setting) == (300, False, 5.0, "2")
    assert (arguments.output, arguments.bag, arguments.checkpoint) == (tmp_path, tmp_path / "bag", None)


def test_a_run_has_a_folder_of_its_own():
    folder = read_arguments("pour_coffee_sim", {}).output
    assert folder.parent == Path("runs").absolute()
    assert folder.name.endswith("-pour_coffee_sim")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("stepps:=3", "there is no setting 'stepps' (did you mean 'steps'?)"),
        ("reward:=paid", "'reward' is 'paid', but takes one of shaped, printed"),
        ("rate:=-1", "'rate' is '-1', but takes a number above 0 and at most 40"),
        ("rate:=nan", "'rate' is 'nan'"),
        ("steps:=2.5", "'steps' is '2.5', but takes a whole number"),
        ("record:=maybe", "'record' is 'maybe', but takes true or false"),
        ("namespace:=left-arm", "a namespace is letters, digits"),
        ("robot_ip:=", "'robot_ip' is ''"),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_permitted(word, message):
    with pytest.raises(SettingError) as error:
        read_arguments("pour_coffee_sim", split([word]))
    assert message in str(error.value)


def test_a_run_is_resumed_in_its_folder_with_a_bag_of_its_own(tmp_path):
    given = split([f"run_dir:={tmp_path}", "resume:=true"])
    assert read_arguments("pour_coffee_sim", given).bag == tmp_path / "bag"
    for name in ("bag", "bag-2"):
        (tmp_path / name).mkdir()
    assert read_arguments("pour_coffee_sim", given).bag == tmp_path / "bag-3"
    assert next_bag(tmp_path / "bag-2") == tmp_path / "bag-3"
    assert read_arguments("pour_coffee_sim", {**given, "bag_dir": "/b"}).bag == Path("/b")


@pytest.mark.parametrize("words", [["resume:=true"], ["resume:=true", "run_dir:=/r", "checkpoint:=/c"]])
def test_resume_needs_a_folder_and_no_checkpoint(words):
    with pytest.raises(SettingError, match="so name that folder, and no checkpoint"):
        read_arguments("pour_coffee_sim", split(words))


@pytest.mark.parametrize("words", [["steps"], [":=3"], ["steps=3"], ["steps:=3", "steps:=4"]])
def test_words_of_another_form(words):
    with pytest.raises(SettingError):
        split(words)


def test_the_listing_names_every_argument():
    text = listing("pour_coffee_real")
    assert all(f"  {name}:=" in text for name in LaunchArguments.__dataclass_fields__)
    assert "arm:=real" in text
    assert "record:=true" in text
