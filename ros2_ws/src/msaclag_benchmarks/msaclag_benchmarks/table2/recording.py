"""An environment that keeps what became of its episodes, and seeds each by its number."""

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from msaclag_learner.seeds import Kind, episode_seed
from msaclag_learner.transition import ExperienceError

Array = NDArray[np.float32]
FIGURES = ("end", "return", "length", "violation", "success")
"""Of an episode: the step of the phase that ended it, its return as the task pays it, its steps, whether it violated,
and whether it succeeded (NaN where the task does not tell)."""


class Recorded(gymnasium.Wrapper[Array, Array, Array, Array]):
    """Episodes of training, then of evaluation; every algorithm meets the same ones.

    Attributes:
        episodes: of the phase under way, a list for each of `FIGURES`.
    """

    def __init__(self, environment: gymnasium.Env[Array, Array], seed: int) -> None:
        """Begin with training."""
        super().__init__(environment)
        self._seed = seed
        self.begin("training")

    def begin(self, kind: Kind) -> None:
        """Count steps and episodes anew."""
        self._kind: Kind = kind
        self._steps = self._begun = 0
        self.episodes: dict[str, list[float]] = {name: [] for name in FIGURES}

    @property
    def finished(self) -> int:
        """Episodes that came to their end."""
        return len(self.episodes["end"])

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Array, dict[str, Any]]:
        """The next episode; `seed` is ignored, the episode has its own."""
        episode = episode_seed(self._seed, self._kind, self._begun)
        self._begun += 1
        self._return, self._length, self._violated = 0.0, 0, False
        return self.env.reset(seed=episode, options=options)

    def step(self, action: Array) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """One step, which is recorded.

        Raises:
            ExperienceError: the info holds no cost.
        """
        observation, reward, terminated, truncated, info = self.env.step(action)
        if "cost" not in info:
            raise ExperienceError(
                "the environment's info holds no 'cost': it must be 1 where a constraint was violated"
            )
        self._steps += 1
        self._length += 1
        self._return += float(reward)
        self._violated |= bool(info["cost"])
        if terminated or truncated:
            figures = (self._steps, self._return, self._length, self._violated, info.get("is_success", np.nan))
            for name, figure in zip(FIGURES, figures, strict=True):
                self.episodes[name].append(float(figure))
        return observation, float(reward), bool(terminated), bool(truncated), info


def made(environment: str, seed: int) -> Recorded:
    """The environment of a Gymnasium id such as `module:namespace/Name-v0`."""
    return Recorded(gymnasium.make(environment), seed)
