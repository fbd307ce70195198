"""What left the mug in an episode, from the external force on the standing arm before it and after it.

The Gen3 has no force sensor at the wrist: it computes the wrench from the joints' torques, according to Kinova an
approximation for an arm that stands (its Gen3 repository, issue 125). Users see offsets that depend on the way that it
came (issue 145) and a drift of 10 N in hours (its ros_kortex, issue 239). Two weighings in the same place have most of
that in common; what they have not is `WeighingConfig.repeatability`, and makes the most of the uncertainty.
"""

from collections.abc import Sequence
from math import hypot
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from kinova_pour_env.arm import ArmState
from kinova_pour_env.detectors import SPILL, Violation
from kinova_pour_env.kortex.commissioning import COFFEE
from kinova_pour_env.liquid import GRAVITY, Liquid

FULL, LEFT = "settle", "weigh"
"""The phases of a reset in which the arm stands with a full mug, and with what an episode has left in it."""
BATCHES = 4
"""Of the readings of a weighing: their noise is not white, the means of batches tell how sure the whole mean is."""
COVERAGE = 2.0
"""Standard uncertainties in the stated one, which holds in 95 % (JCGM 100:2008, 6.3)."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class WeighingConfig:
    """What the arm's external force is good for."""

    repeatability: Annotated[float, Field(gt=0, le=20)] = 0.5
    """Standard deviation of the force between two visits to the same place, N. Kinova gives no figure and this is a
    guess: weigh a mug that stays full, over and over, and take the spread of what the log says, over the square root
    of 2."""


class Weighing(NamedTuple):
    """The mean of the force that lifts the hand, N, and its standard error."""

    force: float
    error: float


class Loss(NamedTuple):
    """What left the mug.

    Attributes:
        mass: kg, as weighed.
        uncertainty: kg, of it: the truth is that near in 95 of 100 cases.
        expected: kg, poured and spilled according to the slosh model.
    """

    mass: float
    uncertainty: float
    expected: float

    def __str__(self) -> str:
        weighed = f"{1000 * self.mass:.0f} g ± {1000 * self.uncertainty:.0f} g of coffee left the mug as weighed"
        return f"{weighed}, {1000 * self.expected:.0f} g according to the slosh model"

    @property
    def violation(self) -> Violation | None:
        """A spill, where more has left than the model and the uncertainty account for."""
        unseen = self.mass - self.expected
        if unseen <= self.uncertainty:
            return None
        return Violation(SPILL, "weighing", unseen / COFFEE, self.uncertainty / COFFEE, (), str(self))


def weigh(forces: Sequence[float]) -> Weighing:
    """One weighing.

    Args:
        forces: N, upward, at least two for each of the `BATCHES`.
    """
    means = [float(batch.mean()) for batch in np.array_split(np.asarray(forces), BATCHES)]
    return Weighing(float(np.mean(forces)), float(np.std(means, ddof=1)) / BATCHES**0.5)


class Scale:
    """Follows the resets of an arm, reading by reading, and compares the mug before and after each episode."""

    def __init__(self, config: WeighingConfig) -> None:
        """Nothing is weighed yet."""
        self._repeatability = config.repeatability
        self._forces: dict[str, list[float]] = {}
        self._phase = ""
        self._time = -np.inf

    def read(self, phase: str, state: ArmState, liquid: Liquid) -> Loss | None:
        """Take in a reading of a reset.

        Args:
            phase: of the reset.
            state: the reading; one that came before changes nothing.
            liquid: of the episode before.

        Returns:
            What left the mug, once, when it has been weighed full and again after the episode.
        """
        before, self._phase = self._phase, phase
        if phase in (FULL, LEFT):
            if phase != before:
                self._forces[phase] = []
            if state.time > self._time:
                self._forces[phase].append(float(state.wrench[2]))
            self._time = state.time
        return self._compared(liquid) if before == LEFT != phase else None

    def _compared(self, liquid: Liquid) -> Loss | None:
        readings = self._forces.pop(FULL, []), self._forces.pop(LEFT)
        if min(map(len, readings)) < 2 * BATCHES:
            return None
        before, after = map(weigh, readings)
        standard = hypot(before.error, after.error, self._repeatability, self._repeatability)
        return Loss(
            mass=(after.force - before.force) / GRAVITY,
            uncertainty=COVERAGE * standard / GRAVITY,
            expected=COFFEE * (liquid.initial_volume - liquid.volume),
        )
