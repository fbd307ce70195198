"""The arm of docs/extending/arm.md: installed as a package it is offered by its name, and the script pours with it."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kinova_pour_env.arm import find_arm
from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.pour_coffee import PourCoffeeEnv
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene

PACKAGE = Path(__file__).resolve().parents[1] / "floating_mug"


@pytest.fixture(scope="module")
def site_packages(tmp_path_factory):
    """Where pip has installed a copy of it, since it builds where the sources are."""
    folder = tmp_path_factory.mktemp("site-packages")
    sources = shutil.copytree(PACKAGE, tmp_path_factory.mktemp("sources") / PACKAGE.name)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(sources)], check=True)
    return folder


@pytest.fixture
def arm(site_packages, monkeypatch):
    """As env_node makes it."""
    monkeypatch.syspath_prepend(site_packages)
    kind = find_arm("floating_mug")
    return kind(Scene(), kind.Config(ramp=0.4))


def test_the_script_pours_with_it(arm):
    config = PourCoffeeConfig.preset("1")
    environment, script = PourCoffeeEnv(arm, arm.scene, config), Demonstrator(arm.scene, config)
    observation, _ = environment.reset(seed=0)
    ended, violations = False, []
    while not ended:
        observation, _, terminated, truncated, info = environment.step(script(observation))
        ended, violations = terminated or truncated, violations + info["violations"]
    assert info["is_success"] and violations == []


def test_it_means_by_stops_what_the_gen3_means(arm):
    twist = np.array([0.1, 0, 0, 0, 0, 0])
    arm.send_twist(twist)
    for _ in range(20):
        arm.advance()
    assert arm.read().cup_velocity[0] == pytest.approx(0.1)
    arm.emergency_stop()
    arm.send_twist(twist)
    for _ in range(20):
        arm.advance()
    assert arm.read().cup_velocity[0] == 0
