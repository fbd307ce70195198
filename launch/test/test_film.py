"""A pour on film."""

import numpy as np
import pytest
from PIL import Image

from kinova_pour_env.demonstrator import Demonstrator
from kinova_pour_env.pour_coffee import PourCoffeeEnv
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.scene import Scene
from msaclag import film
from msaclag_ros.settings import SettingError
from sim_bridge.twin import Twin

SMALL = (160, 120)


@pytest.fixture(scope="module")
def pour():
    """An episode in which the demonstrator pours, in small pictures."""
    scene = Scene()
    twin = Twin(scene)
    environment = PourCoffeeEnv(twin, scene, PourCoffeeConfig(max_steps=80))
    policy = Demonstrator(scene, environment.task.config)
    frames = list(film.record(environment, lambda *_: twin.render(*SMALL), policy, seed=3))
    environment.close()
    return frames


def test_an_episode_step_by_step(pour):
    assert len(pour) == 81
    assert [pour[number].time for number in (0, 1, 80)] == pytest.approx([0, 0.1, 8])
    assert pour[0].picture.shape == (120, 160, 3)
    assert not np.array_equal(pour[0].picture, pour[40].picture)
    assert (pour[0].poured, pour[0].ending) == (0, "")
    assert pour[-1].poured == pytest.approx(1)
    assert pour[-1].ending == "success"


def test_a_strip(pour, tmp_path):
    film.write(pour, tmp_path / "pour.png")
    assert [file.name for file in tmp_path.iterdir()] == ["pour.png"]
    with Image.open(tmp_path / "pour.png") as strip:
        assert strip.size[0] > film.COLUMNS * 160
        assert strip.size[1] > film.ROWS * 120


def test_an_animation_at_the_speed_of_life(pour, tmp_path):
    film.write(pour[::8], tmp_path / "pour.gif")
    with Image.open(tmp_path / "pour.gif") as animation:
        assert animation.n_frames == 11
        assert animation.info["duration"] == 800
        animation.seek(10)
        assert animation.info["duration"] == 1000 * film.LAST_PICTURE


def test_a_pour_cut_short_is_shown_to_its_end(pour, tmp_path):
    film.write(pour[:3], tmp_path / "pour.png")
    with Image.open(tmp_path / "pour.png") as strip:
        assert strip.size[1] < 2 * 120 + 100


def test_only_what_can_be_written(tmp_path):
    with pytest.raises(SettingError, match=r"pour.mp4: a film is a .png or a .gif"):
        film.check(tmp_path / "pour.mp4")
    with pytest.raises(SettingError, match="there is no folder"):
        film.check(tmp_path / "nowhere/pour.gif")
    film.check(tmp_path / "pour.gif")
