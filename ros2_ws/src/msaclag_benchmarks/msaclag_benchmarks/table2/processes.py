"""Workers that are processes of this machine."""

import os
import signal
import traceback
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any

from msaclag_benchmarks.table2.batch import Batch
from msaclag_benchmarks.table2.crew import Done, Event, Failed, Lost, Standing

_CONTEXT = get_context("spawn")


class Processes:
    """So many of them at a time; a fresh one for each batch."""

    def __init__(self, places: int) -> None:
        """None is started yet."""
        self.places = places
        self._working: dict[Connection, tuple[Batch, SpawnProcess]] = {}
        self._begun: list[Event] = []

    def start(self, batch: Batch, version: str) -> None:
        """Have a process of its own train `batch` by code of this version."""
        ours, theirs = _CONTEXT.Pipe(duplex=False)
        process = _CONTEXT.Process(target=_work, args=(batch, version, theirs), daemon=True)
        process.start()
        theirs.close()
        self._working[ours] = (batch, process)
        self._begun.append(_standing(batch, 0, process))  # it has much to import, and may hang in that

    def look(self, seconds: float) -> list[Event]:
        """What happened; waits so long for something to happen."""
        begun, self._begun = self._begun, []
        ready = wait(self._working, 0 if begun else seconds)
        return [*begun, *(event for each in ready for event in self._heard(each))]

    def end(self, batch: Batch) -> None:
        """Kill the process that trains `batch`."""
        for connection, (theirs, _) in list(self._working.items()):
            if theirs == batch:
                self._let_go(connection, patience=0.0)

    def __enter__(self) -> "Processes":
        """Nothing is to be prepared."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill all that still work."""
        for _, process in self._working.values():
            process.kill()
        for connection in list(self._working):
            self._let_go(connection)

    def _heard(self, connection: Any) -> Iterator[Event]:
        """One word of a process; its end if there is none."""
        batch, process = self._working[connection]
        try:
            kind, content = connection.recv()
        except (EOFError, OSError):
            code = self._let_go(connection)
            yield Lost(batch, _named(code))
            return
        if kind == "steps":
            yield _standing(batch, content, process)
            return
        self._let_go(connection)
        yield Done(batch, content) if kind == "records" else Failed(batch, content)

    def _let_go(self, connection: Connection, patience: float = 1.0) -> int | None:
        """Kill the process if it lives on after so many s; returns how it ended, if by itself."""
        _, process = self._working.pop(connection)
        process.join(patience)
        code = process.exitcode
        process.kill()
        process.join()
        connection.close()
        return code


def _named(code: int | None) -> str:
    """An exit code, or the signal behind it."""
    return f"exit code {code}" if code is None or code >= 0 else signal.Signals(-code).name


def _standing(batch: Batch, steps: int, process: SpawnProcess) -> Standing:
    return Standing(batch, steps, f"process {process.pid}")


def _work(batch: Batch, version: str, connection: Connection) -> None:
    """The life of a worker. The terminal's Ctrl-C is for the one that ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        from msaclag_benchmarks.table2.worker import work

        connection.send(("records", work(batch, version, lambda steps: connection.send(("steps", steps)))))
    except BrokenPipeError:
        return  # nobody is there to be told
    except Exception as error:
        connection.send(("failed", last_words(error)))


def last_words(error: BaseException) -> str:
    """What an error says, and where it was raised."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({os.path.basename(place.filename)}:{place.lineno})"
