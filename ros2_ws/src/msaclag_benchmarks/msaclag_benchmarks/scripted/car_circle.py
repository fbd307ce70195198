"""Car-Circle2: round the centre within the walls, or straight on."""

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from msaclag_benchmarks.scripted.policy import Policy

LANE, CRUISE = 0.9, 0.55
"""Radius (m) and speed (m/s)."""
LANE_GAIN, LANE_TURN = 1.5, 1.2
"""rad to turn for each m beside the lane, and at most."""
SPEED_GAIN, TURN_GAIN, TURN_DAMPING = 3.0, 1.5, 0.4


def circling(env: gymnasium.Env[Any, Any]) -> Policy:
    """Drives anticlockwise in a lane."""
    data = env.unwrapped.data  # type: ignore[attr-defined]

    def act() -> NDArray[np.float32]:
        place = complex(*data.body("car").xpos[:2])
        forwards = -complex(*data.body("car").xmat.reshape(3, 3)[:2, 1])
        beyond = np.clip(LANE_GAIN * (abs(place) - LANE), -LANE_TURN, LANE_TURN)
        course = place * np.exp(1j * (np.pi / 2 + beyond))
        turn = float(np.angle(course / forwards))
        speed = (complex(*data.sensor("velocity").data[:2]) * forwards.conjugate()).real
        drive = SPEED_GAIN * (CRUISE * max(0.2, np.cos(turn)) - speed)
        steer = TURN_GAIN * turn - TURN_DAMPING * data.sensor("gyro").data[2]
        return np.clip([drive + steer, drive - steer], -1, 1).astype(np.float32)

    return act


def straight_on(env: gymnasium.Env[Any, Any]) -> Policy:
    """Both wheels forwards."""
    return lambda: np.ones(2, np.float32)
