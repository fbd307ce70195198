"""The cup's turning and acceleration, from the joints' velocities and the wrist's IMU together.

The joints' velocities do not drift, but to differentiate them at 40 Hz makes 0.06 m/s^2 of a noise of 1 mm/s. The IMU
measures acceleration itself, but its offset and the error of its mounting, through which gravity leaks in, last.
Complementary filters (Higgins, IEEE Transactions on Aerospace and Electronic Systems 11:321, 1975) take the slow part
from the first and the fast part from the second.
"""

import logging
from dataclasses import replace
from math import exp, pi

import numpy as np

from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.gen3 import CUP, TOOL
from kinova_pour_env.kinematics import rotation_from_angles
from kinova_pour_env.liquid import GRAVITY

LONGEST_GAP = 0.2
"""s between two readings, after which the estimate begins anew."""
PLAUSIBLE_OFFSET = 1.0
"""m/s^2: gravity through 6 degrees. An IMU that is farther off the joints has other axes than those of the flange."""

_TOOL_ROTATION = rotation_from_angles(TOOL.rpy[::-1])
_CUP_FROM_FLANGE = (_TOOL_ROTATION @ rotation_from_angles(CUP.rpy[::-1])).T
_CUP_IN_FLANGE = np.array(TOOL.xyz) + _TOOL_ROTATION @ np.array(CUP.xyz)
_UP = np.array([0.0, 0.0, GRAVITY])

_log = logging.getLogger(__name__)


class Complementary:
    """A quick signal whose offset lasts, corrected by a slow one that has none."""

    def __init__(self, crossover: float) -> None:
        """Take the frequency, Hz, below which the slow signal counts."""
        self._rate = 2 * pi * crossover
        self.offset: Vector | None = None
        """[3], of the quick signal, as known so far."""

    def update(self, quick: Vector, slow: Vector, elapsed: float) -> Vector:
        """The corrected signal [3], `elapsed` s after the last one."""
        difference = quick - slow
        if self.offset is None:
            self.offset = difference
        self.offset = self.offset + (1 - exp(-self._rate * elapsed)) * (difference - self.offset)
        return quick - self.offset


class CupMotionEstimate:
    """Completes readings of an arm, one after the other, by what its wrist's IMU adds to them.

    The IMU is taken to lie at the flange, in its axes; Kinova does not say. What contradicts the joints is not used.
    """

    def __init__(self, crossover: float) -> None:
        """Take the frequency, Hz, below which the joints count and above which the IMU does."""
        self._crossover = crossover
        self._trusted = True
        self._before: ArmState | None
        self._acceleration: Vector | None
        self._turning_before: Vector | None
        self._restart(None)

    def update(self, state: ArmState) -> ArmState:
        """The reading with `cup_acceleration` and a better `cup_angular_velocity`; as it is where the IMU is of no use.

        No use is one that is missing, frozen, or farther off than `PLAUSIBLE_OFFSET`.
        """
        force, rates = state.wrist_acceleration, state.wrist_angular_velocity
        before, self._before = self._before, state
        if force is None or rates is None:
            return state
        if before is None or before.wrist_acceleration is None or state.time - before.time > LONGEST_GAP:
            self._restart(state)
            return state
        elapsed = state.time - before.time
        if elapsed <= 0 or np.array_equal(force, before.wrist_acceleration):
            return state
        flange = state.cup_rotation @ _CUP_FROM_FLANGE
        turning = self._turning.update(flange @ rates, state.cup_angular_velocity, elapsed)
        acceleration = self._at_the_cup(flange, force, turning, elapsed)
        last, self._acceleration = self._acceleration, acceleration
        measured = acceleration if last is None else (last + acceleration) / 2
        differentiated = (state.cup_velocity - before.cup_velocity) / elapsed
        estimated = self._accelerating.update(measured, differentiated, elapsed)
        if not self._plausible():
            return state
        return replace(state, cup_acceleration=estimated, cup_angular_velocity=turning)

    def _restart(self, state: ArmState | None) -> None:
        self._before = state
        self._acceleration = self._turning_before = None
        self._accelerating, self._turning = Complementary(self._crossover), Complementary(self._crossover)

    def _at_the_cup(self, flange: Vector, force: Vector, turning: Vector, elapsed: float) -> Vector:
        """The acceleration [3] m/s^2 of the cup's origin, which turns with the flange; force is that on the IMU."""
        lever = flange @ _CUP_IN_FLANGE
        last, self._turning_before = self._turning_before, turning
        change = np.zeros(3) if last is None else (turning - last) / elapsed
        return flange @ force - _UP + np.cross(change, lever) + np.cross(turning, np.cross(turning, lever))

    def _plausible(self) -> bool:
        assert self._accelerating.offset is not None
        offset = float(np.linalg.norm(self._accelerating.offset))
        trusted, self._trusted = self._trusted, offset <= PLAUSIBLE_OFFSET
        if trusted and not self._trusted:
            _log.warning(
                "the wrist's IMU is %.1f m/s^2 off the joints: the coffee's motion is taken from the joints alone",
                offset,
            )
        return self._trusted
