"""Acceleration and jerk of the cup, as the arm reports them or as differences of the velocity."""

from math import sqrt

import numpy as np

from kinova_pour_env.arm import ArmState, Vector


class Effort:
    """Differentiates the cup's velocity reading by reading, and sums up the lengths over a step.

    Attributes:
        acceleration: [3] m/s^2, of the last reading.
        jerk: [3] m/s^3, of the last reading.
    """

    def __init__(self, state: ArmState) -> None:
        """Begin at rest.

        Args:
            state: the first reading.
        """
        self._time = state.time
        self._velocity = state.cup_velocity
        self.acceleration: Vector = np.zeros(3)
        self.jerk: Vector = np.zeros(3)
        self._accelerations: list[float] = []
        self._jerks: list[float] = []

    def update(self, state: ArmState) -> float:
        """Take in a reading.

        Returns:
            s since the last one; 0 for the same one again, which changes nothing.
        """
        elapsed = round(state.time - self._time, 6)  # to the microsecond: the same motion later is the same to the bit
        if elapsed <= 0:
            return 0.0
        acceleration = state.cup_acceleration
        if acceleration is None:
            acceleration = (state.cup_velocity - self._velocity) / elapsed
        self.jerk = (acceleration - self.acceleration) / elapsed
        self.acceleration = acceleration
        self._time, self._velocity = state.time, state.cup_velocity
        self._accelerations.append(sqrt(acceleration.dot(acceleration)))
        self._jerks.append(sqrt(self.jerk.dot(self.jerk)))
        return elapsed

    def take(self) -> dict[str, float]:
        """Mean and peak lengths since the last call: `acceleration`, `jerk`, `peak_acceleration`, `peak_jerk`; SI."""
        accelerations, jerks = self._accelerations or [0.0], self._jerks or [0.0]
        self._accelerations, self._jerks = [], []
        return {
            "acceleration": sum(accelerations) / len(accelerations),
            "jerk": sum(jerks) / len(jerks),
            "peak_acceleration": max(accelerations),
            "peak_jerk": max(jerks),
        }
