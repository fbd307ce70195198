"""The fault matrix: how it judges, and one row of it for real."""

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinova_pour_env.gen3 import COMMAND_PERIOD
from kinova_pour_env.transition_log import TransitionLog
from msaclag.cli import main
from msaclag.faults import rows_clock
from msaclag.faults.account import Account
from msaclag.faults.ears import Told
from msaclag.faults.matrix import ROWS, play
from msaclag.faults.motion import STILL, motion
from msaclag.faults.row import BY_HAND, RESUMED, Outcome, Row
from msaclag.faults.rows_files import flip
from msaclag.faults.soak import FAULTS, PARTS, parts
from msaclag.faults.stage import Stuck
from msaclag.faults.verdict import figures, table
from msaclag_learner.configuration import TrainingConfig
from msaclag_learner.received import received
from msaclag_learner.training_run import TrainingRun
from msaclag_msgs.msg import Transition

TICKS = """
import rclpy
from rclpy.node import Node
from msaclag_ros.timer import every

rclpy.init()
node = Node("ticks")
every(node, 0.2, lambda: print("tick", flush=True))
rclpy.spin(node)
"""
INSIDE = (0.5, 0.0, 0.3)


def journal(speeds, position=INSIDE, touching=False):
    periods = [(number * COMMAND_PERIOD, speed, 0.0, position, touching) for number, speed in enumerate(speeds)]
    return {"periods": periods, "orders": []}


@given(st.lists(st.floats(0.0, 0.5), max_size=60), st.integers(STILL, 40))
def test_an_arm_stands_from_the_first_still_periods_on(speeds, still):
    seen = motion(journal([*speeds, *[0.0] * still]), 0.0)
    assert seen.stood is not None and seen.stood <= len(speeds) * COMMAND_PERIOD + 1e-9
    number = round(seen.stood / COMMAND_PERIOD)
    assert all(speed < 1e-3 for speed in [*speeds, *[0.0] * still][number : number + STILL])
    assert seen.distance <= sum(speeds) * COMMAND_PERIOD + 1e-9
    assert seen.speed == max(speeds, default=0.0) and not seen.exceeded()


def test_what_is_beyond_a_limit_is_named():
    assert motion(journal([0.1] * 9), 0.0).stood is None
    assert motion(journal([0.6, 0.1]), 0.0).exceeded() == ["0.600 m/s"]
    assert motion(journal([0.1], position=(0.5, 0.0, 0.07)), 0.0).exceeded() == [
        "10.0 mm outside the workspace, at (0.500, 0.000, 0.070) m"
    ]
    assert motion(journal([0.1], touching=True), 0.0).exceeded() == ["something was touched"]
    assert motion(journal([0.6, 0.1]), COMMAND_PERIOD).exceeded() == []


@pytest.fixture
def run(tmp_path):
    """A log of 30 transitions, and a run that followed it."""
    random = np.random.default_rng(3)
    log = TransitionLog(tmp_path / "transitions", {"conditions": "{}"}, kept=100, synced=False)
    config = TrainingConfig(run_dir=str(tmp_path), steps=1000)
    learner = TrainingRun(config, "Task", 3, 2)
    learner.follow(log.identity, 0)
    for number in range(30):
        log.append(_transition(random, number))
    told = log.flush()
    yield log, learner, told
    learner.close()
    log.close()


def _transition(random, number):
    values = {name: random.normal(size=3).tolist() for name in ("observation", "next_observation")}
    action = random.uniform(-1, 1, 2).tolist()
    message = Transition(episode=1, step=number, duration=0.1, action=action, action_executed=action, **values)
    message.header.stamp.sec = number
    return message


def heard(told):
    return [Told(0.0, each.seq, 10**9 * each.header.stamp.sec, True) for each in told]


def test_what_was_taken_in_once_is_in_balance(run, tmp_path):
    _, learner, told = run
    for each in told[:20]:
        learner.take_in_logged(each.seq, received(each))
    learner.save()
    assert Account(tmp_path).balance(heard(told)) == (20, 0, 0)


@pytest.mark.parametrize(
    ("rows", "lost", "doubled"), [([0, 1, 2, 4], 1, 0), ([0, 1, 1, 2, 3], 0, 1), ([0, 2, 2], 1, 1)]
)
def test_what_is_missing_and_what_is_twice_is_counted(run, tmp_path, rows, lost, doubled):
    """The run is made to do what `take_in_logged` refuses."""
    log, learner, told = run
    for number in rows:
        learner.take_in(received(told[number]).transition, {}, ended=False, evaluation=False)
    learner.follow(log.identity, max(rows) + 1)
    learner.save()
    found = Account(tmp_path).balance([])
    assert (found.lost, found.duplicated) == (lost, doubled)


def test_what_was_told_and_is_not_in_the_log_is_lost(run, tmp_path):
    _, learner, told = run
    learner.save()
    stranger = replace_seq(heard(told)[0], 31)
    assert Account(tmp_path).balance([*heard(told), stranger]).lost == 1


def replace_seq(told, seq):
    return told._replace(seq=seq)


