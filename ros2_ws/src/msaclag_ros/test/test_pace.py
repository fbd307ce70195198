"""Rates and durations as a node's health tells them."""

from hypothesis import given
from hypothesis import strategies as st

from msaclag_ros.pace import KEPT, Pace


class Clock:
    now = 10.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0.1, 100))
def test_the_rate_is_that_since_the_last_telling(first: int, second: int, seconds: float) -> None:
    clock = Clock()
    pace = Pace(clock)
    for count in (first, second):
        for _ in range(count):
            pace.note()
        clock.now += seconds
        assert pace.tell("steps/s") == {"steps/s": f"{count / (clock.now - (clock.now - seconds)):.1f}"}


def test_durations_are_told_once() -> None:
    clock = Clock()
    pace = Pace(clock)
    for number in range(101):
        pace.note(1e-3 * number)
    clock.now += 10.0
    assert pace.tell("steps/s", "step") == {"steps/s": "10.1", "step, ms (p50, p99, max)": "50.0, 99.0, 100.0"}
    clock.now += 1.0
    assert pace.tell("steps/s", "step") == {"steps/s": "0.0", "step, ms (p50, p99, max)": ""}


def test_it_forgets_what_nobody_asks_for() -> None:
    pace = Pace()
    for _ in range(2 * KEPT):
        pace.note(1.0)
    assert len(pace._durations) == KEPT
