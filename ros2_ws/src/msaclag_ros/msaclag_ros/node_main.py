"""Start and end of a node: one `main` for all of them.

    def main() -> int:
        return run(LearnerNode, user_errors=(TrainingError,))

Exit codes: 0 the work is done, 1 a fault (with its traceback), 2 wrong use (one line, no traceback), 130 interrupted.
SIGINT and SIGTERM both ask the node to end. It is closed in every case, and a second Ctrl-C doesn't cut that short.
"""

import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Protocol

import rclpy
from rclpy.executors import Executor, ExternalShutdownException, SingleThreadedExecutor
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from msaclag_ros.domain import domain_id
from msaclag_ros.exclusive import AlreadyRunning
from msaclag_ros.interruption import INTERRUPTED
from msaclag_ros.log_forwarding import forward_logging
from msaclag_ros.settings import SettingError
from msaclag_ros.transport import speak_locally

DONE, FAULT, WRONG_USE = 0, 1, 2

_POLL = 0.1
"""s: a signal or an exit code set by another thread is seen at the latest after it."""


class EndingNode(Protocol):
    """An rclpy Node that says when it is done, and can be closed."""

    exit_code: int | None
    """None until the node is done; any thread may set it."""

    def close(self) -> None:
        """Leave everything standing and whole: arm, files. Called once, with ROS still up."""

    def destroy_node(self) -> None:
        """As rclpy's."""


class _Signals:
    """SIGINT and SIGTERM ask for the end; only a second one breaks off a node that is still being built."""

    def __init__(self) -> None:
        self.asked = False
        self.building = True

    def __call__(self, number: int, frame: FrameType | None) -> None:
        again, self.asked = self.asked, True
        if again and self.building:
            raise KeyboardInterrupt


def run(
    make_node: Callable[[], EndingNode],
    *,
    user_errors: tuple[type[Exception], ...] = (),
    make_executor: Callable[[], Executor] = SingleThreadedExecutor,
    args: list[str] | None = None,
) -> int:
    """Build the node, spin it until it is done or a signal comes, close it.

    Args:
        make_node: builds the node; import what is heavy inside, and close what is half built if it raises.
        user_errors: exceptions that are the user's to mend besides SettingError and AlreadyRunning; their text names
            the remedy.
        make_executor: builds the executor that spins the node.
        args: command line with the program's name; sys.argv by default.

    Returns:
        The exit code of the process.
    """
    user_errors = (SettingError, AlreadyRunning, *user_errors)
    with _handling_signals() as signals:
        code = DONE
        node = executor = None
        try:
            domain_id()
            _initialise(args)
            forward_logging(_program())
            node = make_node()
            signals.building = False
            executor = make_executor()
            executor.add_node(node)
            while node.exit_code is None and not signals.asked:
                executor.spin_once(timeout_sec=_POLL)
            code = INTERRUPTED if node.exit_code is None else node.exit_code
        except (KeyboardInterrupt, ExternalShutdownException):
            code = INTERRUPTED
        except Exception as error:
            code = _report(error, user_errors)
        signals.building = False
        if node is not None:
            code = _close(node, executor, user_errors) or code
        rclpy.try_shutdown()
    return code


def _program() -> str:
    """Name of the executable, which is the node's where nothing renames it."""
    return Path(sys.argv[0]).stem


def _initialise(args: list[str] | None) -> None:
    speak_locally()
    try:
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    except Exception as error:  # of private types: a params file that cannot be parsed, a bad remapping, ...
        raise SettingError(str(error).split(", at ./src")[0].split(", at /")[0]) from error


def _close(node: EndingNode, executor: Executor | None, user_errors: tuple[type[Exception], ...]) -> int:
    code = DONE
    try:
        node.close()
    except Exception as error:
        code = _report(error, user_errors)
    if executor is not None:
        executor.shutdown(timeout_sec=1.0)
    node.destroy_node()
    return code


def _report(error: Exception, user_errors: tuple[type[Exception], ...]) -> int:
    logger = get_logger(_program())
    if isinstance(error, user_errors):
        logger.fatal(f"fatal: {error}")
        return WRONG_USE
    logger.fatal(f"fatal: {type(error).__name__}: {error}\n{''.join(traceback.format_exception(error))}")
    return FAULT


@contextmanager
def _handling_signals() -> Iterator[_Signals]:
    signals = _Signals()
    before = {number: signal.signal(number, signals) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
