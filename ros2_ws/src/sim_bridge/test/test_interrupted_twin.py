"""Signals in the middle of the twin's steps."""

import signal

import numpy as np

from sim_bridge.pour_coffee import make_pour_coffee


def test_an_interrupted_step_is_whole_or_not_begun():
    environment, stepping, interrupted = make_pour_coffee(), False, 0

    def interrupt(number, frame):
        nonlocal stepping
        if stepping:
            stepping = False
            raise KeyboardInterrupt

    def alarm(number, frame):  # a timer: a thread may wait for the interpreter until the steps are over
        signal.raise_signal(signal.SIGINT)

    before = {
        number: signal.signal(number, handler)
        for number, handler in ((signal.SIGINT, interrupt), (signal.SIGALRM, alarm))
    }
    try:
        environment.reset(seed=0)
        signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
        for _ in range(149):
            try:
                stepping = True
                environment.step(np.zeros(4, np.float32))
                stepping = False
            except KeyboardInterrupt:
                interrupted += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
    assert interrupted
    terminated = truncated = False
    while not (terminated or truncated):
        _, _, terminated, truncated, _ = environment.step(np.zeros(4, np.float32))
    assert truncated and not terminated
    environment.close()
