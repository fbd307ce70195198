"""All that a folder of cells tells: tables, figures, and CSV for everything else."""

import os
from collections.abc import Sequence
from pathlib import Path

from msaclag_benchmarks.table2 import figure3
from msaclag_benchmarks.table2.batch import Cell
from msaclag_benchmarks.table2.record import Record
from msaclag_benchmarks.table2.summary import Summary, cells_csv, curves_csv
from msaclag_benchmarks.table2.tables import markdown

TABLE = "table2.md"


def write(found: Sequence[Record], missing: Sequence[Cell], others: Sequence[Cell], folder: Path) -> list[Path]:
    """Write `TABLE`, `cells.csv`, `curves.csv` and `figure3.png`, each whole or not at all; returns the files.

    An agent that diverged stands in the CSV, and in a note instead of the averages.

    Args:
        found: what is reported.
        missing: cells that were asked for besides.
        others: those of the found ones that were not made by this code.
        folder: where the files go.
    """
    summaries = [Summary.of(record) for record in found]
    sound = [each for each in summaries if each.diverged is None]
    text = markdown(sound, one_code=not others) if sound else "All agents have diverged.\n"
    files = [
        _write(folder / TABLE, (text + _notes(summaries, missing, others)).encode()),
        _write(folder / "cells.csv", cells_csv(summaries).encode()),
        _write(folder / "curves.csv", curves_csv(found).encode()),
    ]
    whole, picture = [record for record in found if record.outcome.diverged is None], folder / "figure3.png"
    if whole:
        return [*files, _write(picture, figure3.draw(whole))]
    picture.unlink(missing_ok=True)
    return files


def _notes(summaries: Sequence[Summary], missing: Sequence[Cell], others: Sequence[Cell]) -> str:
    """What must be known of the averages."""
    notes = [f"Code versions: {', '.join(sorted({each.code for each in summaries}))}."]
    if others:
        notes.append(f"Not of this code, so that nothing is told over all tasks: {', '.join(map(str, others))}.")
    if diverged := [
        f"{each.task}/{each.algorithm}/seed-{each.seed}" for each in summaries if each.diverged is not None
    ]:
        notes.append(f"Diverged, and in no average: {', '.join(diverged)}.")
    if missing:
        notes.append(f"Missing, of those asked for: {', '.join(map(str, missing))}.")
    return "\n" + " ".join(notes) + "\n"


def _write(file: Path, content: bytes) -> Path:
    aside = file.with_suffix(f".{os.getpid()}.partial")  # two may report at a time
    aside.write_bytes(content)
    os.replace(aside, file)
    return file
