import subprocess
import sys

import gymnasium
import numpy as np
import pytest

import sim_bridge  # noqa: F401


@pytest.fixture
def env():
    made = gymnasium.make("msaclag/PourCoffee-v0", render_mode="rgb_array")
    yield made
    made.close()


def test_pour_coffee_is_registered_and_runs(env):
    observation, _ = env.reset(seed=0)
    assert observation in env.observation_space
    observation, _, terminated, truncated, _ = env.step(np.zeros(4, np.float32))
    assert observation in env.observation_space
    assert not terminated and not truncated
    assert env.render().dtype == np.uint8


def test_importing_it_does_not_start_the_physics():
    code = "import sys, sim_bridge; sys.exit('pybullet' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
