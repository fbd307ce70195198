"""The processes of the graph: each in a session of its own, its lines prefixed with its name and kept in a file."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

from ament_index_python.packages import PackageNotFoundError, get_package_prefix

from msaclag.graph import GraphError, NodeDescription, Value

PATIENCE = 20.0
"""s that a node has to leave everything standing and whole before it is killed."""

Say = Callable[[str, str], None]


def executable(node: NodeDescription) -> Path:
    """Where `ros2 run` finds it.

    Raises:
        GraphError: the package is not built, or the workspace not sourced.
    """
    try:
        path = Path(get_package_prefix(node.package), "lib", node.package, node.executable)
    except PackageNotFoundError as error:
        raise GraphError(f"the package {node.package} is not in AMENT_PREFIX_PATH: build and source ros2_ws") from error
    if not os.access(path, os.X_OK):
        raise GraphError(f"the package {node.package} has no executable {node.executable}: build ros2_ws again")
    return path


def command_line(node: NodeDescription) -> list[str]:
    """The command that starts the node as `ros2 run` would."""
    command = [str(executable(node)), "--ros-args", "-r", f"__node:={node.name}", "-r", f"__ns:={node.namespace}"]
    command += ["--log-level", f"{node.logger}:={node.log_level}", "--enclave", node.enclave]
    if node.params_file is not None:
        command += ["--params-file", str(node.params_file)]
    for name, value in node.parameters.items():
        command += ["-p", f"{name}:={_as_yaml(value)}"]
    return command


def _as_yaml(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)  # JSON is YAML, and quotes the text "1"


class NodeProcess:
    """A running node."""

    def __init__(self, node: NodeDescription, log: Path, say: Say, prefix: Sequence[str] = ()) -> None:
        """Start it.

        Args:
            node: what to start.
            log: file for all its lines.
            say: called with the node's name and each line, in another thread.
            prefix: words before its command, of a program that becomes the node.

        Raises:
            GraphError: it is not installed.
        """
        self.node = node
        self._process = subprocess.Popen(
            [*prefix, *command_line(node)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # the terminal's Ctrl-C is for us: we end the nodes in their order
            env={**os.environ, "PYTHONUNBUFFERED": "1", "RCUTILS_COLORIZED_OUTPUT": "0"},
        )
        self._reader = Thread(target=self._read, args=(log, say), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative if a signal killed it."""
        return self._process.poll()

    def end(self, patience: float = PATIENCE) -> int:
        """Ask it to end, wait, and kill it when it doesn't; what it started itself goes with it.

        SIGTERM rather than SIGINT: a node that is still importing ends without a traceback.

        Returns:
            The exit code.
        """
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self._signal(signal.SIGKILL)
        code = self._process.wait()
        self._reader.join(1.0)
        return code

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):  # all of it has ended
            os.killpg(self._process.pid, number)

    def _read(self, log: Path | None, say: Say) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            say(self.node.name, line.rstrip("\n"))
            if log is not None:
                try:
                    with log.open("a", encoding="utf8") as file:
                        file.write(line)
                except OSError as error:  # the node's own lines go on
                    say(self.node.name, f"the log {log} cannot be written any longer: {error.strerror}")
                    log = None
