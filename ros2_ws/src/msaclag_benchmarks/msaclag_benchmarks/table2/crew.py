"""Those who train batches: processes of this machine, or a Ray cluster."""

from types import TracebackType
from typing import NamedTuple, Protocol

from msaclag_benchmarks.table2.batch import Batch


class Standing(NamedTuple):
    """A worker has come so far."""

    batch: Batch
    steps: int
    worker: str
    """Where it is, for people: process and host."""


class Done(NamedTuple):
    """A worker has trained its batch."""

    batch: Batch
    records: list[bytes]


class Failed(NamedTuple):
    """A worker has met an error, which another would meet as well."""

    batch: Batch
    why: str


class Lost(NamedTuple):
    """A worker is gone, and what it had trained with it."""

    batch: Batch
    why: str


class OtherCode(NamedTuple):
    """A worker's machine has other code or packages; it gets no other batch, and another machine may train this one."""

    batch: Batch
    why: str


Event = Standing | Done | Failed | Lost | OtherCode


class CrewError(RuntimeError):
    """Those who should train cannot; the message says why."""


class Crew(Protocol):
    """Workers; a batch that ended, in whatever way, is theirs no more."""

    @property
    def places(self) -> int:
        """Batches that can be trained at a time, as far as is known now."""

    def start(self, batch: Batch, version: str) -> None:
        """Have `batch` trained by code of this version."""

    def look(self, seconds: float) -> list[Event]:
        """What happened; waits so long for something to happen.

        Raises:
            CrewError: nobody is left who could train anything.
        """

    def end(self, batch: Batch) -> None:
        """Kill the worker of `batch`, of which nothing more is told."""

    def __enter__(self) -> "Crew":
        """Be ready."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill all that still work."""
