import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, os, threading, torch
from msaclag_learner.scheduling import leave_cores_to_training, give_way

def look():
    seen.append((os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), torch.get_num_threads()))

def train():
    give_way(3)
    look()
    torch.randn(512, 512) @ torch.randn(512, 512)
    team = max(map(int, os.listdir("/proc/self/task")))
    seen.append((os.getpriority(os.PRIO_PROCESS, team), 3))

seen = []
leave_cores_to_training()
torch.ones(1)
trainer = threading.Thread(target=train)
trainer.start()
trainer.join()
look()
print(json.dumps(seen))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux alone")
def test_the_training_thread_and_its_team_give_way_and_no_other():
    own = os.getpriority(os.PRIO_PROCESS, 0)
    out = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    less = min(19, own + 10)
    assert out == f"[[{less}, 3], [{less}, 3], [{own}, 1]]\n"
