"""Cells over processes and over a real Ray cluster: what dies, hangs or breaks is named, and what is whole is whole."""

import os
import signal

import pytest

from msaclag_benchmarks.table2 import spreading
from msaclag_benchmarks.table2.processes import Processes
from msaclag_benchmarks.table2.spreading import spread
from msaclag_benchmarks.table2.store import Store


class Witness:
    """Remembers what it is told, and does what is asked for when a worker is at work."""

    def __init__(self, at_work=lambda batch, steps: None) -> None:
        self.lines, self.cells, self._at_work = [], [], at_work

    def stands(self, batch, steps):
        self._at_work(batch, steps)

    def wrote(self, record):
        self.cells.append(record.cell)

    def says(self, line):
        self.lines.append(line)

    def ticks(self, left):
        pass


def test_a_worker_that_hangs_is_killed_and_named(batch, tmp_path, monkeypatch):
    monkeypatch.setattr(spreading, "TRIES", 1)
    wanted, witness = batch("hangs", "sac", (0,)), Witness()
    with Processes(1) as crew:
        assert spread([wanted], crew, Store(tmp_path), witness, patience=2.0) == [wanted]
    begun, line = witness.lines
    assert begun.startswith("hangs/sac, seed 0: begun by process ")
    assert line.startswith("hangs/sac, seed 0: FAILED, its worker, process ")
    assert "told nothing for 2 s and was killed" in line
    assert not list(tmp_path.rglob("*.json"))


def test_of_seeds_that_fail_together_each_is_begun_alone_and_other_code_never(batch, tmp_path, monkeypatch):
    wanted, witness = batch("breaks", "sac", (0, 1)), Witness()
    alone = [wanted._replace(seeds=(seed,)) for seed in (0, 1)]
    monkeypatch.setattr(spreading, "code_version", lambda environment, peer: "0123abcd")
    with Processes(2) as crew:
        assert {*spread([wanted], crew, Store(tmp_path), witness)} == {*alone}
    failed = [line for line in witness.lines if "FAILED" in line]
    assert len(failed) == 3 and all("CodeError: " in line and "asked for is 0123abcd" in line for line in failed)


@pytest.mark.slow
def test_ray_survives_a_killed_worker(batch, tmp_path, monkeypatch):
    pytest.importorskip("ray")
    from msaclag_benchmarks.table2.ray_cluster import LOCAL, RayCluster

    monkeypatch.setenv("CORRIDOR_MARKER", str(tmp_path / "died"))
    dies, sound = batch("dies", "sac", (0,)), batch("corridor", "sac", (0,))
    witness, store = Witness(), Store(tmp_path)
    with RayCluster(LOCAL, places=2) as crew:
        assert crew.places == 2
        assert spread([dies, sound], crew, store, witness) == []
    assert {*witness.cells} == {*dies.cells, *sound.cells}
    (lost,) = [line for line in witness.lines if "is lost" in line]
    assert lost.startswith("dies/sac, seed 0: its worker, process ")
    assert "(WorkerCrashedError: " in lost and lost.endswith("begun again, try 2 of 3")
    assert (tmp_path / "died").exists()
    fit, unfit = store.compare([dies, sound])
    assert len(fit) == 2 and not unfit
    first, second = (fit[batch.cells[0]].outcome for batch in (dies, sound))
    assert repr(first) == repr(second), "begun again, it is what it would have been"


@pytest.fixture
def interruptible():
    """Where the tests run in the background, a shell lets them ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupted_bench_leaves_no_process(batch, tmp_path, interruptible):
    seen = []

    def interrupt(batch, steps):
        seen.extend(process.pid for _, process in crew._working.values())
        os.kill(os.getpid(), signal.SIGINT)

    crew = Processes(1)
    with pytest.raises(KeyboardInterrupt), crew:
        spread([batch("hangs", "sac", (0,))], crew, Store(tmp_path), Witness(interrupt))
    assert seen
    for pid in seen:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
