"""Demonstrations by hand: the devices by themselves, and once the whole, at a real terminal of its own."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinova_pour_env import POUR_COFFEE
from msaclag import cli
from msaclag.teach.gamepad import DEAD_ZONE, Sticks, action_of
from msaclag.teach.keyboard import AXES, FIRST, NEXT, Keys
from msaclag.teach.lessons import Lessons
from msaclag.teach.replay import episodes_of
from msaclag.teach.steering import Order
from msaclag.teach.view import way_of
from msaclag_learner import checkpoint
from msaclag_learner.buffers import TransitionLayout
from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.demonstrations import Demonstrations
from msaclag_learner.transition import Transition

AT_REST = np.zeros(4)
LAYOUT = TransitionLayout(15, 4)


def test_a_key_moves_the_mug_for_a_moment():
    keys = Keys()
    assert keys.press("w", 10.0) is None
    np.testing.assert_allclose(keys.action(10.0 + FIRST - 0.01), (0.4, 0, 0, 0), atol=1e-6)
    np.testing.assert_array_equal(keys.action(10.0 + FIRST), AT_REST)


def test_a_held_key_moves_it_without_a_gap_and_no_longer_than_it_is_held():
    keys = Keys()
    came = [0.0, *np.arange(0.5, 2.0, 0.033)]
    for before, after in pairwise(came):
        keys.press("e", before)
        assert keys.action(after - 1e-3)[3] > 0
    keys.press("e", came[-1])
    np.testing.assert_array_equal(keys.action(came[-1] + NEXT), AT_REST)


def test_the_opposite_key_turns_round_and_another_axis_is_its_own():
    keys = Keys()
    keys.press("5", 0.0)
    keys.press("A", 0.0)  # with the shift lock
    keys.press("d", 0.1)
    keys.press("r", 0.1)
    np.testing.assert_array_equal(keys.action(0.2), (0, -1, 1, 0))


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("\r", Order.END),
        ("k", Order.KEEP),
        ("x", Order.DISCARD),
        ("g", Order.GO_ON),
        ("c", None),  # a touch, for the node of the violations: whoever mistakes the terminal releases nothing
        (" ", Order.EMERGENCY_STOP),
        ("z", None),
    ],
)
def test_orders(key, order):
    keys = Keys()
    keys.press("w", 0.0)
    assert keys.press(key, 0.1) is order
    assert (keys.action(0.1) == 0).all() == (order is not None)


@given(st.lists(st.tuples(st.sampled_from([*AXES, "1", "3", "5", "ü"]), st.floats(0, 1)), max_size=40))
def test_keys_never_ask_for_more_than_full_speed_and_end_at_rest(presses):
    keys, now = Keys(), 0.0
    for key, wait in presses:
        now += wait
        keys.press(key, now)
        assert np.abs(keys.action(now)).max() <= 1
    np.testing.assert_array_equal(keys.action(now + FIRST), AT_REST)


deflection = st.floats(-1, 1)
sticks = st.builds(Sticks, deflection, deflection, deflection, st.floats(0, 1), st.floats(0, 1))


@given(sticks)
def test_no_stick_moves_anything_without_the_enabling_button(sticks):
    np.testing.assert_array_equal(action_of(sticks, enabled=False), AT_REST)


@given(sticks)
def test_sticks_ask_for_what_their_directions_mean(sticks):
    action = action_of(sticks, enabled=True)
    assert np.abs(action).max() <= 1
    for deflected, asked in zip((-sticks.left_y, -sticks.left_x, -sticks.right_y), action, strict=False):
        assert (asked == 0) == (abs(deflected) <= DEAD_ZONE) or abs(asked) < 1e-6
        assert asked * deflected >= 0


def test_full_deflections():
    forward_left_up_pour = Sticks(-1.0, -1.0, -1.0, 0.0, 1.0)
    np.testing.assert_allclose(action_of(forward_left_up_pour, enabled=True), np.ones(4))


def test_the_way_to_the_goal_in_words():
    observation = np.zeros(15, np.float32)
    observation[9:12], observation[14] = (0.02, -0.16, 0.001), 1.75
    assert way_of(observation) == "2 cm away, 16 cm right, pour 1.75 rad"
    observation[:3], observation[5] = (0.03, -0.16, 0.1), 1.74
    assert way_of(observation) == "1 cm back, 10 cm down"
    observation[:3] = observation[9:12]
    assert way_of(observation) == "there"


def transition(number: float, cost: int = 0) -> Transition:
    state = np.full(15, number, np.float32)
    return Transition(state, np.full(4, 0.1, np.float32), -1.0, cost, state + 1, terminated=bool(cost))


def test_kept_episodes_are_added_to_a_file_of_the_same_conditions(tmp_path):
    file = tmp_path / "by_hand.safetensors"
    for begin in (0, 10):
        lessons = Lessons(file)
        lessons.open(POUR_COFFEE, LAYOUT, {"setting": "1"})
        lessons.keep([transition(begin), transition(begin + 1)])
        lessons.keep([transition(begin + 5, cost=1)])
    assert (lessons.kept, lessons.held) == (2, 4)
    found = episodes_of(Demonstrations.load(file, POUR_COFFEE, LAYOUT))
    assert [(episode.first[0], len(episode.actions), episode.cost) for episode in found] == [
        (0, 2, 0),
        (5, 1, 1),
        (10, 2, 0),
        (15, 1, 1),
    ]
    with pytest.raises(CheckpointError, match="setting was 1, now it is real"):
        Lessons(file).open(POUR_COFFEE, LAYOUT, {"setting": "real"})


def test_a_gamepad_that_is_not_there_is_named(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "pygame", None)
    words = ["demonstrate", "hand", "pour_coffee_sim", str(tmp_path / "d.safetensors"), "--device", "gamepad"]
    assert cli.main(words) == 2
    assert "pip install pygame-ce" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pour_coffee_sim", "d.safetensors", "steps:=9"], "steps:= is for learning"),
        (["pour_coffee_sim", "folder"], "no name for a file of demonstrations"),
        (["pour_coffee_sim", "no/such/folder/d.safetensors"], "there is no folder"),
        (["pour_coffee_sim", "d.safetensors"], "the keyboard needs a terminal"),
    ],
)
def test_mistakes_are_named_before_anything_starts(words, message, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert cli.main(["demonstrate", "hand", *words]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


class Terminal:
    """`msaclag demonstrate hand` with a person's keyboard and screen."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._keyboard, theirs = pty.openpty()
        command = [sys.executable, "-m", "msaclag", "demonstrate", "hand", "pour_coffee_sim", "d.safetensors"]
        self.process = subprocess.Popen(
            [*command, f"run_dir:={folder / 'run'}", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={**os.environ, "COLUMNS": "200", "LINES": "40", "TERM": "xterm"},
            start_new_session=True,
        )
        os.close(theirs)
        self.screen = ""

    def look(self, seconds: float) -> None:
        """Read what is shown, for so long at most."""
        if select.select([self._keyboard], [], [], seconds)[0]:
            try:
                shown = os.read(self._keyboard, 65536).decode(errors="replace")
            except OSError:  # the other end is closed
                shown = ""
            self.screen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)

    def wait(self, words: str, seconds: float = 40.0) -> None:
        """Until it shows words that it did not show before; forgets what was shown until then."""
        deadline = time.monotonic() + seconds
        while words not in self.screen:
            assert time.monotonic() < deadline and self.process.poll() is None, self.screen[-3000:]
            self.look(0.2)
        self.screen = self.screen.partition(words)[2]

    def hold(self, key: str, seconds: float) -> None:
        """Hold a key as a terminal tells of it."""
        os.write(self._keyboard, key.encode())
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.look(0.0)
            time.sleep(0.04)
            os.write(self._keyboard, key.encode())

    def press(self, key: str) -> None:
        os.write(self._keyboard, key.encode())

    def end(self) -> int:
        """Wait for its end, and give its exit code."""
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            self.look(0.2)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
        os.close(self._keyboard)
        return self.process.returncode


