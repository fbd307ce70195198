import time
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from msaclag_learner.metrics import Metrics


def points(folder: Path, tag: str) -> list[tuple[int, float]]:
    events = EventAccumulator(str(folder / "tensorboard"), size_guidance={"scalars": 0})
    events.Reload()
    return [(point.step, point.value) for point in events.Scalars(tag)]


def evaluate(metrics: Metrics, step: int, value: float) -> None:
    figures = metrics.evaluation.step(value, 0, {}, ended=True)
    assert figures is not None
    metrics.episode(figures, step, evaluation=True)


def test_a_resumed_run_writes_no_point_twice(tmp_path: Path) -> None:
    first = Metrics(tmp_path, 2)
    for step in (10, 20, 30):
        first.updated({"loss": 1.0}, step)
    evaluate(first, 20, 1.0)
    first.close()
    time.sleep(1.01 - time.time() % 1)  # TensorBoard reads files in the order of the seconds they were begun in
    second = Metrics(tmp_path, 2, begins_at=20)
    for step in (30, 40):
        second.updated({"loss": 2.0}, step)
    evaluate(second, 40, 2.0)
    second.close()
    assert points(tmp_path, "learner/loss") == [(10, 1), (20, 1), (30, 2), (40, 2)]
    assert points(tmp_path, "evaluation/return") == [(41, 2)]


def test_points_are_in_the_file_after_a_flush(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path, 1)
    metrics.updated({"loss": 1.0}, 10)
    metrics.flush()
    assert points(tmp_path, "learner/loss") == [(10, 1)]
    metrics.close()
