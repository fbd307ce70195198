"""The containers call what is there: no engine is needed to see that."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "docker/Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker/compose.yaml").read_text())
TARGETS = ("sim", "gpu", "real")


def copied() -> list[str]:
    """Sources of COPY from the checkout."""
    lines = re.findall(r"^COPY (?!.*--from)(.*)$", DOCKERFILE, re.MULTILINE)
    return [word for line in lines for word in line.split()[:-1] if not word.startswith("--")]


def test_hadolint_finds_nothing():
    hadolint = shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("there is no hadolint for this machine")
    done = subprocess.run([hadolint, "--no-color", str(ROOT / "docker/Dockerfile")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_what_is_copied_is_there_and_not_ignored():
    allowed = re.findall(r"^!(.+)$", (ROOT / "docker/Dockerfile.dockerignore").read_text(), re.MULTILINE)
    assert {"requirements", "tools", "launch", "ros2_ws/src"} <= set(copied())
    for source in copied():
        assert (ROOT / source).exists()
        assert any(source == path or source.startswith(f"{path}/") for path in allowed), source


def test_all_is_installed_by_the_scripts_that_other_machines_use():
    assert DOCKERFILE.count("tools/setup") >= 2
    assert not re.search(r"pip3? install|colcon|rosdep", DOCKERFILE)
    for script in ("tools/setup", "docker/install_kortex"):
        assert script in DOCKERFILE
        assert (ROOT / script).stat().st_mode & 0o111


def test_the_apt_packages_are_what_the_set_up_asks_for():
    asked = set(re.findall(r"for name in (.*);", (ROOT / "tools/preflight.sh").read_text())[0].split())
    given = set(" ".join(re.findall(r"--no-install-recommends ([^\\&]*)", DOCKERFILE)).split())
    assert given == asked | {"python3-venv", "python3-dev"}


@pytest.mark.parametrize("name", TARGETS)
def test_a_service_is_its_target_in_a_profile_of_its_own(name):
    service = COMPOSE["services"][name]
    assert service["profiles"] == [name]
    assert service["build"]["target"] == name
    assert re.search(rf"^FROM \S+ AS {name}$", DOCKERFILE, re.MULTILINE)
    assert service["network_mode"] == service["ipc"] == "host"
    declared = set(re.findall(r"^ARG (\w+)", DOCKERFILE, re.MULTILINE))
    assert set(service["build"]["args"]) <= declared


def test_the_real_arm_gets_its_priority_its_wheel_and_its_secret():
    real = COMPOSE["services"]["real"]
    assert real["ulimits"]["rtprio"] >= 50
    assert set(real["build"]["additional_contexts"]) == {"kortex"} and "FROM scratch AS kortex" in DOCKERFILE
    (secret,) = real["secrets"]
    parameters = yaml.safe_load((ROOT / "docker/pour_coffee_real.yaml").read_text())
    assert parameters["/**/env_node"]["ros__parameters"]["real"]["credentials_file"] == f"/run/secrets/{secret}"


def test_no_secret_lies_on_a_command_line_or_in_the_environment():
    for text in (DOCKERFILE, (ROOT / "docker/compose.yaml").read_text()):
        assert not re.search(r"KORTEX_(USERNAME|PASSWORD)|password[=:]", text)


def test_a_folder_without_kinovas_wheel_is_named(run, tmp_path):
    script = ROOT / "docker/install_kortex"
    assert "Kinova's wheel" in run(script, "--help").stdout
    done = run(script, tmp_path)
    assert done.returncode == 1
    assert f"{tmp_path} holds 0 files kortex_api-….whl" in done.stderr and "KORTEX_WHEEL" in done.stderr
