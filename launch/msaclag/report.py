"""`msaclag report`: the figures of a run."""

from pathlib import Path

from tyro.conf import Positional

from msaclag import figures


def report(run: Positional[Path]) -> None:
    """Draw the figures of a run from its metrics: return, success and violation rate, ε, ν, α, acceleration, jerk.

        msaclag report runs/20260101-120000-pour_coffee_sim

    Args:
        run: Folder of a run of `msaclag up`, `msaclag train` or ros2 launch.
    """
    for file in figures.draw(run):
        print(file)
