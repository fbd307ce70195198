import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, os, torch
from msaclag_learner.scheduling import give_way

give_way(3)
torch.randn(512, 512) @ torch.randn(512, 512)
threads = [int(name) for name in os.listdir("/proc/self/task")]
print(json.dumps([torch.get_num_threads(), sorted({os.getpriority(os.PRIO_PROCESS, thread) for thread in threads})]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are made less urgent on Linux alone")
def test_the_training_process_and_its_team_give_way() -> None:
    less = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    out = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    assert out == f"[3, [{less}]]\n"
