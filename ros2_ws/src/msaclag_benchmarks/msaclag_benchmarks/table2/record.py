"""The record of a cell: what its agent left, with what made it; as bytes that tell whether they are whole."""

import hashlib
import json
import math
import platform
from typing import Any, NamedTuple

from msaclag_benchmarks.table2.batch import Batch, Cell
from msaclag_benchmarks.table2.outcome import Columns, Outcome

FORMAT = 1
COLUMNS = ("episodes", "curves", "evaluation")
"""The parts of an outcome that are columns of numbers."""


class RecordError(ValueError):
    """Bytes that are no whole record; the message says why."""


class Record(NamedTuple):
    """All that is known of a cell."""

    cell: Cell
    code: str
    """See `code_version`."""
    settings: dict[str, Any]
    """See `Batch.settings`."""
    environment: str
    host: str
    """Where it was trained."""
    device: str
    together: int
    """Agents that were trained in the same process at once."""
    seconds: float
    """Wall time of all of them together."""
    outcome: Outcome

    @property
    def steps_per_s(self) -> float:
        """Training's transitions over the time of training and evaluation, of all that were trained together."""
        return float(self.together * self.settings["training"]["steps"] / self.seconds)

    def to_bytes(self) -> bytes:
        """JSON with its digest; NaN is null."""
        content = {**self._asdict(), "cell": self.cell._asdict(), "outcome": _plain(self.outcome)}
        return json.dumps({"format": FORMAT, "digest": _digest(content), "record": content}, allow_nan=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Record":
        """What `to_bytes` gave.

        Raises:
            RecordError: it is truncated, damaged, or of another format.
        """
        try:
            read = json.loads(content)
            found, digest, fields = read["format"], read["digest"], read["record"]
        except (ValueError, KeyError, TypeError) as error:
            raise RecordError(f"it is truncated or damaged ({error})") from error
        if found != FORMAT:
            raise RecordError(f"it has format {found}, this version reads {FORMAT}")
        if digest != _digest(fields):
            raise RecordError("it is damaged, its contents do not match its digest")
        left = fields["outcome"]
        columns = {name: _numbers(left[name]) for name in COLUMNS}
        outcome = Outcome(diverged=left["diverged"], **columns)
        return cls(**{**fields, "cell": Cell(**fields["cell"]), "outcome": outcome})


def records(batch: Batch, outcomes: list[Outcome], code: str, seconds: float) -> list[Record]:
    """Of what a `batch` left after so many `seconds`."""
    made = (code, batch.settings, batch.environment, platform.node(), batch.device, len(batch.seeds), seconds)
    return [Record(cell, *made, outcome) for cell, outcome in zip(batch.cells, outcomes, strict=True)]


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plain(outcome: Outcome) -> dict[str, Any]:
    columns = {name: getattr(outcome, name) for name in COLUMNS}
    without = {
        name: {key: [value if math.isfinite(value) else None for value in values] for key, values in each.items()}
        for name, each in columns.items()
    }
    return {**without, "diverged": outcome.diverged}


def _numbers(columns: dict[str, list[float | None]]) -> Columns:
    return {name: [math.nan if value is None else value for value in values] for name, values in columns.items()}
