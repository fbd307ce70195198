"""A machine that lacks something is told what, and how to get it, before anything is changed."""

import sys
from pathlib import Path

import pytest

NO_INDEX = {
    "PIP_CONFIG_FILE": "/dev/null",
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",  # the discard port: nobody listens
    "PIP_RETRIES": "0",
}


def contents(folder: Path) -> dict[str, float]:
    return {str(path): path.lstat().st_mtime for path in sorted(folder.rglob("*"))}


def tools_without(folder: Path, *missing: str) -> str:
    """A PATH with all the system's programs but the named ones."""
    folder.mkdir()
    for directory in ("/bin", "/usr/bin"):
        for program in Path(directory).iterdir():
            link = folder / program.name
            if program.name not in missing and not link.is_symlink():
                link.symlink_to(program)
    return str(folder)


def in_a_mount(mount: str, *command: str | Path) -> list[str]:
    """The command within a namespace of its own where something is mounted; skips where that isn't allowed."""
    words = " ".join(f"'{word}'" for word in command)
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", f"{mount} || exit 77; {words}"]


def test_all_that_is_missing_is_told_at_once(checkout, run, tmp_path):
    before = contents(checkout)
    path = tools_without(tmp_path / "bin", "g++", "make", "git")

    done = run(checkout / "tools/setup", PATH=path, PYTHON="/nowhere/python3.11")

    assert done.returncode == 1
    assert done.stdout == ""
    for line in (
        "- g++: sudo apt install g++",
        "- make: sudo apt install make",
        "- git: sudo apt install git",
        "no /nowhere/python3.11 here",
    ):
        assert line in done.stderr
    assert contents(checkout) == before


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ("3.9 /usr/bin/python3.9 nothing", "Python 3.10, 3.11 or 3.12"),
        ("3.10 /usr/bin/python3.10 venv,dev", "sudo apt install python3.10-venv python3.10-dev"),
        ("3.10 /usr/bin/python3.10 venv", "sudo apt install python3.10-venv\n"),
    ],
)
def test_an_unsuitable_interpreter_is_named(checkout, run, tmp_path, found, told):
    interpreter = tmp_path / "python"
    interpreter.write_text(f"#!/bin/sh\necho {found}\n")
    interpreter.chmod(0o755)

    done = run(checkout / "tools/setup", PYTHON=str(interpreter))

    assert done.returncode == 1
    assert told in done.stderr


def test_an_older_ros_is_refused(checkout, run):
    sourced = {"ROS_DISTRO": "humble", "AMENT_PREFIX_PATH": "/opt/ros/humble"}

    done = run(checkout / "tools/setup", PYTHON="/nowhere", **sourced)

    assert done.returncode == 1
    assert "ROS 2 Jazzy or later (humble is sourced)" in done.stderr


def test_a_folder_with_a_space_is_refused(checkout, run):
    spaced = checkout.rename(checkout.with_name("pour coffee"))

    done = run(spaced / "tools/setup", PYTHON="/nowhere")

    assert "a path without spaces" in done.stderr


def test_a_virtual_environment_of_somebody_else_is_left_alone(checkout, run):
    (checkout / ".venv").mkdir()

    done = run(checkout / "tools/setup", PYTHON="/nowhere")

    assert done.returncode == 1
    assert "move it away" in done.stderr


def test_a_read_only_folder_is_told(checkout, run):
    mount = f"mount --bind '{checkout}' '{checkout}' && mount -o remount,bind,ro '{checkout}'"

    done = run(*in_a_mount(mount, checkout / "tools/setup"), PYTHON="/nowhere")

    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("no mount namespace can be made here")
    assert f"permission to write into {checkout}" in done.stderr


def test_a_full_disk_and_an_unreachable_index_are_told(checkout, run, tmp_path):
    tiny = tmp_path / "tiny"
    tiny.mkdir()
    mount = f"mount -t tmpfs -o size=8m tmpfs '{tiny}' && cp -r '{checkout}' '{tiny}'"

    done = run(*in_a_mount(mount, tiny / "checkout/tools/setup"), PYTHON=sys.executable, **NO_INDEX)

    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("no mount namespace can be made here")
    assert done.returncode == 1
    assert f"disk space in {tiny}/checkout: 3 GB are needed for .venv/, 0.0 GB are free" in done.stderr
    assert "a reachable package index" in done.stderr


def test_no_scratch_is_left_behind(checkout, run, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    run(checkout / "tools/setup", PYTHON=sys.executable, TMPDIR=str(scratch), **NO_INDEX)

    assert list(scratch.iterdir()) == []
    assert not (checkout / ".venv").exists()
