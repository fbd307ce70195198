"""Workers of a Ray cluster: of this machine alone, or of many that share no disk.

The code travels with the job, and the records come back as Ray's objects; PyTorch and what else it needs must be
installed there. Needs the package ray.
"""

import logging
import os
import platform
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray
from ray.exceptions import RayError, RayTaskError, TaskCancelledError

from msaclag_benchmarks.table2.batch import Batch
from msaclag_benchmarks.table2.code_version import CodeError
from msaclag_benchmarks.table2.crew import CrewError, Done, Event, Failed, Lost, OtherCode, Standing
from msaclag_benchmarks.table2.processes import last_words

LOCAL = "local"
"""In place of an address, for Ray as for us: a cluster of this machine, for as long as it is used."""
SHIPPED = ("msaclag_benchmarks", "msaclag_learner")
LISTENING = 0.2
"""s between two looks at what ended."""


class RayCluster:
    """One worker for each core, or GPU if batches are trained there, of the nodes that have the same code."""

    def __init__(self, address: str, places: int, on_gpu: bool = False) -> None:
        """Join the cluster at `address`, such as `auto`, `HOST:6379` or `ray://HOST:10001`, or begin a local one.

        Args:
            address: where it is, or `LOCAL`.
            places: workers at a time of a local one.
            on_gpu: whether each takes a GPU.

        Raises:
            CrewError: there is none, it does not answer, or it offers no worker.
        """
        self._others = set[str]()
        """Identifiers of nodes that have other code or packages."""
        self._kind = "GPU" if on_gpu else "CPU"
        where: dict[str, Any] = (
            {"address": LOCAL, "num_cpus": places, "include_dashboard": False}
            if address == LOCAL
            else {"address": address}
        )
        try:
            ray.init(
                **where,
                runtime_env={"py_modules": [_folder(name) for name in SHIPPED], "env_vars": {"OMP_NUM_THREADS": "1"}},
                log_to_driver=False,
                logging_level=logging.WARNING,
            )
        except Exception as error:  # some of Ray's are of no other kind
            raise CrewError(f"there is no Ray cluster at {address}: {_first_line(error)}") from error
        if not self.places:
            ray.shutdown()
            raise CrewError(f"the Ray cluster {address} offers no {self._kind}")
        # It begins again where its machine fails; only the last words are lost then.
        self._board: Any = ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(_Board).remote()
        # A process for each batch: none meets what the one before left behind.
        self._work: Any = ray.remote(max_retries=0, max_calls=1, num_cpus=1, num_gpus=int(on_gpu))(_work)
        self._working: dict[Any, tuple[int, Batch]] = {}
        self._started = 0

    @property
    def places(self) -> int:
        """Cores or GPUs of the cluster as it is now, without the nodes of other code."""
        nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
        fit = [node for node in nodes if node["Alive"] and node["NodeID"] not in self._others]
        return int(sum(node["Resources"].get(self._kind, 0) for node in fit))

    def start(self, batch: Batch, version: str) -> None:
        """Have a worker train `batch` by code of this version; where all are at work, it waits for one."""
        self._started += 1
        elsewhere = {"ray.io/node-id": f"!in({','.join(sorted(self._others))})"} if self._others else {}
        work = self._work.options(label_selector=elsewhere)
        self._working[work.remote(batch, version, self._started, self._board)] = (self._started, batch)

    def look(self, seconds: float) -> list[Event]:
        """What happened; waits so long for something to happen.

        Raises:
            CrewError: each node has other code than this one.
        """
        if self._others and not self.places and not self._working:
            raise CrewError(f"no {self._kind} of the Ray cluster is left where code and packages are those of here")
        events, until = list[Event](), time.monotonic() + seconds
        if not self._working:  # for want of places
            time.sleep(seconds)
        while not events and self._working:
            ended, _ = ray.wait(list(self._working), timeout=LISTENING)
            news = self._news()
            events = [Standing(batch, *news[number]) for number, batch in self._working.values() if number in news]
            events += [self._end_of(reference) for reference in ended]
            if time.monotonic() > until:
                break
        return events

    def end(self, batch: Batch) -> None:
        """Kill the worker that trains `batch`."""
        for reference, (_, theirs) in list(self._working.items()):
            if theirs == batch:
                del self._working[reference]
                ray.cancel(reference, force=True)

    def __enter__(self) -> "RayCluster":
        """It is joined already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill all that still work, and leave; a local cluster ends."""
        for _, batch in list(self._working.values()):
            self.end(batch)
        ray.shutdown()

    def _news(self) -> dict[int, tuple[int, str]]:
        """The last word of each worker that told one since it was last asked, by the number of its start."""
        news: dict[int, tuple[int, str]] = ray.get(self._board.read.remote())
        return news

    def _end_of(self, reference: Any) -> Event:
        _, batch = self._working.pop(reference)
        try:
            kind, content = ray.get(reference)
        except RayTaskError as error:
            return Failed(batch, str(error).strip().splitlines()[-1])
        except (RayError, TaskCancelledError) as error:
            return Lost(batch, f"{type(error).__name__}: {_first_line(error)}")
        if kind == "other code":
            node, why = content
            self._others.add(node)
            return OtherCode(batch, f"{why}; that node gets no other batch")
        return Done(batch, content) if kind == "records" else Failed(batch, content)


class _Board:
    """Where workers write how far they are."""

    def __init__(self) -> None:
        self._news: dict[int, tuple[int, str]] = {}

    def write(self, number: int, steps: int, worker: str) -> None:
        self._news[number] = (steps, worker)

    def read(self) -> dict[int, tuple[int, str]]:
        news, self._news = self._news, {}
        return news


def _work(batch: Batch, version: str, number: int, board: Any) -> tuple[str, Any]:
    """The life of a worker."""
    worker = f"process {os.getpid()} on {platform.node()}"
    board.write.remote(number, 0, worker)  # it has much to import, and may hang in that
    try:
        try:
            from msaclag_benchmarks.table2.worker import work
        except ImportError as error:
            raise CodeError(f"{platform.node()} lacks what it needs: {error}") from error
        return "records", work(batch, version, lambda steps: board.write.remote(number, steps, worker))
    except CodeError as error:
        return "other code", (ray.get_runtime_context().get_node_id(), str(error))
    except Exception as error:
        return "failed", last_words(error)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _folder(module: str) -> str:
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None
    return str(Path(spec.origin).parent)
