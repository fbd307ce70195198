"""Priorities of processes of their own: that of the tests stays as it is."""

import subprocess
import sys

PROGRAM = """
import os, threading
from msaclag_ros.real_time import be_punctual

over = threading.Event()
thread = threading.Thread(target=over.wait)
thread.start()
print(be_punctual(7))
for number in (0, thread.native_id):
    print(os.sched_getscheduler(number), os.sched_getparam(number).sched_priority, os.getpriority(0, number))
over.set()
"""


def test_every_thread_gets_what_is_permitted() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True, check=True)
    got, *threads = run.stdout.splitlines()
    if got == "real-time priority 7":
        assert all(line.startswith("1 7 ") for line in threads)
    elif got == "nice -10":
        assert all(line.endswith(" -10") for line in threads)
    else:
        assert got.startswith("no priority")
