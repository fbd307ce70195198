"""A run of `msaclag bench table2`: what is to be trained, by whom, and what all that is there tells."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import torch
from rich.console import Console
from rich.markdown import Markdown

from msaclag.bench.machine import cores
from msaclag.bench.table2_display import Table2Display
from msaclag_benchmarks.table2 import report
from msaclag_benchmarks.table2.batch import Batch, Device
from msaclag_benchmarks.table2.crew import Crew, CrewError
from msaclag_benchmarks.table2.plan import PlanError, plan, without
from msaclag_benchmarks.table2.processes import Processes
from msaclag_benchmarks.table2.spreading import spread
from msaclag_benchmarks.table2.store import Store, StoreError, Unfit, other_code
from msaclag_ros.settings import SettingError

NAMED = 5
"""Files that must not be counted and are named one by one."""


class Workers(NamedTuple):
    """Who trains; see `table2`."""

    jobs: int | None
    device: Device
    ray: str
    patience: float


def run(
    chosen: tuple[str, Sequence[str], Sequence[str], Sequence[int], int | None],
    folder: Path,
    workers: Workers | None,
    *,
    retrain: bool,
) -> int:
    """Train what is not whole, and report; returns the exit code.

    Args:
        chosen: profile, tasks, algorithms, seeds and steps, as of `plan`.
        folder: of the cells.
        workers: who trains; None if nothing is to be trained.
        retrain: whether to put aside what must not be counted.

    Raises:
        SettingError: something is asked for that there is not, or the folder cannot be used as it is.
    """
    console, store, failed = Console(highlight=False), Store(folder), list[Batch]()
    try:
        batches = plan(*chosen, device=workers.device if workers else "cpu")
        with store.alone() if workers else nullcontext():
            if workers and (left := _left(batches, store, console, retrain=retrain)):
                failed = _trained(left, batches, store, workers, console)
            _report(batches, store, console, of_this_code=workers is not None)
    except (PlanError, StoreError, CrewError) as error:
        raise SettingError(str(error)) from error
    if failed:
        lost = {cell for batch in failed for cell in batch.cells}
        names = ", ".join(str(cell) for batch in batches for cell in batch.cells if cell in lost)
        console.print(f"failed: {names}; the same command tries them again", soft_wrap=True)
    return 1 if failed else 0


def _left(batches: Sequence[Batch], store: Store, console: Console, *, retrain: bool) -> list[Batch]:
    """What is to be trained.

    Raises:
        StoreError: there is what must not be counted, and it is not to be trained again.
    """
    fit, unfit = store.compare(batches)
    if unfit and not retrain:
        raise StoreError(f"{_named(unfit)}: give --retrain to train them again, or another --folder")
    for each in unfit:
        console.print(f"{each.file}: {each.why}; put aside as {store.put_aside(each.file)}", soft_wrap=True)
    return without(batches, set(fit))


def _trained(
    left: Sequence[Batch], batches: Sequence[Batch], store: Store, workers: Workers, console: Console
) -> list[Batch]:
    """Train what is `left` of the `batches`; returns what failed."""
    cells = [sum(len(batch.seeds) for batch in those) for those in (batches, left)]
    display = Table2Display(console, left, whole=cells[0] - cells[1])
    try:
        with _crew(workers) as crew, display.shown():
            return spread(left, crew, store, display, workers.patience)
    except KeyboardInterrupt:
        display.says("interrupted: whole cells are kept, the same command trains the others")
        raise


def _crew(workers: Workers) -> Crew:
    """Who trains.

    Raises:
        CrewError: there is no such cluster.
        SettingError: Ray or a GPU is missing.
    """
    jobs, device, ray, _ = workers
    if ray:
        try:
            from msaclag_benchmarks.table2.ray_cluster import RayCluster
        except ModuleNotFoundError as error:
            raise SettingError(f"--ray needs the package {error.name}: pip install ray") from error
        return RayCluster(ray, jobs or cores(), on_gpu=device == "cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise SettingError("device is cuda, but PyTorch finds no GPU here: leave it out, or name a cluster by --ray")
    return Processes(jobs or (1 if device == "cuda" else cores()))


def _report(batches: Sequence[Batch], store: Store, console: Console, *, of_this_code: bool) -> None:
    """Write tables and figures of the cells that are whole, and show the table.

    Raises:
        StoreError: there are none.
    """
    fit, unfit = store.compare(batches, of_this_code=of_this_code)
    if unfit:
        console.print(f"left out: {_named(unfit)}", soft_wrap=True)
    if not fit:
        raise StoreError(f"no cell in {store.folder} is whole, so there is nothing to tell")
    cells = [(cell, batch) for batch in batches for cell in batch.cells]
    files = report.write(
        [fit[cell] for cell, _ in cells if cell in fit],
        missing=[cell for cell, _ in cells if cell not in fit],
        others=[cell for cell, batch in cells if cell in fit and other_code(fit[cell], batch)],
        folder=store.folder,
    )
    console.print(Markdown((store.folder / report.TABLE).read_text("utf8")))
    console.print(*map(str, files), sep="\n", soft_wrap=True)


def _named(unfit: Sequence[Unfit]) -> str:
    """The first of the files, and why they must not be counted."""
    more = f"; and {len(unfit) - NAMED} more" if len(unfit) > NAMED else ""
    return "; ".join(f"{file}: {why}" for file, why in unfit[:NAMED]) + more