@pytest.mark.slow
@pytest.mark.graph
def test_a_person_at_a_terminal_teaches_on_the_twin(tmp_path):
    terminal = Terminal(tmp_path, "record:=false", "--episodes", "1")
    try:
        terminal.wait("drive: over the cup")
        terminal.press("5")
        terminal.hold("d", 0.5)
        terminal.wait("step 8")
        terminal.press("\n")
        terminal.wait("keep or discard it?")
        terminal.press("x")  # this one was for practice
        terminal.wait("drive: over the cup")
        terminal.hold("d", 1.0)
        terminal.hold("e", 0.6)
        terminal.press("\n")
        terminal.wait("keep or discard it?")
        terminal.press("k")
        terminal.wait("1 episodes were kept")
    finally:
        code = terminal.end()
    assert code == 0, terminal.screen
    tensors, about, _ = checkpoint.read(tmp_path / "d.safetensors")
    assert about["conditions"]["setting"] == "1"
    (episode,) = episodes_of(Demonstrations.load(tmp_path / "d.safetensors", POUR_COFFEE, LAYOUT))
    assert len(tensors["transitions"]) == len(episode.actions) >= 10
    assert episode.actions[:, 1].min() < -0.5 and (episode.actions[:, 1] <= 1e-6).all()  # to the right, filtered
    assert episode.actions[:, 3].max() > 0.2
    np.testing.assert_array_equal(episode.actions[:, (0, 2)], 0)
