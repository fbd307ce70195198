"""The vessel against figures worked elsewhere, against its own integral, and inverted."""

from math import pi, radians, tan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinova_pour_env.vessel import STEEPEST, Vessel

vessels = st.builds(Vessel, radius=st.floats(0.02, 0.06), height=st.floats(0.05, 0.2))


@pytest.mark.parametrize(("tilt", "left"), [(49.9, 0.50), (60, 0.32), (70, 0.17), (80, 0.06), (85, 0.02)])
def test_left_of_a_tilted_mug(tilt: float, left: float) -> None:
    vessel = Vessel(0.04, 0.095)
    assert vessel.holds(tan(radians(tilt))) / vessel.capacity == pytest.approx(left, abs=0.006)


@given(vessels, st.floats(0, 90))
def test_closed_form_is_the_integral(vessel: Vessel, slope: float) -> None:
    edges = -vessel.radius * np.cos(np.linspace(0, pi, 4001))
    x = (edges[1:] + edges[:-1]) / 2
    depth = np.clip(vessel.height - slope * (x + vessel.radius), 0, None)
    integral = np.sum(2 * np.sqrt(vessel.radius**2 - x**2) * depth * np.diff(edges))
    assert vessel.holds(slope) == pytest.approx(integral, rel=2e-3, abs=1e-9)


@given(vessels, st.floats(0, 200), st.floats(0, 200))
def test_a_steeper_vessel_holds_no_more(vessel: Vessel, one: float, other: float) -> None:
    assert 0 <= vessel.holds(max(one, other)) <= vessel.holds(min(one, other)) <= vessel.capacity * (1 + 1e-12)


@given(vessels, st.floats(0.01, 1))
def test_inverse(vessel: Vessel, fill: float) -> None:
    volume = fill * vessel.capacity
    assert vessel.holds(vessel.slope_that_spills(volume)) == pytest.approx(volume, rel=1e-3)


def test_empty_and_full() -> None:
    vessel = Vessel(0.04, 0.095)
    assert vessel.slope_that_spills(0.0) == pytest.approx(STEEPEST)
    assert vessel.slope_that_spills(vessel.capacity) == 0.0
    assert vessel.holds(STEEPEST) == 0.0


@given(st.floats(0, 50))
def test_the_surface_stretches_from_the_lip_to_the_wetted_bottom(slope: float) -> None:
    vessel = Vessel(0.04, 0.095)
    length = min(0.08, 0.095 / slope) if slope > 0 else 0.08
    assert vessel.surface(slope) == pytest.approx(pi * 0.04**2 * length / 0.08)
