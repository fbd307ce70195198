"""What is to outlive a loss of power. No ROS import."""

import os
from pathlib import Path


def to_disk(path: Path) -> None:
    """Return when the content of a file, or the entries of a folder, are on the disk.

    Raises:
        OSError: they cannot be brought there.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
