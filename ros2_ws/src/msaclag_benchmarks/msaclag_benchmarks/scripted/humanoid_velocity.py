"""Humanoid-Velocity: a stiff posture, in which it tips over forwards, ever faster."""

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from msaclag_benchmarks.scripted.policy import Policy

STIFFNESS, DAMPING = 10.0, 0.5
"""Of the motors' signals, 1/rad and s/rad."""


def tipping_over(env: gymnasium.Env[Any, Any]) -> Policy:
    """Holds the joints where they are at first."""
    simulated = env.unwrapped
    model, data = simulated.model, simulated.data  # type: ignore[attr-defined]
    joints = model.actuator_trnid[:, 0]
    places, speeds = model.jnt_qposadr[joints], model.jnt_dofadr[joints]
    posture = data.qpos[places].copy()

    def act() -> NDArray[np.float32]:
        signal = STIFFNESS * (posture - data.qpos[places]) - DAMPING * data.qvel[speeds]
        return np.clip(signal, -1, 1).astype(np.float32)

    return act
