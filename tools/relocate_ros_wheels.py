"""Points the CMake files of the ROS wheels at the interpreter that they are installed for.

The targets exported by the wheels name the headers and the site-packages of the machine that built them, for example
``/opt/python/cp311-cp311/include/python3.11``. Run with the interpreter of the virtual environment; running it again
changes nothing.
"""

import os
import re
import sys
import sysconfig
from pathlib import Path

BUILD_MACHINE = r'/[^\s;"<>]*/python/cp3\d+-cp3\d+'
INCLUDE = re.compile(BUILD_MACHINE + r"/include/python3\.\d+")
SITE_PACKAGES = re.compile(BUILD_MACHINE + r"/lib/python3\.\d+/site-packages")
LEFT_OVER = re.compile(BUILD_MACHINE + r"[^\s;\"<>]*")


def relocate(prefix: Path, include: str, site_packages: str) -> int:
    """Rewrites the CMake files below a prefix.

    Args:
        prefix: Root of the virtual environment; its ``share/`` is searched.
        include: Folder of ``Python.h``.
        site_packages: Folder that holds ``numpy``.

    Returns:
        How many files were changed.

    Raises:
        ValueError: A path of the build machine is left that is neither of the two known ones.
    """
    changed = 0
    for path in sorted(prefix.glob("share/**/*.cmake")):
        text = path.read_text(encoding="utf-8")
        relocated = INCLUDE.sub(lambda _: include, text)
        relocated = SITE_PACKAGES.sub(lambda _: site_packages, relocated)
        left_over = LEFT_OVER.search(relocated)
        if left_over:
            raise ValueError(f"{path}: don't know where {left_over.group()} is on this machine")
        if relocated != text:
            # Aside and renamed: the file may be a hard link into an installer's cache.
            aside = path.with_suffix(".relocated")
            aside.write_text(relocated, encoding="utf-8")
            os.replace(aside, path)
            changed += 1
    return changed


if __name__ == "__main__":
    try:
        count = relocate(Path(sys.prefix), sysconfig.get_path("include"), sysconfig.get_path("platlib"))
    except ValueError as error:
        sys.exit(str(error))
    print(f"{count} CMake files relocated")
