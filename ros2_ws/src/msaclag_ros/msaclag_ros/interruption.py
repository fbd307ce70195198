"""Signals that wait for the end of what must not be left half done. No ROS import."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undivided() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP take effect behind the block; Python runs their handlers in the main thread only."""
    if current_thread() is not main_thread():
        yield
        return
    arrived: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        arrived.append(number)

    handled = [number for number in _NUMBERS if signal.getsignal(number) is not None]  # others' are not Python's
    before = {number: signal.signal(number, note) for number in handled}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])
