"""A page of the commands: what `msaclag COMMAND --help` says."""

import io
import os
import textwrap
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from pkgutil import resolve_name

from msaclag.cli import COMMANDS, main

WIDTH = 100
"""Columns of a help."""

INTRODUCTION = """\
# Commands

`.venv/bin/msaclag` works from any shell and folder; nothing has to be sourced. Exit codes: 0 done, 1 a fault, 2 wrong
use (a line says what), 130 interrupted. What follows is what `msaclag COMMAND --help` says.
"""


def commands_page() -> str:
    """The page, in Markdown."""
    rows = ["| command | what |", "|---|---|"]
    rows += [f"| [`msaclag {name}`](#msaclag-{name}) | {command.help} |" for name, command in COMMANDS.items()]
    return "\n\n".join([INTRODUCTION, "\n".join(rows), *sections()])


def sections() -> Iterator[str]:
    """The help of each command, and of each of its subcommands."""
    for name, command in COMMANDS.items():
        target = resolve_name(command.target)
        yield f"## msaclag {name}\n\n{block(name)}"
        if isinstance(target, dict):
            yield from (f"### msaclag {name} {way}\n\n{block(name, way)}" for way in target)


def block(*words: str) -> str:
    """What a command's help prints, with long lines broken."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(WIDTH)
    try:
        with redirect_stdout(io.StringIO()) as printed, suppress(SystemExit):
            main([*words, "--help"])
    finally:
        os.environ.pop("COLUMNS")
        os.environ.update({} if before is None else {"COLUMNS": before})
    lines = (textwrap.wrap(line, WIDTH) or [""] for line in printed.getvalue().splitlines())
    return "\n".join(["```text", *(part for line in lines for part in line), "```"])
