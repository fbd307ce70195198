"""The process that stops the arm when the one that drives it hangs or dies.

It has its own connection, made before anything moves, and does nothing but wait. Started by `guard.Guard`:

    python -m kinova_pour_env.safety.guard_process

Standard input brings one line of JSON, `GuardOrder`, and from then on times (`guard_link`); standard output gives one
line "ready" when it is connected. Secrets stay off the command line that way.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass

from kinova_pour_env.safety.guard_link import RESTING, LastTime, WriterGone
from kinova_pour_env.safety.stopper import Stopper, StopperCall
from msaclag_ros.real_time import GUARD, be_punctual

READY = "ready"
RETRY = 0.02
"""s between two tries to stop the arm."""
TRIES = 100
"""To stop it when nobody is left who could be told."""


@dataclass(frozen=True)
class GuardOrder:
    """What the guard is told at its start.

    Attributes:
        stopper: how it stops the arm.
        timeout: s without a command after which it does.
    """

    stopper: StopperCall
    timeout: float

    def line(self) -> bytes:
        """As it is sent."""
        return json.dumps(asdict(self)).encode() + b"\n"


def read_order(pipe: int) -> GuardOrder:
    """Read the order, and not a byte more.

    Raises:
        WriterGone: the writer died before it was told.
    """
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(pipe, 1)
        if not byte:
            raise WriterGone
        line += byte
    values = json.loads(line)
    return GuardOrder(StopperCall(**values["stopper"]), values["timeout"])


def guard(order: GuardOrder, pipe: int) -> None:
    """Stop the arm each time that commands are overdue, and at last when their writer has died in a motion."""
    stopper = order.stopper.connect()
    be_punctual(GUARD)
    print(READY, flush=True)
    last = LastTime(pipe)
    try:
        while True:
            age = last.overdue(order.timeout)
            if _stopped(stopper, f"no command for {age:.3f} s"):
                last.value = RESTING  # until the next command
            else:
                time.sleep(RETRY)
    except WriterGone:
        for _ in range(TRIES if last.value != RESTING else 0):
            if _stopped(stopper, "who drives it died"):
                break
            time.sleep(RETRY)
    finally:
        stopper.close()


def _stopped(stopper: Stopper, reason: str) -> bool:
    try:
        stopper.stop()
    except Exception as error:  # whatever it is, the next try may do it
        print(f"the guard could not stop the arm ({reason}), it tries again: {error}", file=sys.stderr, flush=True)
        return False
    print(f"the guard stopped the arm: {reason}", file=sys.stderr, flush=True)
    return True


def main() -> None:
    """Guard until standard input ends; the signals that end a launch are for the one that drives the arm."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe = sys.stdin.fileno()
    with suppress(WriterGone):
        guard(read_order(pipe), pipe)


if __name__ == "__main__":
    main()
