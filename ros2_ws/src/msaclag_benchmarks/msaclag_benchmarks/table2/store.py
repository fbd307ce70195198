"""The folder of a table: a file for each cell, whole or not there."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from msaclag_benchmarks.table2.batch import PEERS, Batch, Cell
from msaclag_benchmarks.table2.code_version import code_version
from msaclag_benchmarks.table2.record import Record, RecordError

CELLS, ASIDE = "cells", "put-aside"


class StoreError(RuntimeError):
    """A folder that cannot be used as it is; the message says why, and the remedy."""


class Unfit(NamedTuple):
    """A file that must not be counted."""

    file: Path
    why: str


class Store:
    """The records in a folder."""

    def __init__(self, folder: Path) -> None:
        """In `folder`, which need not be there."""
        self.folder = folder

    def file(self, cell: Cell) -> Path:
        """Where the record of `cell` lies, or will."""
        return self.folder / CELLS / f"{cell}.json"

    def read(self) -> tuple[list[Record], list[Unfit]]:
        """All whole records, and the files that are none."""
        found, unfit = list[Record](), list[Unfit]()
        for file in sorted((self.folder / CELLS).rglob("*.json")):
            try:
                record = Record.from_bytes(file.read_bytes())
            except RecordError as error:
                unfit.append(Unfit(file, str(error)))
                continue
            if file != self.file(record.cell):
                unfit.append(Unfit(file, f"it is the record of {record.cell}"))
            else:
                found.append(record)
        return found, unfit

    def compare(self, batches: Sequence[Batch], *, of_this_code: bool = True) -> tuple[dict[Cell, Record], list[Unfit]]:
        """The records that make up cells of `batches`, and the files that stand in their way.

        Where they need not be `of_this_code`, those of a task must be of one.
        """
        planned = {cell: batch for batch in batches for cell in batch.cells}
        found, unfit = self.read()
        files = {self.file(cell) for cell in planned}
        fit, wrong = dict[Cell, Record](), [each for each in unfit if each.file in files]
        for record in found:
            if (batch := planned.get(record.cell)) is None:
                continue
            if why := _difference(record, batch) or (other_code(record, batch) if of_this_code else ""):
                wrong.append(Unfit(self.file(record.cell), why))
            else:
                fit[record.cell] = record
        wrong += [] if of_this_code else self._take_out_mixed(fit)
        return fit, wrong

    def _take_out_mixed(self, fit: dict[Cell, Record]) -> list[Unfit]:
        """Take the records of all tasks that are not of one code out of `fit`."""
        codes: dict[tuple[str, bool], dict[str, list[Cell]]] = {}
        for cell, record in fit.items():
            codes.setdefault((cell.task, cell.algorithm in PEERS), {}).setdefault(record.code, []).append(cell)
        mixed = []
        for (task, _), versions in codes.items():
            for version, cells in versions.items() if len(versions) > 1 else ():
                why = f"it was made by code version {version}; of {task} there are {', '.join(sorted(versions))}"
                mixed += [Unfit(self.file(cell), why) for cell in cells]
                for cell in cells:
                    del fit[cell]
        return mixed

    def write(self, record: Record) -> Path:
        """Put down the record, whole or not at all."""
        file = self.file(record.cell)
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(".partial")
        with aside.open("wb") as opened:
            opened.write(record.to_bytes())
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(aside, file)
        return file

    def put_aside(self, file: Path) -> Path:
        """Take a file out of the cells; returns where it lies now, beside those that were put aside before."""
        place = self.folder / ASIDE / file.relative_to(self.folder / CELLS)
        place.parent.mkdir(parents=True, exist_ok=True)
        number, free = 1, place
        while free.exists():
            number += 1
            free = place.with_suffix(f".{number}.json")
        os.replace(file, free)
        return free

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While it lasts nobody else writes here.

        Raises:
            StoreError: somebody else does.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / "table2.lock")
        try:
            with lock.acquire(timeout=0):
                yield
        except Timeout as error:
            raise StoreError(f"a bench is at work in {self.folder}: end it, or give another --folder") from error


def _difference(record: Record, batch: Batch) -> str:
    """Why `record` is none of `batch`; empty if it is."""
    if record.environment != batch.environment:
        return f"it is of the environment {record.environment}, not {batch.environment}"
    for part, planned in batch.settings.items():
        there = record.settings.get(part)
        if there == planned:
            continue
        if not isinstance(planned, dict) or not isinstance(there, dict):
            return f"it was trained with {part} {there}, not {planned}"
        for name in sorted(planned.keys() | there.keys()):
            if there.get(name) != planned.get(name):
                return f"it was trained with {name} {there.get(name)}, not {planned.get(name)}"
    return ""


def other_code(record: Record, batch: Batch) -> str:
    """That the code of `record` is not this one; empty if it is."""
    version = code_version(batch.environment, batch.peer)
    return "" if record.code == version else f"it was made by code version {record.code}, this is {version}"
