"""Cells over processes and over a real Ray cluster: what dies, hangs or breaks is named, and what is whole is whole."""

import itertools
import os
import signal
from collections import deque

import pytest

from msaclag_benchmarks.table2 import spreading
from msaclag_benchmarks.table2.crew import CrewError, Failed, Lost, OtherCode, Standing
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


class Doomed:
    """A crew of one that trains nothing, but meets what it is told to, one after the other."""

    places = 1

    def __init__(self, *fates):
        self._fates, self.started, self._events = deque(fates), [], []

    def start(self, batch, version):
        self.started.append(batch)
        kind = self._fates.popleft()
        self._events += [Standing(batch, 0, "worker"), kind(batch, "of no use")]

    def look(self, seconds):
        events, self._events = self._events, []
        return events


def test_seeds_whose_worker_is_lost_twice_are_begun_one_by_one(batch, tmp_path):
    both, witness = batch(seeds=(0, 1)), Witness()
    first, second = (both._replace(seeds=(seed,)) for seed in (0, 1))
    crew = Doomed(*[Lost] * 8)
    assert spread([both], crew, Store(tmp_path), witness) == [first, second]
    assert crew.started == [both] * 2 + [first, second] * 3
    assert sum("in each of 2 tries; its seeds are begun one by one" in line for line in witness.lines) == 1
    assert sum("FAILED" in line for line in witness.lines) == 2


def test_a_batch_that_met_other_code_is_put_back_and_no_try_is_used_up(batch, tmp_path):
    wanted, witness = batch(seeds=(0,)), Witness()
    crew = Doomed(*[OtherCode] * 5, Failed)
    assert spread([wanted], crew, Store(tmp_path), witness) == [wanted]
    assert crew.started == [wanted] * 6
    assert sum("put back, of no use" in line for line in witness.lines) == 5


def test_nobody_is_killed_for_what_was_not_listened_to(batch, tmp_path):
    """As after Ctrl-Z: between any two looks at it the clock goes on by an hour."""
    wanted = batch("corridor", "sac", (0,))
    with Processes(1) as crew:
        clock = itertools.count(0.0, 3600.0).__next__
        assert spread([wanted], crew, Store(tmp_path), Witness(), patience=100.0, clock=clock) == []


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


@pytest.mark.slow
def test_a_ray_node_with_other_packages_is_left_out(batch, tmp_path, monkeypatch):
    cluster_utils = pytest.importorskip("ray.cluster_utils")
    from msaclag_benchmarks.table2.ray_cluster import RayCluster

    older = tmp_path / "older" / "torch-0.1.dist-info"
    older.mkdir(parents=True)
    (older / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 0.1\n")
    path = os.pathsep.join([str(older.parent), os.environ["PYTHONPATH"]])
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        cluster.add_node(num_cpus=1, env_vars={"PYTHONPATH": path})
        wanted, witness = [batch("corridor", "sac", (seed,)) for seed in (0, 1)], Witness()
        with RayCluster(cluster.address, places=1) as crew:
            assert crew.places == 1
            with pytest.raises(CrewError, match="no CPU of the Ray cluster is left"):
                spread(wanted, crew, Store(tmp_path), witness)
            cluster.add_node(num_cpus=1)
            assert spread(wanted, crew, Store(tmp_path), witness) == []
        (put_back,) = [line for line in witness.lines if "put back" in line]
        assert put_back.endswith("that node gets no other batch") and "has code or packages of version" in put_back
    finally:
        cluster.shutdown()


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
