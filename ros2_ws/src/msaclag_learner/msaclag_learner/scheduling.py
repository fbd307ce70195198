"""How the process that trains shares the cores with those that act."""

import os
import sys

import torch

NICENESS = 10
"""By how much training is less urgent than acting; without it a thread that wakes waits for up to 4 ms."""


def give_way(threads: int) -> None:
    """Make the calling process less urgent than others (on Linux); train with `threads`.

    To be called before its first tensor: threads that begin later inherit the priority; those of NumPy's BLAS exist.
    """
    if sys.platform == "linux":
        less = os.getpriority(os.PRIO_PROCESS, 0) + NICENESS
        for thread in map(int, os.listdir("/proc/self/task")):  # Linux has priorities for each thread
            os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))  # the parent may have real-time priority
            os.setpriority(os.PRIO_PROCESS, thread, less)
    torch.set_num_threads(threads)
