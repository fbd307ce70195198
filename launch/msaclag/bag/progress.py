"""Going through the files of a bag, with a bar."""

from collections.abc import Collection, Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from msaclag.bag.reading import BagFile
from msaclag.bag.topic import BagMessage


def read(
    files: Sequence[BagFile], console: Console, wanted: Collection[str] | None = None
) -> Iterator[tuple[BagFile, BagMessage]]:
    """Every message that is whole, with its file.

    Args:
        files: gone through one after the other; what is lost of each, it knows then.
        console: for the bar, if it is a terminal.
        wanted: topics, by the last part of their names; all if left out.

    Raises:
        OSError: a file cannot be read.
        SettingError: a file is no MCAP.
    """
    columns = (TextColumn("{task.description}"), BarColumn(None), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        for file in files:
            for message in _told(file, wanted, progress):
                yield file, message


def _told(file: BagFile, wanted: Collection[str] | None, progress: Progress) -> Iterator[BagMessage]:
    task = progress.add_task(file.path.name, total=file.path.stat().st_size)
    return file.messages(wanted, lambda position: progress.update(task, completed=position))
