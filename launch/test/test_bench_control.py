"""`msaclag bench control`: what it makes of an arm's journal, and once the whole of it."""

import json

import pytest

from msaclag import cli
from msaclag.bench import control
from msaclag.bench.console import Plan
from msaclag.bench.control_record import Asked, Record, Stop, Told
from msaclag_ros.settings import SettingError

PERIOD = 0.025
TWIST, STOP = "SendTwistCommand", "Stop"


def orders(count, late=None):
    """Twists every period from 1 s on; `late` by number: s."""
    return [(1 + PERIOD * number + (late or {}).get(number, 0.0), TWIST, 0.1, 0.0) for number in range(count)]


def steps(count, answer=0.004):
    """Steps of four twists each, asked for so many s before the first."""
    asked = [Asked(1, step, 1 + 4 * PERIOD * step - answer) for step in range(count)]
    told = [Told(1, step, 1 + 4 * PERIOD * step + 3.9 * PERIOD, 4, False) for step in range(count)]
    return asked, told


def record(orders, steps, periods=()):
    return Record({"orders": orders, "periods": periods}, *steps)


def test_an_even_stream_and_what_its_actions_took():
    seen = record(orders(12), steps(3))
    assert max(seen.jitter()) == pytest.approx(0, abs=1e-6)
    assert seen.latencies() == pytest.approx([4.0] * 3)


def test_a_late_twist_is_seen_before_and_after_it():
    seen = record(orders(12, late={5: 0.003}), steps(3))
    assert sorted(seen.jitter())[-3:] == pytest.approx([0, 3, 3], abs=1e-6)


def test_a_pause_between_episodes_is_no_jitter():
    asked, told = steps(3)
    told[1] = told[1]._replace(last=True)
    asked[2], told[2] = asked[2]._replace(episode=2, step=0), told[2]._replace(episode=2, step=0)
    seen = record(orders(12, late=dict.fromkeys(range(8, 12), 0.01)), (asked, told))
    assert seen.jitter() == [] and len(seen.latencies()) == 2


def test_the_newest_of_the_observations_asked_again_is_answered():
    asked, told = steps(2)
    seen = record(orders(8), ([*asked[:1], Asked(1, 1, 0.5), *asked[1:]], told))
    assert seen.latencies() == pytest.approx([4.0] * 2)


def test_a_stop_counts_from_the_last_actions_first_twist():
    slowing = [(1 + 8 * PERIOD + 0.0125 + PERIOD * number, TWIST, 0.0, 0.0) for number in range(3)]
    periods = [(1.25 + PERIOD * number, max(0.0, 0.1 - 0.01 * number), 0.0, (), False) for number in range(40)]
    stop = record([*orders(8), *slowing], steps(2), periods).stop_of_a_silent_learner()
    assert stop.takes_hold == pytest.approx(112.5)
    assert stop.ramp == pytest.approx(1e3 * (1.5 - slowing[0][0]))
    assert record(orders(8), steps(2), periods).stop_of_a_silent_learner() is None


@pytest.mark.parametrize("sent", [8, 10])
def test_a_stop_by_another_counts_from_the_step_that_was_cut_off(sent):
    """Frozen between two steps, and within one."""
    begun, frozen = 1.1 if sent == 8 else 1.2, 1 + PERIOD * (sent - 0.1)
    stopped = (frozen + 0.15, STOP, 0.0, 0.0)
    stop = record([*orders(sent), stopped], steps(2), [(2.0, 0.0, 0.0, (), False)]).stop_by_another(frozen)
    assert stop.takes_hold == pytest.approx(1e3 * (stopped[0] - begun))


def test_a_stop_that_met_the_end_of_an_episode_is_measured_again():
    asked, told = steps(2)
    ends = record(orders(8), (asked, [*told[:1], told[1]._replace(last=True)]))
    found = iter([(ends, None), (ends, Stop(1.0, 2.0)), (record(orders(8), steps(2)), Stop(3.0, 4.0))])
    assert control.in_an_episode(lambda: next(found)) == Stop(3.0, 4.0)
    with pytest.raises(SettingError, match="5 times"):
        control.in_an_episode(lambda: (ends, Stop(1.0, 2.0)))
    with pytest.raises(SettingError, match="did not come to a stop"):
        control.in_an_episode(lambda: (record(orders(8), steps(2)), None))


@pytest.mark.slow
@pytest.mark.graph
@pytest.mark.alone
def test_the_quick_form_measures_everything(tmp_path, capsys, monkeypatch, ros_domain):
    monkeypatch.setenv("ROS_DOMAIN_ID", str(ros_domain))
    file = tmp_path / "control.json"
    assert cli.main(["bench", "control", "--quick", "--threads", "1", "--json", str(file)]) == 0
    assert "period_jitter_p99_ms" in capsys.readouterr().out
    figures = json.loads(file.read_text())
    assert 0 < figures["action_latency_p50_ms"] < figures["action_latency_p99_ms"]
    assert figures["worst"]["stop_env_frozen_ms"] >= figures["stop_env_frozen_ms"] > 0
    assert figures["stop_learner_killed_ms"] > 100  # the step's length at least
    assert figures["updates_per_s"] > 0


@pytest.mark.slow
@pytest.mark.graph
@pytest.mark.alone
@pytest.mark.timeout(400)
def test_the_console_is_measured_in_pairs(tmp_path, monkeypatch, ros_domain):
    monkeypatch.setenv("ROS_DOMAIN_ID", str(ros_domain))
    monkeypatch.setattr("msaclag.bench.console.QUICK", Plan(2, 3.0))
    file = tmp_path / "console.json"
    assert cli.main(["bench", "console", "--quick", "--threads", "1", "--json", str(file)]) == 0
    figures = json.loads(file.read_text())
    assert len(figures["with"]) == len(figures["without"]) == 2
    assert all(stretch["messages_to_the_onlooker"] > 10 for stretch in figures["with"])
    assert all(stretch["console_cpu_share"] == 0 for stretch in figures["without"])
    low, high = figures["difference"]["period_jitter_p99_ms"]["interval"]
    assert low <= figures["difference"]["period_jitter_p99_ms"]["mean"] <= high
