"""The process that stops the arm when the one that drives it hangs or dies.

It has its own connection, made before anything moves, and does nothing but wait. Started by `guard.Guard`:

    python -m kinova_pour_env.safety.guard_process

Standard input brings one line of JSON, `GuardOrder`, and from then on times (`guard_link`); standard output gives one
line "ready" when it is connected. Secrets stay off the command line that way.
"""

import json
import logging
import os
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass

from kinova_pour_env.safety.guard_link import RESTING, LastTime, WriterGone
from kinova_pour_env.safety.stopper import Stopper, StopperCall
from msaclag_ros.real_time import GUARD, be_punctual

READY = "ready"
STDERR = 2
RETRY = 0.02
"""s between two tries to stop the arm."""
LAST_TRIES = 120.0
"""s in which it is stopped when nobody is left who could be told."""

_log = logging.getLogger(__name__)


class StandardError(logging.Handler):
    """Writes to standard error what fits in at once: no reader who is gone, or hangs, may keep an arm moving."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or nothing."""
        line = f"{self.format(record)}\n".encode()[: select.PIPE_BUF]
        with suppress(OSError, ValueError):
            if select.select([], [STDERR], [], 0)[1]:
                os.write(STDERR, line)


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
        latest = time.monotonic() + LAST_TRIES
        while last.value != RESTING and time.monotonic() < latest:
            if _stopped(stopper, "who drives it died"):
                break
            time.sleep(RETRY)
    finally:
        stopper.close()


def _stopped(stopper: Stopper, reason: str) -> bool:
    try:
        stopper.stop()
    except Exception as error:  # whatever it is, the next try may do it
        _log.warning("the guard could not stop the arm (%s), it tries again: %r", reason, error)
        return False
    _log.warning("the guard stopped the arm: %s", reason)
    return True


def main() -> None:
    """Guard until standard input ends; the signals that end a launch are for the one that drives the arm."""
    logging.basicConfig(handlers=[StandardError()], format="%(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe = sys.stdin.fileno()
    with suppress(WriterGone):
        guard(read_order(pipe), pipe)


if __name__ == "__main__":
    main()
