"""Observations as the learner takes them."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray


class SinglePrecision(
    gymnasium.ObservationWrapper[NDArray[np.float32], Any, Any], gymnasium.utils.RecordConstructorArgs
):
    """Float32 instead of MuJoCo's float64; Gymnasium's `DtypeObservation` warns of the infinite bounds it casts."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        gymnasium.utils.RecordConstructorArgs.__init__(self)
        gymnasium.ObservationWrapper.__init__(self, env)
        self.observation_space = Box(-np.inf, np.inf, env.observation_space.shape, np.float32)

    def observation(self, observation: NDArray[np.float64]) -> NDArray[np.float32]:
        """[n]."""
        return observation.astype(np.float32)
