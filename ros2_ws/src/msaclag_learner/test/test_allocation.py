import subprocess
import sys

import pytest

PROGRAM = """
import resource, torch
from msaclag_learner.allocation import keep_freed_memory
if {keep}:
    keep_freed_memory()
def work():
    blocks = [torch.empty(2**18).zero_() for _ in range(8)]
for _ in range(5):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_freed_memory_is_not_faulted_in_again() -> None:
    faults = int(
        subprocess.run([sys.executable, "-c", PROGRAM.format(keep=True)], capture_output=True, check=True).stdout
    )
    assert faults < 100  # 20 rounds of 8 MiB are 41 000 pages
