"""The wire to the process that guards the arm: the time of the last command, written by one, read by the other.

A pipe carries it: it needs no name, it is gone with its processes, and its end tells that the writer died. A time is
that of CLOCK_MONOTONIC, which all processes of a machine share; `RESTING` says that the arm stands and nothing is due.
"""

import os
import select
import struct
import time

RESTING = 0.0

_FORMAT = struct.Struct("d")
_BACKLOG = 512 * _FORMAT.size


class WriterGone(Exception):
    """The process at the other end has died."""


def write_time(pipe: int, value: float) -> bool:
    """Tell a time; false where the reader is gone, or has not read for so long that the pipe is full.

    Args:
        pipe: file descriptor, which must not block.
        value: `time.monotonic()`, or `RESTING`.
    """
    try:
        os.write(pipe, _FORMAT.pack(value))
    except (BlockingIOError, BrokenPipeError):
        return False
    return True


class LastTime:
    """The reader's end.

    Attributes:
        value: the newest time told; `RESTING` at first.
    """

    def __init__(self, pipe: int) -> None:
        """Read from the file descriptor `pipe`."""
        self._pipe = pipe
        self.value = RESTING

    def overdue(self, timeout: float) -> float:
        """Wait until more than `timeout` has passed since the newest time; gives how much, in s.

        Raises:
            WriterGone: the writer died.
        """
        while True:
            wait = None if self.value == RESTING else max(0.0, self.value + timeout - time.monotonic())
            if select.select([self._pipe], [], [], wait)[0]:
                received = os.read(self._pipe, _BACKLOG)
                if not received:
                    raise WriterGone
                (self.value,) = _FORMAT.unpack(received[-_FORMAT.size :])
            elif self.value != RESTING and (age := time.monotonic() - self.value) > timeout:
                return age
