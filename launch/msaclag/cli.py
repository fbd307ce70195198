"""The front door: `msaclag COMMAND …`. A command is imported when it is called; --help needs neither ROS nor torch."""

import importlib
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from types import FrameType
from typing import Any, NamedTuple

WRONG_USE, INTERRUPTED = 2, 130


class Command(NamedTuple):
    """A subcommand.

    Attributes:
        target: "module:function"; the function's signature and docstring are its command line (tyro), it returns the
            exit code or None. Or a dict of such functions, by the name of their subcommand.
        help: one line.
        mistakes: "module:class" of each exception, besides SettingError and OSError, that is the user's to mend.
    """

    target: str
    help: str
    mistakes: tuple[str, ...] = ()


_TRAINING_MISTAKES = (
    "msaclag_learner.checkpoint:CheckpointError",
    "msaclag_learner.experience:ExperienceError",
    "msaclag_learner.training_run:DeviceError",
    "msaclag_learner.training_run:DivergedError",
    "kinova_pour_env.arm:ArmError",
    "kinova_pour_env.pour_coffee_config:TaskError",
)

COMMANDS = {
    "up": Command("msaclag.up:up", "the whole ROS 2 graph: learner, environment and recorder as processes"),
    "call": Command("msaclag.call:call", "acknowledge, or another word to a running graph"),
    "console": Command(
        "msaclag.web.command:console",
        "a page in the browser that shows a running graph, and can stop it",
        ("kinova_pour_env.arm:ArmError",),
    ),
    "train": Command("msaclag.train:train", "training on the twin in one process, without ROS", _TRAINING_MISTAKES),
    "demonstrate": Command(
        "msaclag.demonstrate:WAYS",
        "pours by script or by hand, to begin a training with",
        _TRAINING_MISTAKES,
    ),
    "replay": Command(
        "msaclag.replay:replay", "training from bags or logs alone, without an arm or the twin", _TRAINING_MISTAKES
    ),
    "eval": Command("msaclag.evaluation:evaluate", "how a checkpoint's policy does on the twin", _TRAINING_MISTAKES),
    "transfer": Command(
        "msaclag.transfer.command:transfer",
        "how checkpoints do on arms other than the twin they know",
        _TRAINING_MISTAKES,
    ),
    "bench": Command(
        "msaclag.bench.command:SUBJECTS",
        "how fast this machine trains and how good the models are, measured",
        _TRAINING_MISTAKES,
    ),
    "faults": Command(
        "msaclag.faults.command:faults", "everything that may go wrong, on the graph with an emulated arm"
    ),
    "study": Command(
        "msaclag.study.command:study", "many runs: settings, algorithms, variants, seeds", _TRAINING_MISTAKES
    ),
    "report": Command(
        "msaclag.report:report", "figures and tables of runs and of bags", ("msaclag.recorded_run:MetricsError",)
    ),
    "recover": Command(
        "msaclag.bag.recover:recover", "a bag that was cut off, made whole again", ("msaclag.bag.writer:BagError",)
    ),
}

USAGE = "usage: msaclag COMMAND … (msaclag COMMAND --help tells of its options)"


def main(words: Sequence[str] | None = None) -> int:
    """Run a command of the command line and give its exit code."""
    name, *rest = list(sys.argv[1:] if words is None else words) or ["--help"]
    if name in ("-h", "--help"):
        width = max(map(len, COMMANDS))
        print(USAGE, "", *(f"  {name:{width}}  {command.help}" for name, command in COMMANDS.items()), sep="\n")
        return 0
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(COMMANDS)}"
        return _refuse(f"there is no command '{name}' ({hint})")
    try:
        with _interruptible():
            return _call(name, rest)
    except KeyboardInterrupt:
        return INTERRUPTED


def _call(name: str, words: list[str]) -> int:
    command = COMMANDS[name]
    try:
        import tyro
        from pydantic import ValidationError

        from msaclag_ros.settings import SettingError
        from msaclag_ros.transport import speak_locally
    except ModuleNotFoundError as error:
        return _refuse(f"{error.name} is not installed: run `make setup` in the checkout")
    mistakes: tuple[type[Exception], ...] = (SettingError, OSError)
    speak_locally()
    try:
        function = _load(command.target)
        mistakes += tuple(_load(mistake) for mistake in command.mistakes)
        read = tyro.extras.subcommand_cli_from_dict if isinstance(function, dict) else tyro.cli
        code: int | None = read(function, prog=f"msaclag {name}", args=words)
    except ValidationError as error:
        problems = map(_problem, error.errors())
        return _refuse("; ".join(problems))
    except mistakes as error:
        return _refuse(str(error))
    return code or 0


@contextmanager
def _interruptible() -> Iterator[None]:
    """The first of SIGINT, SIGTERM and SIGHUP interrupts; further ones don't cut short what is being saved then."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _load(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _problem(error: Any) -> str:
    """One of pydantic's errors in a line; what concerns several settings at once has no place and names them itself."""
    message = error["msg"].removeprefix("Value error, ")
    return f"{'.'.join(map(str, error['loc']))}: {message} (it is {error['input']!r})" if error["loc"] else message


def _refuse(message: str) -> int:
    print(f"msaclag: {message}", file=sys.stderr)
    return WRONG_USE
