"""All that a folder of cells tells: tables, figures, and CSV for everything else."""

import os
from collections.abc import Sequence
from pathlib import Path

from msaclag_benchmarks.table2 import figure3
from msaclag_benchmarks.table2.batch import Cell
from msaclag_benchmarks.table2.record import Record
from msaclag_benchmarks.table2.summary import Summary, cells_csv, curves_csv
from msaclag_benchmarks.table2.tables import markdown


def write(found: Sequence[Record], missing: Sequence[Cell], folder: Path) -> list[Path]:
    """Write `table2.md`, `cells.csv`, `curves.csv` and `figure3.png`, each whole or not at all; returns the files.

    An agent that diverged stands in the CSV, and in a note instead of the averages; so do the cells that are `missing`.
    """
    summaries = [Summary.of(record) for record in found]
    sound = [each for each in summaries if each.diverged is None]
    files = [_write(folder / "cells.csv", cells_csv(summaries)), _write(folder / "curves.csv", curves_csv(found))]
    if sound:
        whole = [record for record in found if record.outcome.diverged is None]
        text = markdown(sound) + _notes(summaries, missing)
        files += [_write(folder / "table2.md", text), figure3.draw(whole, folder / "figure3.png")]
    return files


def _notes(summaries: Sequence[Summary], missing: Sequence[Cell]) -> str:
    """What must be known of the averages."""
    notes = [f"Code versions: {', '.join(sorted({each.code for each in summaries}))}."]
    if diverged := [
        f"{each.task}/{each.algorithm}/seed-{each.seed}" for each in summaries if each.diverged is not None
    ]:
        notes.append(f"Diverged, and in no average: {', '.join(diverged)}.")
    if missing:
        notes.append(f"Missing, of those asked for: {', '.join(map(str, missing))}.")
    return "\n" + " ".join(notes) + "\n"


def _write(file: Path, text: str) -> Path:
    aside = file.with_suffix(".partial")
    aside.write_text(text, "utf8")
    os.replace(aside, file)
    return file
