"""How the thread that trains and the thread that acts share the cores of one process."""

import os
import sys
import threading

import torch

SWITCH_INTERVAL = 5e-4
"""s for which Python may keep the interpreter from the thread that acts, by default ten times longer."""
NICENESS = 10
"""By how much training is less urgent than acting; without it a thread that wakes waits for up to 4 ms."""


def leave_cores_to_training() -> None:
    """Let the calling thread compute alone; to be called before its first tensor where another thread is to train.

    OpenMP (libgomp) gives each thread that ever ran a parallel operation a team of its own. Once all teams together
    outnumber the cores, their members sleep instead of waiting for work, and an update takes 1.6 times as long.
    """
    torch.set_num_threads(1)
    torch.get_num_threads()  # only now does this thread keep its number when another one sets its own


def give_way(threads: int = 1) -> None:
    """Make the calling thread the one that trains: with `threads`, and less urgent than the others (on Linux).

    To be called before its first tensor: its team inherits the priority.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    if sys.platform == "linux":
        # The thread that started it may have real-time priority.
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
    torch.set_num_threads(threads)
