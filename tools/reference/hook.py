"""MkDocs asks here for the pages that are written by what they tell of: the ROS interface, settings and commands."""

from collections.abc import Callable

from commands import commands_page
from interface import interface_page
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from settings import settings_page

PAGES: dict[str, Callable[[], str]] = {
    "reference/interface.md": interface_page,
    "reference/settings.md": settings_page,
    "reference/commands.md": commands_page,
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add them to the files of docs/."""
    for name, write in PAGES.items():
        files.append(File.generated(config, name, content=write()))
    return files
