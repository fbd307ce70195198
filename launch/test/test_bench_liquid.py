"""`msaclag bench liquid`: the particles by themselves, and the comparison by its command line."""

import json
import signal
import sys
import time
from math import pi

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinova_pour_env.scene import Mug, Scene
from msaclag import cli
from msaclag.bench import liquid
from msaclag.bench.mug_grid import MugGrid
from msaclag.bench.mug_motions import KINDS, motion
from msaclag.bench.particle_liquid import ParticleLiquid
from msaclag.bench.pressure import Pressure
from msaclag.bench.trilinear import deposit, gather

STRIDES, COUNT = (56, 8, 1), 6 * 7 * 8
STILL = np.zeros(3)
places = st.integers(1, 50).flatmap(lambda count: st.just(np.random.default_rng(count).uniform(0, 4.9, (count, 3))))


@given(places)
@settings(deadline=None)
def test_what_is_deposited_is_all_there_and_where_it_was(particles):
    values = np.arange(1.0, len(particles) + 1)
    sums = deposit(particles, values, STRIDES, COUNT)
    nodes = np.stack(np.meshgrid(range(6), range(7), range(8), indexing="ij"), axis=-1).reshape(-1, 3)
    assert sums.sum() == pytest.approx(values.sum())
    assert sums @ nodes == pytest.approx(values @ particles)


@given(places)
@settings(deadline=None)
def test_a_linear_field_is_gathered_exactly(particles):
    x, y, z = (axis.astype(float).ravel() for axis in np.meshgrid(range(6), range(7), range(8), indexing="ij"))
    assert gather(particles, (x, 2 * y, z - x), STRIDES) == pytest.approx(
        np.stack([particles[:, 0], 2 * particles[:, 1], particles[:, 2] - particles[:, 0]]), abs=1e-12
    )


def test_the_open_cells_hold_what_the_mug_holds():
    grid = MugGrid(0.04, 0.08, 5)
    below_the_lip = 0.0
    for node, room in enumerate(grid.room):
        level = node % grid.strides[1]
        below_the_lip += room * grid.spacing**3 * (1 if level <= 10 else 0)
    # Half of what the kernel of the cell above the lip has below it, and the other way round, is the same.
    assert below_the_lip == pytest.approx(pi * 0.04**2 * 0.08, rel=0.02)


def test_a_projected_flow_has_no_divergence():
    grid = MugGrid(0.04, 0.08, 5)
    particles = ParticleLiquid(Scene(mug=Mug(height=0.08)), 5)
    particles.reset(np.eye(3))
    pressure = Pressure(grid, grid.fill(particles.positions, 0.75 * pi * 0.04**2 * 0.08 / len(particles.positions)))
    random = np.random.default_rng(0)
    flow = [random.normal(size=grid.count) for _ in range(3)]
    solved = pressure.solve(-pressure.divergence(flow), np.zeros(grid.count), 1e-8)
    after = [field - gradient for field, gradient in zip(flow, pressure.gradient(solved), strict=True)]
    assert np.abs(pressure.divergence(flow)).max() > 1
    assert np.abs(pressure.divergence(after)).max() < 1e-5


def test_the_particles_swing_at_the_first_mode():
    figures = liquid._ring(5)
    assert figures["frequency_hz"] == pytest.approx(figures["expected_frequency_hz"], rel=0.1)
    assert 0 < figures["damping"] < 0.05


@pytest.mark.slow
def test_a_tilted_mug_keeps_what_lies_below_its_lip():
    for row in liquid._tilt(6):
        assert row["left"] == pytest.approx(row["expected"], abs=0.04)


def test_particles_at_rest_stay_in_a_mug_at_rest():
    particles = ParticleLiquid(Scene(), 4)
    particles.reset(np.eye(3))
    middle = particles.positions.mean(axis=0)
    for _ in range(20):
        particles.advance(0.025, STILL, np.eye(3), STILL, STILL, STILL)
    assert particles.volume == pytest.approx(particles.initial_volume)
    assert particles.positions.mean(axis=0) == pytest.approx(middle, abs=1.5e-3)


def test_particles_leave_a_mug_that_is_turned_over_and_land_below_it():
    scene = Scene()
    cup = scene.target_cup
    particles = ParticleLiquid(scene, 4)
    particles.reset(np.eye(3))
    over = np.diag([1.0, -1.0, -1.0])
    for _ in range(24):
        particles.advance(0.025, np.array([cup.x, cup.y, 0.2]), over, STILL, STILL, STILL)
    assert particles.volume < 0.05 * particles.initial_volume
    assert particles.poured + particles.spilled + particles.volume == pytest.approx(particles.initial_volume)
    assert particles.poured > 0.8 * particles.initial_volume


@pytest.mark.parametrize("kind", KINDS)
def test_a_motion_is_drawn_by_its_seed_and_hangs_together(kind):
    drawn, again, other = motion(kind, 3), motion(kind, 3), motion(kind, 4)
    assert drawn.scene == again.scene != other.scene
    assert all(np.array_equal(a, b) for a, b in zip(drawn.instants[-1], again.instants[-1], strict=True))
    for before, after in zip(drawn.instants, drawn.instants[1:], strict=False):
        assert after.velocity - before.velocity == pytest.approx(0.025 * after.acceleration, abs=1e-6)
        assert after.position - before.position == pytest.approx(
            0.025 * (before.velocity + after.velocity) / 2, abs=2e-3
        )


@pytest.mark.slow
def test_the_quick_form_compares_every_kind(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(liquid, "QUICK_CELLS", 3)
    file = tmp_path / "liquid.json"
    assert cli.main(["bench", "liquid", "--quick", "--seeds", "1", "--threads", "1", "--json", str(file)]) == 0
    assert "demonstrated" in capsys.readouterr().out
    figures = json.loads(file.read_text())
    assert [row["kind"] for row in figures["motions"]] == list(KINDS)
    every = figures["agreement_of_all"]
    counts = ("both_spill", "only_model_spills", "only_particles_spill", "neither_spills")
    assert sum(every[name] for name in counts) == every["motions"] == len(KINDS)
    assert every["agreement"] == pytest.approx((every["both_spill"] + every["neither_spills"]) / len(KINDS))


def test_a_checkpoint_that_is_not_there_is_told_first(tmp_path, capsys):
    assert cli.main(["bench", "liquid", "--checkpoint", str(tmp_path)]) != 0
    assert "there is no checkpoint" in capsys.readouterr().err


@pytest.mark.slow
def test_an_interruption_does_not_wait_for_the_motions():
    with psutil.Popen([sys.executable, "-m", "msaclag", "bench", "liquid", "--threads", "1"]) as process:
        until = time.monotonic() + 60
        while not any(child.cpu_times().user > 5 for child in process.children()) and time.monotonic() < until:
            time.sleep(0.1)  # for a process that is done with its imports
        started = process.children()
        process.send_signal(signal.SIGINT)
        asked = time.monotonic()
        assert process.wait(timeout=60) == cli.INTERRUPTED
        assert time.monotonic() - asked < 5
    assert not psutil.wait_procs(started, timeout=5)[1]
