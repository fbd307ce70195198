"""The rows of the matrix, and their rounds."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from json import loads
from pathlib import Path
from random import Random
from shutil import copytree
from tempfile import TemporaryDirectory

from kinova_pour_env.arm import ArmError
from msaclag.faults import (
    rows_actions,
    rows_arm,
    rows_clock,
    rows_disks,
    rows_files,
    rows_network,
    rows_processes,
    rows_resets,
)
from msaclag.faults.row import Outcome, Row, run_round
from msaclag.faults.stage import Stage
from msaclag_ros.settings import SettingError

KEPT = ".failed"
"""In place of the ending of the file of figures: the folder of the runs that did not end well."""
ROWS: tuple[Row, ...] = (
    *rows_processes.ROWS,
    *rows_actions.ROWS,
    *rows_disks.ROWS,
    *rows_files.ROWS,
    *rows_arm.ROWS,
    *rows_resets.ROWS,
    *rows_clock.ROWS,
    *rows_network.ROWS,
)


def play(
    rows: Sequence[Row], rounds: int, seed: int, kept: Path, tell: Callable[[str], object]
) -> Iterator[tuple[str, Outcome]]:
    """Each row once, and all of them again; in each round on a graph of its own, anew after what did not end well.

    Args:
        rows: to be played.
        rounds: of each.
        seed: of the moments.
        kept: folder into which go the run and the nodes' words of rounds that did not end well.
        tell: called with what is being done.

    Yields:
        The row's name, and what came of the round.
    """
    for number in range(1, rounds + 1):
        shared = [row for row in rows if row.prefixes is None]
        apart = [[row] for row in rows if row.prefixes is not None]
        for together in (shared, *apart):
            if together and together[0].own_network and rows_network.IN_NETWORK not in os.environ:
                yield together[0].name, _elsewhere(together[0], number, seed, kept, tell)
            else:
                yield from _on_one_graph(together, number, rounds, seed, kept, tell)


def _on_one_graph(
    rows: Sequence[Row], number: int, rounds: int, seed: int, kept: Path, tell: Callable[[str], object]
) -> Iterator[tuple[str, Outcome]]:
    with ExitStack() as folders, ExitStack() as graph:
        stage: Stage | None = None
        for row in rows:
            tell(f"round {number} of {rounds}: {row.about}")
            if stage is None:
                folder = Path(folders.enter_context(TemporaryDirectory(prefix="msaclag_faults_")))
                prefixes = row.prefixes(folder) if row.prefixes is not None else None
                try:
                    stage = graph.enter_context(Stage(folder / "graph", Random(), prefixes))
                except (ArmError, SettingError) as error:
                    copytree(folder / "graph", kept / f"{row.name}-{number}")
                    yield row.name, Outcome(message=f"the graph did not start: {error}")
                    continue
            stage.random.seed(f"{seed} {number} {row.name}")
            outcome = run_round(row, stage)
            if not outcome.good:
                graph.close()  # nobody writes any more
                copytree(stage.folder, kept / f"{row.name}-{number}")
                stage = None
            yield row.name, outcome


def _elsewhere(row: Row, number: int, seed: int, kept: Path, tell: Callable[[str], object]) -> Outcome:
    """A round in a network of its own, by another process of this program."""
    tell(f"{row.about}, in a network of its own")
    with TemporaryDirectory(prefix="msaclag_faults_") as folder:
        file = Path(folder) / "found.json"
        words = ["faults", "--rows", row.name, "--rounds", "1", "--seed", f"{seed + number}", "--json", str(file)]
        command = rows_network.in_own_network([sys.executable, "-m", "msaclag", *words])
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if not file.exists():
            return Outcome(message=done.stdout.strip())
        if (failed := file.with_suffix(KEPT)).exists():
            copytree(failed / f"{row.name}-1", kept / f"{row.name}-{number}")
        (outcome,) = loads(file.read_text())["rows"][row.name]["each"]
    return Outcome.from_dict(outcome)
