"""A process that must be punctual: before others on its cores, and without pauses of its own. No ROS import."""

import gc
import os
import sys
from collections.abc import Callable

ARM, GUARD, CONTROL, POLICY = 40, 30, 20, 10
"""Priorities of SCHED_FIFO: of an emulated arm, which stands for another computer, of the guard, of the control, and of
the policy that answers it."""
NICENESS = -10
"""Where SCHED_FIFO is not permitted."""
SWITCH_INTERVAL = 5e-4
"""s for which one of its threads may keep the interpreter from another, by default ten times longer."""


def be_punctual(priority: int) -> str:
    """Put every thread of this process, and those that they start, before those of others as far as is permitted.

    What exists by now is left out of garbage collection: call it when all is made.

    Args:
        priority: of SCHED_FIFO, where permitted.

    Returns:
        What was permitted, in words.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_INTERVAL)
    if sys.platform != "linux":
        return "no priority"
    if _for_each_thread(lambda thread: os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(priority))):
        return f"real-time priority {priority}"
    if _for_each_thread(lambda thread: os.setpriority(os.PRIO_PROCESS, thread, NICENESS)):
        return f"nice {NICENESS}"
    return "no priority: this user may neither have real-time priority nor be less nice"


def _for_each_thread(change: Callable[[int], object]) -> bool:
    """Whether it is permitted."""
    try:
        for thread in os.listdir("/proc/self/task"):
            change(int(thread))
    except OSError:
        return False
    return True
