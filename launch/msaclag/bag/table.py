"""What a bag holds as CSV: a row for each episode, and a row for each reading of one episode's motion."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from msaclag.bag.contents import LEARNER, MOTION, Contents, Episode, Motion


def write_episodes(runs: Sequence[Contents], file: Path) -> Path:
    """A row for each episode, finished or not."""
    figures = list(dict.fromkeys(name for run in runs for episode in run.episodes for name in episode.figures))
    head = ("run", "episode", "evaluation", "step", "begin", "seconds", "steps", "violations", *LEARNER, *figures)
    rows = [
        (
            run.name,
            episode.number,
            int(episode.evaluation),
            episode.step,
            episode.begin,
            episode.times[-1] - episode.begin,
            len(episode.times),
            " ".join(violation.kind for violation in episode.violations),
            *(episode.learner or [""] * len(LEARNER)),
            *(episode.figures.get(name, "") for name in figures),
        )
        for run in runs
        for episode in run.episodes
    ]
    return _write(file, head, rows)


def write_motion(episode: Episode, motion: Motion, file: Path) -> Path:
    """A row for each control period: s since the episode began, and `MOTION` in SI."""
    columns = [motion.times - episode.begin, *(motion.columns[name] for name in MOTION)]
    return _write(file, ("time", *MOTION), zip(*(column.tolist() for column in columns), strict=True))


def _write(file: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    aside = file.with_name(f"{file.name}.partial")
    with aside.open("w", encoding="utf8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(head)
        table.writerows([f"{value:.12g}" if isinstance(value, float) else value for value in row] for row in rows)
    os.replace(aside, file)
    return file
