"""`msaclag recover`: a bag that was cut off or damaged, made whole again from all of it that is."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from tyro.conf import Positional

from msaclag.bag.progress import read
from msaclag.bag.reading import BagFile, bag_files
from msaclag.bag.topic import BagMessage
from msaclag.bag.writer import BagWriter
from msaclag_ros.settings import SettingError


def recover(bag: Positional[Path], out: Path | None = None) -> None:
    """Write what is whole in a bag into a new one with index and metadata.yaml, and tell what was lost.

        msaclag recover runs/20260101-120000-pour_coffee_real/bag

    For a bag whose recorder was killed or whose computer lost its power (no metadata.yaml, no index: ros2 bag refuses
    it), and for one with damaged bytes. The bag itself is left as it is. msaclag report and msaclag replay read such a
    bag without this.

    Args:
        bag: Its folder, or a file of it.
        out: Folder of the new bag, which must not exist yet; BAG-recovered if left out.
    """
    console = Console(highlight=False)
    files = bag_files(bag)
    place = bag.absolute()
    folder = out or place.with_name(f"{place.stem}-recovered")
    written = _write(folder, files, read(files, console))
    for file in files:
        console.print(f"{file.path}: {file.losses or 'whole'}", soft_wrap=True)
    if written is None:
        raise SettingError(f"{bag} holds no message that is whole: nothing was written")
    extent = written.extent
    console.print(
        f"{extent.messages} messages of {len(extent.counts)} topics and {extent.seconds:.1f} s are in {folder}",
        soft_wrap=True,
    )


def _write(folder: Path, files: list[BagFile], messages: Iterator[tuple[BagFile, BagMessage]]) -> BagWriter | None:
    """The new bag, closed; None if there is no message to write."""
    bag: BagWriter | None = None
    try:
        for file, message in messages:
            bag = bag or BagWriter(folder, {**file.about, "recovered_from": str(files[0].path.parent)})
            if not bag.has(message.topic):
                bag.add_topic(file.topics[message.topic])
            bag.write(message)
        if bag is not None and (lost := "; ".join(str(file.losses) for file in files if file.losses)):
            bag.about["lost"] = lost
    finally:
        if bag is not None:
            bag.close()
    return bag
