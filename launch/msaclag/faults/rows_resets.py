"""Resets that are cancelled in each of their phases."""

import time

from msaclag.faults.row import Row
from msaclag.faults.stage import Stage

PHASES = ("retreat", "home", "settle")
"""Those that last; the others wait for a person, who is not there."""
WITHIN = 0.4
"""s of a phase in which the moment is drawn."""
STOPPING = 2.0
"""s in which the episode's last transitions may still be told."""
TRIES = 5
"""Episodes that are ended for one reset with the phase."""


def _row(phase: str) -> Row:
    def strike(stage: Stage) -> float:
        """End the episode, wait for the phase, and cancel."""
        for _ in range(TRIES):
            if _comes(stage):
                break
        stage.sleep(stage.random.uniform(0, WITHIN))
        struck = time.monotonic()
        stage.ears.cancel_reset()
        return struck

    def _comes(stage: Stage) -> bool:
        """Whether the reset behind the episode that is ended here has the phase, and is in it."""
        since = time.monotonic()
        stage.ears.call("soft_stop")
        stage.wait(lambda: stage.ears.moved_since(since + STOPPING) or _in_phase(stage, since), "a reset begins")
        return _in_phase(stage, since)

    def _in_phase(stage: Stage, since: float) -> bool:
        return any(name == phase for when, name in stage.ears.phases if when > since)

    return Row(f"cancel_{phase}", f"reset cancelled in its phase {phase}", strike, told="the reset was cancelled")


ROWS = tuple(map(_row, PHASES))
