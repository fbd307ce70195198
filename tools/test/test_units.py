import importlib.util
from pathlib import Path

import pytest

SPEC = importlib.util.spec_from_file_location("units", Path(__file__).resolve().parents[1] / "reference" / "units.py")
units = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(units)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Inner radius, m.", "m"),
        ("m/s^2, linear, of the cup", "m/s^2"),
        ("m^3 in the target cup", "m^3"),
        ("s of motion; 0 where the episode was closed before the arm moved", "s"),
        ("Cup velocity of an action of 1, m/s along each axis (the arm's hard limit is 0.5).", "m/s"),
        ("Steps per second of the policy.", "1/s"),
        ("Volume of coffee over the mug's capacity.", ""),
        ("Some text, more of it, sound.", ""),
    ],
)
def test_what_a_description_says(text, unit):
    assert units.unit(text) == unit
