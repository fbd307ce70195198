"""The metrics of a run: figures of its episodes and updates, for TensorBoard and for its summary."""

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch.utils.tensorboard import SummaryWriter

from msaclag_learner.checkpoint import CheckpointError
from msaclag_learner.episodes import EpisodeStatistics

LOG_EVERY = 50
"""Updates between two points in the metrics."""

FLUSH_EVERY = 5
"""s after which TensorBoard can show a point."""

_RATES = {"return": "return", "success_rate": "success", "violation_rate": "violation"}
_MOTION = {name: name for name in ("poured", "spilled", "acceleration", "jerk")}


class Metrics:
    """Gathers and writes them; where that cannot be done a CheckpointError says so."""

    def __init__(self, run_dir: Path, evaluation_episodes: int, begins_at: int = 0) -> None:
        """Write below `run_dir`, from transition `begins_at` on; points of an earlier try behind it are dropped."""
        self.run_dir = run_dir
        self.training = EpisodeStatistics()
        self.evaluation = EpisodeStatistics(window=max(1, evaluation_episodes))
        self.losses: dict[str, float] = {}
        self._writer = SummaryWriter(str(run_dir / "tensorboard"), purge_step=begins_at + 1, flush_secs=FLUSH_EVERY)

    def updated(self, figures: dict[str, float], step: int) -> None:
        """Write the `figures` of an update made after `step` transitions."""
        self.losses = figures
        with self._named():
            for name, value in figures.items():
                self._writer.add_scalar(f"learner/{name}", value, step)

    def pace(self, figures: dict[str, float], step: int) -> None:
        """Write how fast the run is and how much it holds, after `step` transitions."""
        for name, value in figures.items():
            self._writer.add_scalar(f"run/{name}", value, step)

    def episode(self, figures: dict[str, float], step: int, *, evaluation: bool) -> None:
        """Write the `figures` of an episode that ended after `step` transitions."""
        kind = "evaluation" if evaluation else "episode"
        place = step + len(self.evaluation.finished)  # behind `step`: evaluated anew when the run is resumed there
        with self._named():
            for name, value in figures.items():
                self._writer.add_scalar(f"{kind}/{name}", value, place)

    def summary(self) -> dict[str, Any]:
        """Figures of the episodes of late, and of the evaluation."""
        training, evaluation = self.training, self.evaluation
        return {
            "training": _means(training),
            "evaluation": {"episodes": len(evaluation.finished), **_means(evaluation)},
        }

    def write_summary(self, summary: dict[str, Any]) -> None:
        """Put `summary` into the run's folder, whole or not at all."""
        target = self.run_dir / "summary.json"
        aside = target.with_suffix(".partial")
        with self._named():
            aside.write_text(json.dumps(summary, indent=2) + "\n")
            os.replace(aside, target)

    def flush(self) -> None:
        """Bring the points so far to the file."""
        with self._named():
            self._writer.flush()

    def close(self) -> None:
        """Flush, and end the writer's thread."""
        with self._named():
            self._writer.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """What a full disk raises in a thread of TensorBoard's names no file.

        Raises:
            CheckpointError: in its place.
        """
        try:
            yield
        except OSError as error:
            raise CheckpointError(
                f"cannot write the metrics in {self.run_dir}: {error.strerror}; the checkpoint before is untouched"
            ) from error


def or_none(figure: float) -> float | None:
    """`figure`, or None where it is not finite: JSON knows neither NaN nor infinity."""
    return figure if math.isfinite(figure) else None


def _means(statistics: EpisodeStatistics) -> dict[str, float | None]:
    return {label: or_none(statistics.mean(name)) for label, name in {**_RATES, **_MOTION}.items()}
