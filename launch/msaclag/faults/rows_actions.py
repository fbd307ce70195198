"""What a second publisher of `action` may say, by mistake or out of malice, and a second learner."""

import math
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from msaclag.faults.row import Row
from msaclag.faults.stage import LEARNER, Stage, Stuck
from msaclag.graph import Value
from msaclag.node_process import NodeProcess
from msaclag_msgs.msg import Observation, PolicyAction

SECONDS = 2.5
"""s that the rival speaks for."""
OLDER = 3
"""Observations by which a stale action is late; the last answer again is no rival's."""
LISTENERS = 3
"""Of `action`: environment, recorder, and the ears."""
FOREIGN = 1000
"""Episodes by which it is wrong."""
FULL = [1.0, 1.0, 1.0, 1.0]
"""An action that no policy gives to the last bit."""
SECOND = "second_learner"

Speech = Callable[[Stage, Observation], Iterator[PolicyAction]]


def _answer(asked: Observation, values: list[float], *, episodes: int = 0) -> PolicyAction:
    action = PolicyAction(episode=asked.episode + episodes, step=asked.step, values=values)
    action.header.stamp = asked.header.stamp
    return action


def _nan(stage: Stage, asked: Observation) -> Iterator[PolicyAction]:
    yield _answer(asked, [math.nan] * 4)


def _infinite(stage: Stage, asked: Observation) -> Iterator[PolicyAction]:
    yield _answer(asked, [math.inf, -math.inf, 0.0, 0.0])


def _stale(stage: Stage, asked: Observation) -> Iterator[PolicyAction]:
    earlier = [each for each in stage.ears.observations[-50:] if each.step <= asked.step - OLDER]
    yield from (_answer(each, FULL) for each in earlier[-1:])


def _foreign(stage: Stage, asked: Observation) -> Iterator[PolicyAction]:
    yield _answer(asked, FULL, episodes=FOREIGN)


def _reordered(stage: Stage, asked: Observation) -> Iterator[PolicyAction]:
    """The last but one of the learner's actions behind its last."""
    yield from stage.ears.actions[-2:][::-1]


def _duplicated(stage: Stage, asked: Observation) -> Iterator[PolicyAction]:
    yield from [*stage.ears.actions[-1:]] * 2


def _rival(speech: Speech, *, alone: bool) -> Callable[[Stage], float]:
    """A rival that answers each observation in its way at once; where it is to be `alone`, the learner is frozen."""

    def strike(stage: Stage) -> float:
        publisher = stage.ears.rival()
        stage.wait(lambda: publisher.get_subscription_count() >= LISTENERS, "the rival is heard")

        def speak(asked: Observation) -> None:
            for action in speech(stage, asked):
                publisher.publish(action)

        struck = time.monotonic()
        if alone:
            stage.signal(signal.SIGSTOP, LEARNER)
        stage.ears.on_observation = speak
        try:
            stage.sleep(SECONDS)
        finally:
            stage.signal(signal.SIGCONT, LEARNER)
            stage.ears.on_observation = lambda asked: None
            stage.ears.node.destroy_publisher(publisher)
        stage.account.note()
        if stage.account.obeyed(FULL):
            raise Stuck("an action of the rival was executed")
        return struck

    return strike


def _second_learner(stage: Stage) -> float:
    """Started beside the first, with a run of its own; it ends by itself."""
    node = stage.running.processes[LEARNER].node
    fresh: dict[str, Value] = {"run_dir": str(stage.folder / "second"), "resume": False}
    second = replace(node, name=SECOND, parameters={**node.parameters, **fresh})
    struck = time.monotonic()
    process = NodeProcess(second, stage.folder / "log" / f"{SECOND}.log", stage.hear)
    try:
        stage.wait(lambda: process.exit_code is not None, "the second learner gives up")
    finally:
        process.end()
    return struck


def _row(name: str, about: str, speech: Speech, told: str, *, alone: bool = False) -> Row:
    return Row(name, about, _rival(speech, alone=alone), told=told, stands=alone)


_LATE = "no observation is waiting"
ROWS = (
    _row("action_nan", "action: NaN alone", _nan, "action refused: .*finite", alone=True),
    _row("action_infinite", "action: infinite alone", _infinite, "action refused: .*finite", alone=True),
    _row("action_stale", "action: for an older observation", _stale, f"action refused: (it answers an older|{_LATE})"),
    _row("action_reordered", "actions: in reverse order", _reordered, "action refused: "),
    _row("action_duplicated", "actions: twice again", _duplicated, ""),
    _row("action_foreign", "action: for another episode", _foreign, f"action refused: (it is for episode|{_LATE})"),
    Row("two_learners", "a second learner", _second_learner, told="another node publishes .*/action", stands=False),
)
