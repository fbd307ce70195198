"""`python -m sim_bridge.kortex_emulator inject`: lets a running emulator misbehave, from a shell."""

import functools
import inspect
import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any

import tyro

from sim_bridge.kortex_emulator.config import EmulatorConfig
from sim_bridge.kortex_emulator.control import EmulatorControl

PROGRAM = "python -m sim_bridge.kortex_emulator inject"
DESCRIPTION = """Let a running emulator misbehave, or tell how its arm is. With --port where that is not 10000:
`msaclag up … arm:=emulated` takes a free one and logs it."""

Deed = Callable[[EmulatorControl], Any]


def inject(words: Sequence[str]) -> int:
    """Do what the words of a command line say.

    Returns:
        The exit code.
    """
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--port", type=int, default=EmulatorConfig().port)
    options, rest = parser.parse_known_args(words)
    deeds = {name: _later(method) for name, method in vars(EmulatorControl).items() if _is_offered(name, method)}
    deed: Deed = tyro.extras.subcommand_cli_from_dict(deeds, prog=PROGRAM, description=DESCRIPTION, args=rest)
    try:
        with EmulatorControl(options.port) as control:
            answer = deed(control)
    except (OSError, ValueError) as error:
        print(f"the emulator on port {options.port}: {error}", file=sys.stderr)
        return 1
    if answer is not None:
        print(json.dumps(answer))
    return 0


def _is_offered(name: str, method: object) -> bool:
    return inspect.isfunction(method) and not name.startswith("_") and name != "close"


def _later(method: Callable[..., Any]) -> Callable[..., Deed]:
    """The method with the parameters that it has, but for whose it is, which becomes known later."""

    @functools.wraps(method)
    def planned(**arguments: Any) -> Deed:
        return lambda control: method(control, **arguments)

    _, *parameters = inspect.signature(method).parameters.values()
    planned.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    )
    return planned
