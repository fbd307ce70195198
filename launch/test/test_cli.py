"""The front door."""

import subprocess
import sys

import pytest

from msaclag import cli


def test_help_lists_the_commands_without_importing_them():
    program = "import sys; from msaclag.cli import main; main(['--help']); print({'rclpy', 'torch'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert all(name in out for name in cli.COMMANDS)
    assert out.endswith("set()\n")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_a_help_of_its_own(name, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    assert f"msaclag {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["upp"], "there is no command 'upp' (did you mean 'up'?)"),
        (["up", "pour_coffee_sim", "stepps:=3"], "did you mean 'steps'?"),
        (["up", "pour_coffee_sim", "arm:=twin"], "there are: emulated, real, sim"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(words, message, capsys):
    assert cli.main(words) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_resume_without_a_folder(capsys):
    assert cli.main(["train", "--resume"]) == 2
    assert "--resume goes on with the run in --run-dir" in capsys.readouterr().err


def test_show_args(capsys):
    assert cli.main(["up", "pour_coffee_sim", "--show-args"]) == 0
    assert "steps:=30000" in capsys.readouterr().out


def test_settings_that_contradict_each_other_are_refused_in_one_line(capsys, tmp_path):
    assert cli.main(["train", "--replay-capacity", "50", "--run-dir", str(tmp_path)]) == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert message == "msaclag: replay_capacity is 50, less than a batch (algorithm.batch) of 128"


def test_an_algorithm_by_its_short_name_obeys_the_rules(capsys, tmp_path):
    assert cli.main(["train", "--task", "pour-coffee", "--algorithm", "sacv2_lag", "--run-dir", str(tmp_path)]) == 2
    assert "sacv2_lag keeps ε fixed at initial_threshold" in capsys.readouterr().err
