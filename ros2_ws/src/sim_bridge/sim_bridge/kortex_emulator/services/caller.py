"""Who calls."""

from collections.abc import Hashable
from typing import NamedTuple


class Caller(NamedTuple):
    """Where a call came from, and whom it is for.

    Attributes:
        connection: of the session.
        device: its identifier, 0 for the base.
        now: s, on a clock that never goes back.
    """

    connection: Hashable
    device: int
    now: float
