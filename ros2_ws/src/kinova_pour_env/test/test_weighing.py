"""What a standing arm's external force tells of the mug, and how sure that is."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinova_pour_env.arm import ArmState
from kinova_pour_env.detectors import SPILL
from kinova_pour_env.liquid import GRAVITY, Liquid
from kinova_pour_env.scene import Scene
from kinova_pour_env.weighing import FULL, LEFT, Loss, Scale, WeighingConfig, weigh

CONFIG = WeighingConfig()


def readings(force: float, count: int, start: float = 0.0, noise: float = 0.0) -> Iterator[ArmState]:
    random = np.random.default_rng(round(start))
    for period in range(count):
        lifting = force + noise * random.standard_normal()
        yield ArmState(
            time=start + 0.025 * period,
            joint_positions=np.zeros(7),
            joint_velocities=np.zeros(7),
            joint_torques=np.zeros(7),
            cup_position=np.zeros(3),
            cup_rotation=np.eye(3),
            cup_velocity=np.zeros(3),
            cup_angular_velocity=np.zeros(3),
            wrench=np.array([3.0, 0, lifting, 0, 0, 0]),
        )


def loss(full: float, left: float, poured: float = 0.0, noise: float = 0.0, count: int = 20) -> Loss | None:
    """Of two resets with an episode between them, in which so many m^3 were poured."""
    scale, liquid = Scale(CONFIG), Liquid(Scene())
    told = [scale.read(FULL, state, liquid) for state in readings(full, count, 10.0, noise)]
    liquid.volume -= poured
    for phase, start in (("home", 20.0), (LEFT, 21.0), ("refill", 22.0), ("refill", 23.0)):
        told += [scale.read(phase, state, liquid) for state in readings(left, count, start, noise)]
    said = [lost for lost in told if lost is not None]
    assert len(said) <= 1
    return said[0] if said else None


@given(st.floats(-20, 20), st.floats(-0.1, 0.5))
def test_the_difference_in_force_is_the_mass(offset: float, mass: float) -> None:
    lost = loss(offset, offset + GRAVITY * mass)
    assert lost is not None
    assert lost.mass == pytest.approx(mass, abs=1e-9)
    assert lost.uncertainty == pytest.approx(2 * 2**0.5 * CONFIG.repeatability / GRAVITY)


def test_noise_adds_to_the_uncertainty_and_averages_out() -> None:
    few, many = loss(0, 1, noise=5.0), loss(0, 1, noise=5.0, count=2000)
    assert few is not None and many is not None
    assert few.uncertainty > 1.5 * many.uncertainty > 0
    assert many.mass == pytest.approx(1 / GRAVITY, abs=0.05)


@pytest.mark.parametrize(
    ("lost", "poured", "seen"),
    [(0.1, 0.0, False), (0.2, 0.0, True), (0.35, 0.35, False), (0.3, 0.1, True), (0.0, 0.35, False)],
)
def test_only_what_neither_the_model_nor_the_uncertainty_accounts_for_is_a_spill(lost, poured, seen) -> None:
    weighed = loss(-1, -1 + GRAVITY * lost, poured=poured / 1000)
    assert weighed is not None and (weighed.violation is not None) == seen
    assert f"{1000 * lost:.0f} g ± 144 g of coffee left the mug as weighed" in str(weighed)
    assert f"{1000 * poured:.0f} g according to the slosh model" in str(weighed)
    if weighed.violation:
        assert (weighed.violation.kind, weighed.violation.detector) == (SPILL, "weighing")
        assert weighed.violation.value == pytest.approx((lost - poured) / 1000)


def test_without_both_weighings_there_is_nothing_to_tell() -> None:
    assert loss(0, 1, count=7) is None
    scale, liquid = Scale(CONFIG), Liquid(Scene())
    assert not any(scale.read(phase, state, liquid) for phase in (LEFT, "refill") for state in readings(1, 20))


def test_the_same_reading_counts_once() -> None:
    scale, liquid = Scale(CONFIG), Liquid(Scene())
    (state,) = readings(1, 1)
    told = [scale.read(phase, state, liquid) for phase in (FULL, LEFT, "refill") for _ in range(20)]
    assert not any(told)


def test_a_weighing_knows_its_noise() -> None:
    random = np.random.default_rng(0)
    errors = [weigh(random.normal(0, 1, 100).tolist()) for _ in range(300)]
    assert np.std([weighing.force for weighing in errors]) == pytest.approx(0.1, rel=0.15)
    assert np.sqrt(np.mean([weighing.error**2 for weighing in errors])) == pytest.approx(0.1, rel=0.15)
