import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import numpy as np
from msaclag_learner.allocation import keep_freed_memory
if {keep}:
    keep_freed_memory()
def work():
    for block in [np.empty(size, np.float32) for size in (2**16, 2**17, 2**18, 2**19) * 8]:
        block.fill(0)
for _ in range(5):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(*, keep: bool) -> int:
    """Of 20 rounds of 30 MiB, which are 154 000 pages."""
    program = PROGRAM.format(keep=keep)
    return int(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc")
def test_freed_memory_is_not_faulted_in_again() -> None:
    assert 10 * faults(keep=True) < faults(keep=False)