def test_a_log_that_was_damaged_is_still_known(run, tmp_path):
    _, learner, told = run
    account = Account(tmp_path)
    account.note()
    for each in told:
        learner.take_in_logged(each.seq, received(each))
    learner.save()
    (file,) = (tmp_path / "transitions").glob("*.mcap")
    flip(file, 8 * (file.stat().st_size // 2))
    assert account.balance(heard(told)) == (30, 0, 0)
    assert account.obeyed(told[7].action) and not account.obeyed([1.0, 1.0])


@given(st.binary(min_size=1, max_size=50), st.data())
def test_one_bit_is_flipped_and_back(tmp_path_factory, data, draw):
    file = tmp_path_factory.mktemp("bits") / "file"
    file.write_bytes(data)
    position = draw.draw(st.integers(0, 8 * len(data) - 1))
    flip(file, position)
    changed = [one ^ other for one, other in zip(data, file.read_bytes(), strict=True)]
    assert Counter(changed)[0] == len(data) - 1 and sum(map(int.bit_count, changed)) == 1
    flip(file, position)
    assert file.read_bytes() == data


@pytest.mark.skipif(bool(rows_clock.lacking()), reason="no C compiler")
def test_a_shifted_clock_jumps_and_the_monotonic_one_does_not(tmp_path):
    asks = "import time\nwhile input(): print(time.time(), time.monotonic(), time.time_ns() / 1e9, flush=True)"
    command = [*rows_clock.shiftable(tmp_path), sys.executable, "-c", asks]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for seconds in (0, 3600, -3600, 7):
            rows_clock.shift(tmp_path, seconds)
            process.stdin.write("?\n")
            process.stdin.flush()
            wall, monotonic, nanoseconds = map(float, process.stdout.readline().split())
            assert wall - time.time() == pytest.approx(seconds, abs=2)
            assert nanoseconds == pytest.approx(wall, abs=2)
            assert monotonic == pytest.approx(time.monotonic(), abs=2)
        process.stdin.write("\n")


@pytest.mark.skipif(bool(rows_clock.lacking()), reason="no C compiler")
def test_the_timers_of_the_graph_go_on_when_the_wall_clock_goes_back(tmp_path):
    command = [*rows_clock.shiftable(tmp_path), sys.executable, "-c", TICKS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "tick\n"
        rows_clock.shift(tmp_path, -3600)
        assert [process.stdout.readline() for _ in range(3)] == ["tick\n"] * 3
        process.kill()


def test_the_totals_are_those_of_the_rounds():
    rows = ROWS[:2]
    good = Outcome(outcome=RESUMED, stood_s=0.2, message="it said so")
    found = {
        rows[0].name: [good, replace(good, lost=2, outcome=BY_HAND)],
        rows[1].name: [Outcome(duplicated=1, exceeded=["0.6 m/s", "something was touched"])],
    }
    whole = figures(found, rows, {"network_cut": "no network"})
    assert {name: whole[name] for name in ("rounds", "lost", "duplicated", "limits_exceeded", "unresumed")} == {
        "rounds": 3,
        "lost": 2,
        "duplicated": 1,
        "limits_exceeded": 1,
        "unresumed": 1,
    }
    assert json.loads(json.dumps(whole))["rows"][rows[0].name]["rounds"] == 2
    assert table(whole).row_count == 4
    assert Outcome.from_dict(good.as_dict()) == good


def test_rows_have_names_of_their_own():
    assert len({row.name for row in ROWS}) == len(ROWS) > 35
    assert all(row.about and "\n" not in row.about for row in ROWS)
    assert {row.name for row in FAULTS} < {row.name for row in ROWS}


def test_an_unknown_row_is_named_with_those_that_are(capsys):
    assert main(["faults", "--rows", "kill_learner", "estopp"]) == 2
    assert "there is no row 'estopp' (there are: kill_learner, " in capsys.readouterr().err
    assert main(["faults", "--json", "/nowhere/faults.json"]) == 2
    assert "json: there is no folder /nowhere" in capsys.readouterr().err


@pytest.mark.graph
@pytest.mark.slow
def test_a_row_for_real(tmp_path: Path):
    file = tmp_path / "faults.json"
    assert main(["faults", "--rounds", "1", "--rows", "kill_trainer", "--json", str(file), "--seed", "4"]) == 0
    found = json.loads(file.read_text())
    assert (found["rounds"], found["lost"], found["duplicated"], found["unresumed"]) == (1, 0, 0, 0)
    (once,) = found["rows"]["kill_trainer"]["each"]
    assert once["stood_s"] > 0 and once["happened"] > 0 and once["outcome"] == "resumed"
    assert "the training process has ended with -9" in once["message"]
    assert not found["interrupted"]


def test_the_parts_of_a_soak():
    seen = [(0.0, 1.0), (0.5, 3.0), (9.9, 5.0), (10.0, 7.0)]
    assert parts(seen, 10.0, max) == [3.0, *[None] * (PARTS - 2), 7.0]


@pytest.mark.graph
@pytest.mark.slow
def test_the_run_of_a_round_that_did_not_end_well_is_kept(tmp_path, ros_domain):
    def strike(stage):
        raise Stuck("on purpose")

    bad = Row("bad", "fails", strike)
    ((name, outcome),) = play([bad], 1, 0, tmp_path / "kept", print)
    assert (name, outcome.stuck, outcome.message) == ("bad", True, "on purpose")
    kept = tmp_path / "kept" / "bad-1"
    assert "episode 1 begins" in (kept / "log" / "env_node.log").read_text()
    assert (kept / "run" / "transitions").is_dir()
