"""Resets that are cancelled, or whose process dies, in the middle of a phase."""

import time
from collections.abc import Callable

from msaclag.faults.row import Row
from msaclag.faults.stage import ENV, Stage

LASTING = ("retreat", "home", "settle")
"""Phases that last; the others wait for a person, who is not there."""
MOVING = ("retreat", "home")
"""Phases in which the arm moves, by twists and by an action that it would finish alone."""
WITHIN = 0.4
"""s of a phase in which the moment is drawn."""
STOPPING = 2.0
"""s in which the episode's last transitions may still be told."""
TRIES = 5
"""Episodes that are ended for one reset with the phase."""


def _within(phase: str, happens: Callable[[Stage], object]) -> Callable[[Stage], float]:
    def strike(stage: Stage) -> float:
        """End the episode, wait for the phase, and let it happen."""
        for _ in range(TRIES):
            if _comes(stage, phase):
                break
        stage.sleep(stage.random.uniform(0, WITHIN))
        struck = time.monotonic()
        happens(stage)
        return struck

    return strike


def _comes(stage: Stage, phase: str) -> bool:
    """Whether the reset behind the episode that is ended here has the phase, and is in it."""
    since = time.monotonic()

    def in_phase() -> bool:
        return any(name == phase for when, name in stage.ears.phases if when > since)

    stage.ears.call("soft_stop")
    stage.wait(lambda: stage.ears.moved_since(since + STOPPING) or in_phase(), "a reset begins")
    return in_phase()


def _cancelled(phase: str) -> Row:
    strike = _within(phase, lambda stage: stage.ears.cancel_reset())
    return Row(f"cancel_{phase}", f"reset cancelled in its phase {phase}", strike, told="the reset was cancelled")


def _killed(phase: str) -> Row:
    strike = _within(phase, lambda stage: stage.kill(ENV))
    return Row(f"kill_in_{phase}", f"SIGKILL: environment in a reset's phase {phase}", strike, told="ended by SIGKILL")


ROWS = (*map(_cancelled, LASTING), *map(_killed, MOVING))
