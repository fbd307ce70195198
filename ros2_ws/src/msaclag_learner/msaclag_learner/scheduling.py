"""How the process that trains shares the cores with those that act."""

import os
import sys

import torch

NICENESS = 10
"""By how much training is less urgent than acting; without it a thread that wakes waits for up to 4 ms."""


def give_way(threads: int) -> None:
    """Make the calling process, of one thread so far, less urgent than others (on Linux); train with `threads`.

    To be called before its first tensor: the threads inherit the priority.
    """
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))  # its parent may have real-time priority
        os.nice(NICENESS)
    torch.set_num_threads(threads)
