"""How a second process stops an arm."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol


class Stopper(Protocol):
    """A connection to the arm that serves to stop it."""

    def stop(self) -> None:
        """Bring the arm to a stop; may be called again."""

    def close(self) -> None:
        """Let go of the arm, as it stands."""


@dataclass(frozen=True)
class StopperCall:
    """How another process gets a `Stopper` of an arm.

    Attributes:
        factory: "package.module:function".
        arguments: by name, of what JSON can hold; secrets too, for they travel through a pipe.
    """

    factory: str
    arguments: dict[str, Any] = field(default_factory=dict, repr=False)

    def connect(self) -> Stopper:
        """Import the function and call it."""
        module, _, function = self.factory.partition(":")
        stopper: Stopper = getattr(import_module(module), function)(**self.arguments)
        return stopper
