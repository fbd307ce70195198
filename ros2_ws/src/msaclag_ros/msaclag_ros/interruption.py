"""Signals that wait for the end of what must not be left half done, or are asked for. No ROS import."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from types import FrameType

INTERRUPTED = 130
"""Exit code, as a shell tells of SIGINT."""

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

    before = {number: signal.signal(number, note) for number in _ours()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])


@contextmanager
def asked_to_end() -> Iterator[Event]:
    """An event that SIGINT, SIGTERM and the closing of the terminal set, as often as they come.

    For loops: an exception that a handler raises can be lost in what the loop calls.
    """
    asked = Event()
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in _ours()}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ours() -> list[int]:
    """Those whose handlers are Python's, so that they can be put back."""
    return [number for number in _NUMBERS if signal.getsignal(number) is not None]
