"""The rows of the matrix, and their rounds."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from msaclag.faults import rows_arm, rows_processes
from msaclag.faults.row import Outcome, Row, run_round
from msaclag.faults.stage import Stage

ROWS: tuple[Row, ...] = (*rows_processes.ROWS, *rows_arm.ROWS)


def play(rows: Sequence[Row], rounds: int, seed: int, tell: Callable[[str], object]) -> Iterator[tuple[str, Outcome]]:
    """Each row once, and all of them again; in each round on a graph of its own, anew after what did not end well.

    Yields:
        The row's name, and what came of the round.
    """
    for number in range(1, rounds + 1):
        shared = [row for row in rows if row.prefixes is None]
        apart = [[row] for row in rows if row.prefixes is not None]
        for together in (shared, *apart):
            yield from _on_one_graph(together, number, rounds, seed, tell)


def _on_one_graph(
    rows: Sequence[Row], number: int, rounds: int, seed: int, tell: Callable[[str], object]
) -> Iterator[tuple[str, Outcome]]:
    with ExitStack() as stack:
        stage: Stage | None = None
        for row in rows:
            tell(f"round {number} of {rounds}: {row.about}")
            if stage is None:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="msaclag_faults_")))
                prefixes = row.prefixes(folder) if row.prefixes is not None else None
                stage = stack.enter_context(Stage(folder / "graph", Random(), prefixes))
            stage.random.seed(f"{seed} {number} {row.name}")
            outcome = run_round(row, stage)
            yield row.name, outcome
            if not outcome.good:
                stack.close()
                stage = None
