"""A stage is skipped exactly while its inputs are what they were."""

import pytest

EVERY_STAGE = 'venv pip relocation commands "${packages[@]}"'
INPUTS = "ros_distro=wheels ros_prefix=$venv python=/usr/bin/python3 ros_environment=; find_inputs"


@pytest.fixture
def stamped(checkout, run):
    """A checkout whose stages all count as whole."""
    script = f'{INPUTS}; mkdir -p "$stamps"; for name in {EVERY_STAGE}; do stamp "$name"; done'
    assert run("bash", "-c", f'. "{checkout}/tools/setup"; {script}').returncode == 0
    return checkout


@pytest.fixture
def stale(run):
    """Tells which stages of a checkout would run."""

    def stale(checkout):
        script = f'for name in {EVERY_STAGE}; do if stale "$name"; then echo "$name"; fi; done'
        return run("bash", "-c", f'. "{checkout}/tools/setup"; {INPUTS}; {script}').stdout.split()

    return stale


def test_nothing_runs_when_nothing_changed(stamped, stale):
    assert stale(stamped) == []


def test_everything_runs_in_a_new_checkout(checkout, stale):
    assert stale(checkout) == ["venv", "pip", "relocation", "commands", "pour"]


def test_a_changed_source_rebuilds_its_package_alone(stamped, stale):
    (stamped / "ros2_ws/src/pour/pour.py").write_text("FILL = 0.7\n")
    assert stale(stamped) == ["pour"]


def test_a_renamed_source_rebuilds_its_package(stamped, stale):
    (stamped / "ros2_ws/src/pour/pour.py").rename(stamped / "ros2_ws/src/pour/fill.py")
    assert stale(stamped) == ["pour"]


def test_a_changed_test_rebuilds_nothing(stamped, stale):
    (stamped / "ros2_ws/src/pour/test/test_pour.py").write_text("assert True\n")
    assert stale(stamped) == []


@pytest.mark.parametrize(("requirements", "stages"), [("dev.txt", ["pip"]), ("ros.txt", ["pip", "relocation", "pour"])])
def test_changed_requirements_keep_the_virtual_environment(stamped, stale, requirements, stages):
    (stamped / "requirements" / requirements).write_text("pytest\n")
    assert stale(stamped) == stages


def test_a_moved_checkout_is_set_up_again(stamped, stale):
    moved = stamped.rename(stamped.with_name("moved"))
    assert stale(moved) == ["venv", "pip", "relocation", "pour"]
