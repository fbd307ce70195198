"""Commands that stay away stop the arm from another thread; so does a guard that is gone."""

import time
from pathlib import Path

import pytest

from kinova_pour_env.detectors import Violation
from kinova_pour_env.safety.guard import Guard
from kinova_pour_env.safety.stopper import StopperCall
from kinova_pour_env.safety.watchdog import Watchdog

TIMEOUT = 0.1


class Stopped:
    """Notes when the arm was stopped, and why."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.reasons: list[Violation] = []

    def stop(self) -> None:
        self.times.append(time.monotonic())


@pytest.fixture
def stopped() -> Stopped:
    return Stopped()


def beating(watchdog: Watchdog, periods: int) -> float:
    for _ in range(periods):
        time.sleep(0.02)
        watchdog.beat()
    return time.monotonic()


def test_silence_stops_the_arm_once(stopped: Stopped) -> None:
    watchdog = Watchdog(TIMEOUT, stopped.stop, stopped.reasons.append)
    time.sleep(1.5 * TIMEOUT)
    last = beating(watchdog, 10)
    assert stopped.times == []
    time.sleep(3 * TIMEOUT)
    watchdog.close()
    assert len(stopped.times) == 1
    assert TIMEOUT <= stopped.times[0] - last < TIMEOUT + 0.03
    (violation,) = stopped.reasons
    assert (violation.kind, violation.detector, violation.limit) == ("watchdog", "watchdog", TIMEOUT)
    assert violation.value == pytest.approx(TIMEOUT, abs=0.03)


def test_at_rest_nothing_is_due(stopped: Stopped) -> None:
    watchdog = Watchdog(TIMEOUT, stopped.stop, stopped.reasons.append)
    beating(watchdog, 3)
    watchdog.rest()
    time.sleep(2 * TIMEOUT)
    watchdog.beat()
    watchdog.rest()
    watchdog.close()
    assert stopped.times == []


def test_an_arm_whose_stop_did_not_get_through_is_stopped_again(stopped: Stopped) -> None:
    watchdog = Watchdog(TIMEOUT, stopped.stop, stopped.reasons.append, halted=lambda: False)
    beating(watchdog, 3)
    watchdog.rest()
    time.sleep(2 * TIMEOUT)
    assert len(stopped.times) == 1
    watchdog.rest()
    time.sleep(2 * TIMEOUT)
    watchdog.close()
    assert len(stopped.times) == 2


def test_who_was_frozen_learns_it_before_the_next_command(stopped: Stopped, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after SIGCONT: the thread of the control loop may be the first that runs again."""
    watchdog = Watchdog(TIMEOUT, stopped.stop, stopped.reasons.append)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    watchdog.beat()
    monkeypatch.setattr(time, "monotonic", lambda: now + 5.0)
    watchdog.beat()
    assert [violation.kind for violation in stopped.reasons] == ["watchdog"]
    monkeypatch.undo()
    watchdog.rest()
    watchdog.close()


@pytest.mark.parametrize("broken", ["stop", "tell"])
def test_whatever_a_stop_raises_the_next_silence_is_noticed(stopped: Stopped, broken: str) -> None:
    def stop() -> None:
        stopped.stop()
        if broken == "stop":
            raise AttributeError("'NoneType' object has no attribute 'sendall'")

    def tell(violation: Violation) -> None:
        stopped.reasons.append(violation)
        if broken == "tell":
            raise RuntimeError("the context is shut down")

    watchdog = Watchdog(TIMEOUT, stop, tell)
    for times in (1, 2):
        beating(watchdog, 2)
        time.sleep(3 * TIMEOUT)
        assert (len(stopped.times), len(stopped.reasons)) == (times, times)
    watchdog.rest()
    watchdog.close()


def test_without_its_guard_the_arm_stands(stopped: Stopped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "still.py").write_text(
        "class Still:\n    def stop(self): pass\n    def close(self): pass\n\ndef connect():\n    return Still()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    guard = Guard(StopperCall("still:connect"), 0.15)
    watchdog = Watchdog(TIMEOUT, stopped.stop, stopped.reasons.append, guard)
    beating(watchdog, 3)
    assert stopped.reasons == []
    guard._process.kill()
    guard._process.wait()
    watchdog.beat()
    watchdog.close()
    assert [violation.detector for violation in stopped.reasons][:1] == ["guard"]
    assert stopped.times
