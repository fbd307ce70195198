"""Signals in the middle of the twin's steps."""

import os
import signal
from threading import Event, Thread

import numpy as np

from sim_bridge.pour_coffee import make_pour_coffee


def test_an_interrupted_step_is_whole_or_not_begun():
    environment, over, stepping, interrupted = make_pour_coffee(), Event(), False, 0

    def interrupt(number, frame):
        nonlocal stepping
        if stepping:
            stepping = False
            raise KeyboardInterrupt

    def send():
        while not over.wait(0.001):
            os.kill(os.getpid(), signal.SIGINT)

    before, sender = signal.signal(signal.SIGINT, interrupt), Thread(target=send)
    try:
        environment.reset(seed=0)
        sender.start()
        for _ in range(149):
            try:
                stepping = True
                environment.step(np.zeros(4, np.float32))
                stepping = False
            except KeyboardInterrupt:
                interrupted += 1
    finally:
        over.set()
        sender.join()
        signal.signal(signal.SIGINT, before)
    assert interrupted
    terminated = truncated = False
    while not (terminated or truncated):
        _, _, terminated, truncated, _ = environment.step(np.zeros(4, np.float32))
    assert truncated and not terminated
    environment.close()
