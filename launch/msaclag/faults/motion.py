"""How the arm moved from a fault on, by its own journal, and what of it is beyond its limits."""

import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from msaclag.bench.control_record import STANDING_SPEED, STANDING_TURN
from sim_bridge.kortex_emulator.control import EmulatorControl
from sim_bridge.kortex_emulator.journal import Period

READ = 10.0
"""s between two readings of the journal."""
STILL = 2
"""Periods on end in which a mug that stands does not move."""
_WORKSPACE = PourCoffeeConfig()
_MIDDLE = tuple(np.mean((_WORKSPACE.workspace_low, _WORKSPACE.workspace_high), axis=0).tolist())


class Motion(NamedTuple):
    """What the mug did.

    Attributes:
        stood: s from the fault until it stood; None if it did not, or has not yet.
        distance: m on its way until then, or altogether.
        speed: the highest, m/s.
        turn: the highest, rad/s.
        outside: m beyond the workspace at worst.
        where: [3] m, the mug then.
        touched: something was touched.
    """

    stood: float | None
    distance: float
    speed: float
    turn: float
    outside: float
    where: tuple[float, ...]
    touched: bool

    def exceeded(self) -> list[str]:
        """Which limits of the arm and of the task it passed, in words."""
        found = []
        if self.speed > gen3.LINEAR_SPEED:
            found.append(f"{self.speed:.3f} m/s")
        if self.turn > gen3.ANGULAR_SPEED:
            found.append(f"{self.turn:.3f} rad/s")
        if self.outside > 0:
            where = ", ".join(f"{value:.3f}" for value in self.where)
            found.append(f"{1e3 * self.outside:.1f} mm outside the workspace, at ({where}) m")
        if self.touched:
            found.append("something was touched")
        return found


class Watch:
    """Reads the journal now and then, which forgets what is older than a minute.

    Attributes:
        journal: its periods since the beginning.
    """

    def __init__(self, control: EmulatorControl, since: float) -> None:
        """Begin with a time of CLOCK_MONOTONIC."""
        self.journal: dict[str, list[Any]] = {"periods": []}
        self._control, self._read = control, since

    def look(self) -> None:
        """Read on, where that is due."""
        if time.monotonic() - self._read > READ:
            self.read()

    def read(self) -> None:
        """Read on."""
        periods = self.journal["periods"]
        periods += self._control.journal(self._read)["periods"]
        self._read = periods[-1][0] if periods else self._read


def motion(journal: Mapping[str, Sequence[Any]], fault: float) -> Motion:
    """What the journal says of the time after a fault.

    Args:
        journal: of `EmulatorControl`.
        fault: s of CLOCK_MONOTONIC.
    """
    periods = [Period(*period) for period in journal["periods"] if period[0] >= fault]
    still = [period.speed < STANDING_SPEED and period.turn < STANDING_TURN for period in periods]
    stood = next((number for number in range(len(still) - STILL + 1) if all(still[number : number + STILL])), None)
    positions: list[tuple[float, ...]] = [_MIDDLE, *(tuple(period.position) for period in periods)]
    farthest = max(positions, key=_outside)
    way = periods if stood is None else periods[: stood + 1]
    return Motion(
        stood=None if stood is None else periods[stood].time - fault,
        distance=sum(period.speed * (after.time - period.time) for period, after in pairwise(way)),
        speed=max((period.speed for period in periods), default=0.0),
        turn=max((period.turn for period in periods), default=0.0),
        outside=_outside(farthest),
        where=farthest,
        touched=any(period.touching for period in periods),
    )


def _outside(position: Sequence[float]) -> float:
    """M beyond the box of the task, along its worst axis; 0 within."""
    box = zip(position, _WORKSPACE.workspace_low, _WORKSPACE.workspace_high, strict=True)
    return max(0.0, *(max(low - value, value - high) for value, low, high in box))
