import os
import sys
from threading import Thread, get_native_id

import pytest

from msaclag_learner.scheduling import NICENESS, give_way


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux alone")
def test_the_thread_and_those_it_starts_give_way_and_no_other():
    own, seen = niceness(), []

    def train():
        give_way()
        seen.append(niceness())
        child = Thread(target=lambda: seen.append(niceness()))
        child.start()
        child.join()

    trainer = Thread(target=train)
    trainer.start()
    trainer.join()
    assert seen == [min(19, own + NICENESS)] * 2
    assert niceness() == own
