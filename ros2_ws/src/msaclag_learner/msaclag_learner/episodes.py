"""What is worth knowing of the episodes: the return, violation and success of each, and their means of late."""

from collections import deque

import numpy as np

WINDOW = 20
"""Episodes that "of late" means."""


class EpisodeStatistics:
    """Gathers steps into episodes."""

    def __init__(self, window: int = WINDOW) -> None:
        """Remember `window` episodes."""
        self.finished: deque[dict[str, float]] = deque(maxlen=window)
        self._return = 0.0
        self._violated = False
        self._infos: list[dict[str, float]] = []

    def step(self, reward: float, cost: int, info: dict[str, float], *, ended: bool) -> dict[str, float] | None:
        """Take in one step; returns the episode's figures when it `ended`.

        A step's figures are averaged over the steps of the episode that tell them, but for those that a name marks
        otherwise: `peak_…` is the largest, and `success`, `poured` and `spilled` are the last.
        """
        self._return += reward
        self._violated |= cost == 1
        self._infos.append(info)
        if not ended:
            return None
        episode = {"return": self._return, "length": float(len(self._infos)), "violation": float(self._violated)}
        for name in dict.fromkeys(name for each in self._infos for name in each):
            values = [each[name] for each in self._infos if name in each]
            if name.startswith("peak_"):
                episode[name] = max(values)
            elif name in ("success", "poured", "spilled"):
                episode[name] = values[-1]
            else:
                episode[name] = float(np.mean(values))
        self.finished.append(episode)
        self.drop()
        return episode

    def drop(self) -> None:
        """Forget the episode that is under way."""
        self._return, self._violated, self._infos = 0.0, False, []

    def mean(self, name: str) -> float:
        """The mean of a figure over the last episodes; NaN before the first."""
        values = [episode[name] for episode in self.finished if name in episode]
        return float(np.mean(values)) if values else float("nan")
