"""How far a run has taken in what an environment logs."""

from typing import Any, NamedTuple


class Followed(NamedTuple):
    """A place in an environment's log.

    Attributes:
        log: its identity; empty before one was followed.
        seq: number of the last transition taken in.
    """

    log: str = ""
    seq: int = 0

    @classmethod
    def from_dict(cls, entries: dict[str, Any]) -> "Followed":
        """What `_asdict` told."""
        return cls(str(entries["log"]), int(entries["seq"]))
