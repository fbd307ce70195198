"""Settings of the emulator."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from kinova_pour_env.scene import Scene


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class EmulatorConfig:
    """A Gen3 in software that answers the Kortex API. Default ports are the arm's own: 10000 and, for UDP, 10001."""

    port: Annotated[int, Field(ge=0, le=65534)] = 10000
    """TCP port of all services; UDP feedback is on the next one. 0 takes a free pair and prints it."""
    host: str = "127.0.0.1"
    """Address to listen on. There is no encryption: leave it local."""
    username: str = "admin"
    """Who may log in."""
    password: str = "admin"
    """With which password; the arm's factory setting."""
    firmware: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")] = "2.5.2"
    """Version that the arm reports: three numbers."""
    scene: Scene = Scene()
    """What stands around the arm, and what it holds."""
    gui: bool = False
    """Show the twin in PyBullet's window."""
    with_parent: bool = False
    """End when standard input closes: when the process that started this one is gone."""
