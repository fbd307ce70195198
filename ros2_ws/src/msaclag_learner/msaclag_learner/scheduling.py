"""How the thread that trains makes way for the thread that acts, where both share the cores and the interpreter."""

import os
import sys
import threading

SWITCH_INTERVAL = 5e-4
"""s for which Python may keep the interpreter from the thread that acts, by default ten times longer."""
NICENESS = 10
"""By how much training is less urgent than acting. Without it a woken thread waits for the end of a slice, 3 to 4 ms."""


def give_way() -> None:
    """Make the calling thread, and all that it starts from now on, less urgent than the others (on Linux).

    To be called by the thread that trains before its first update: the threads of a parallel operation inherit the
    priority of the one that starts them.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
