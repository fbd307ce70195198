"""The emulator as a process that ends with this one."""

import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from types import TracebackType
from typing import Any

from kinova_pour_env.arm import ArmError
from kinova_pour_env.scene import Scene

PATIENCE = 30.0
"""s until it is ready; the first start on a machine compiles for some seconds."""


class EmulatorProcess:
    """An emulator of one's own; a context manager.

    Attributes:
        port: where it listens.
    """

    def __init__(self, port: int = 0, *options: str, scene: Scene | None = None) -> None:
        """Start it and wait until it is ready.

        Args:
            port: 0 for a free one.
            scene: what stands around the arm; the default one if left out.
            options: further arguments of `python -m sim_bridge.kortex_emulator`.

        Raises:
            ArmError: it did not start; the message is the emulator's.
        """
        command = [sys.executable, "-m", "sim_bridge.kortex_emulator", "--port", str(port), "--with-parent", *options]
        command += _options("--scene", asdict(scene)) if scene else []
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C must not end the arm before those who bring it to rest
        )
        assert self._process.stdout is not None
        impatience = threading.Timer(PATIENCE, self._process.kill)
        impatience.start()
        try:
            for line in self._process.stdout:
                if line.startswith("ready on port "):
                    self.port = int(line.rsplit(maxsplit=1)[1])
                    return
        finally:
            impatience.cancel()
        _, errors = self._process.communicate()
        raise ArmError(f"the emulator did not start: {errors.strip()}")

    def __enter__(self) -> "EmulatorProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def _options(prefix: str, values: Mapping[str, Any]) -> list[str]:
    """Nested values as options: --scene.mug.radius 0.04."""
    options: list[str] = []
    for name, value in values.items():
        option = f"{prefix}.{name.replace('_', '-')}"
        options += _options(option, value) if isinstance(value, Mapping) else [option, repr(value)]
    return options
