"""Batches over a crew, until each is trained or given up; what comes back is written at once."""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from msaclag_benchmarks.table2.batch import Batch
from msaclag_benchmarks.table2.code_version import code_version
from msaclag_benchmarks.table2.crew import Crew, Done, Event, Failed, Lost, OtherCode, Standing
from msaclag_benchmarks.table2.record import Record, RecordError
from msaclag_benchmarks.table2.store import Store

TRIES = 3
"""Of a batch whose worker is lost."""
TOGETHER = 2
"""Tries of a batch of several seeds: together they may need more memory than there is."""
PATIENCE = 600.0
"""s without a word after which a worker counts as hanging."""
POLL = 0.5
"""s between two looks."""


class Watcher(Protocol):
    """Who is told what happens."""

    def stands(self, batch: Batch, steps: int) -> None:
        """A worker has come so far."""

    def wrote(self, record: Record) -> None:
        """A cell is whole."""

    def says(self, line: str) -> None:
        """A worker has begun, or something went wrong."""

    def ticks(self, left: Collection[Batch]) -> None:
        """Time passes, and this is still to be trained."""


class _Try(NamedTuple):
    """A batch that is being trained."""

    number: int
    """Which try it is, from 1."""
    heard: float | None
    """When its worker last told something, in s of listening; None before it began."""
    worker: str


def spread(
    batches: Sequence[Batch],
    crew: Crew,
    store: Store,
    watcher: Watcher,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
) -> list[Batch]:
    """Train `batches`; returns those that failed, of each of which the watcher was told why.

    A batch whose worker is lost, or tells nothing for `patience` seconds of listening, is begun again by another,
    `TRIES` times in all, of several seeds `TOGETHER` times and then each by itself. An error that a worker meets would
    be met again: of several seeds each is begun by itself, so that it costs the others nothing, and one alone is given
    up.

    Raises:
        CrewError: nobody is left who could train anything.
    """
    waiting, tries = deque(batches), Counter[Batch]()
    versions = {(batch.environment, batch.peer): code_version(batch.environment, batch.peer) for batch in batches}
    working, failed = dict[Batch, _Try](), list[Batch]()
    listened = 0.0
    """s. It stands still while this process does, as after Ctrl-Z, when no worker is heard however much it tells."""

    def again(batch: Batch, why: str) -> None:
        if tries[batch] == TOGETHER and (alone := _alone(batch)):
            watcher.says(f"{batch.name}: {why}, in each of {TOGETHER} tries; its seeds are begun one by one")
            waiting.extend(alone)
        elif tries[batch] < TRIES:
            watcher.says(f"{batch.name}: {why}; begun again, try {tries[batch] + 1} of {TRIES}")
            watcher.stands(batch, 0)
            waiting.append(batch)
        else:
            watcher.says(f"{batch.name}: FAILED, {why}, in each of {TRIES} tries")
            failed.append(batch)

    def take(event: Event) -> None:
        batch = event.batch
        if isinstance(event, Standing):
            if working[batch].heard is None:
                watcher.says(f"{batch.name}: begun by {event.worker}")
            working[batch] = _Try(tries[batch], listened, event.worker)
            watcher.stands(batch, event.steps)
            return
        there = working.pop(batch)
        if isinstance(event, Lost):
            again(batch, f"its worker, {there.worker or 'not heard of yet'}, is lost ({event.why})")
        elif isinstance(event, OtherCode):
            tries[batch] -= 1
            watcher.says(f"{batch.name}: put back, {event.why}")
            waiting.appendleft(batch)
        elif isinstance(event, Failed):
            watcher.says(f"{batch.name}: FAILED, {event.why}")
            if alone := _alone(batch):
                waiting.extend(alone)
            else:
                failed.append(batch)
        elif why := _written(event, store, watcher):
            watcher.says(f"{batch.name}: FAILED, {there.worker} returned what must not be kept: {why}")
            failed.append(batch)

    while waiting or working:
        while waiting and len(working) < crew.places:
            batch = waiting.popleft()
            tries[batch] += 1
            working[batch] = _Try(tries[batch], None, "")
            crew.start(batch, versions[batch.environment, batch.peer])
        begun = clock()
        events = crew.look(POLL)
        listened += min(clock() - begun, 2 * POLL)
        for event in events:
            take(event)
        for batch, there in list(working.items()):
            if there.heard is not None and listened - there.heard > patience:
                crew.end(batch)
                del working[batch]
                again(batch, f"its worker, {there.worker}, told nothing for {patience:.0f} s and was killed")
        watcher.ticks([*waiting, *working])
    return failed


def _alone(batch: Batch) -> list[Batch]:
    """Each of several seeds by itself; none of one."""
    return [batch._replace(seeds=(seed,)) for seed in batch.seeds] if len(batch.seeds) > 1 else []


def _written(event: Done, store: Store, watcher: Watcher) -> str:
    """Put the records of a batch down; returns why they must not be kept, if so."""
    try:
        found = [Record.from_bytes(content) for content in event.records]
    except RecordError as error:
        return str(error)
    if [record.cell for record in found] != list(event.batch.cells):
        return f"it is of {', '.join(str(record.cell) for record in found)}"
    for record in found:
        store.write(record)
        watcher.wrote(record)
    return ""
