"""The wire to the process that guards the arm: the time of the last command, written by one, read by the other.

A pipe carries it: it needs no name, it is gone with its processes, and its end tells that the writer died. A time is
that of CLOCK_MONOTONIC, which all processes of a machine share; `RESTING` says that the arm stands and nothing is due.

The pipe is small and a time is long: one second of a stream at 40 Hz fills it, so that a reader that hangs is noticed.
"""

import fcntl
import os
import select
import struct
import time

RESTING = 0.0

_PAGE = 4096
"""The smallest pipe that Linux makes."""
_FORMAT = struct.Struct("d88x")
_BACKLOG = _PAGE // _FORMAT.size * _FORMAT.size


class WriterGone(Exception):
    """The process at the other end has died."""


def prepare(pipe: int) -> None:
    """Make a pipe ready to write times to: small, and never to wait for.

    Args:
        pipe: file descriptor of the writing end.
    """
    os.set_blocking(pipe, False)
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PAGE)


def write_time(pipe: int, value: float) -> bool:
    """Tell a time; false where the reader is gone, or has not read for so long that the pipe is full.

    Args:
        pipe: file descriptor, as `prepare` left it.
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
