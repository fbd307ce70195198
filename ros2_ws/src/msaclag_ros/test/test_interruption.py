import signal
from collections.abc import Iterator

import pytest

from msaclag_ros.interruption import asked_to_end, undivided


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """As in a terminal: a shell's background jobs ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_signal_takes_effect_behind_the_block() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt):
        with undivided():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")
        done.append("no more")
    assert done == ["all of it"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_failure_comes_through() -> None:
    with pytest.raises(ValueError, match="as it was"), undivided():
        raise ValueError("as it was")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_asking_raises_nothing() -> None:
    with asked_to_end() as asked:
        assert not asked.is_set()
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
