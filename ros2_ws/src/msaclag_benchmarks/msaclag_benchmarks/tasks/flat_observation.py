"""Observations as the learner takes them."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, flatdim, flatten
from numpy.typing import NDArray


class FlatObservation(
    gymnasium.ObservationWrapper[NDArray[np.float32], Any, Any], gymnasium.utils.RecordConstructorArgs
):
    """One vector of float32; of a dictionary the values in the alphabetic order of their names."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        gymnasium.utils.RecordConstructorArgs.__init__(self)
        gymnasium.ObservationWrapper.__init__(self, env)
        self.observation_space = Box(-np.inf, np.inf, (flatdim(env.observation_space),), np.float32)

    def observation(self, observation: Any) -> NDArray[np.float32]:
        """[n]."""
        return np.asarray(flatten(self.env.observation_space, observation), np.float32)
