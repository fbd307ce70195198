"""Transitions on their way into the buffers D, D_s and D₀ of one agent, and the batches that come out."""

from dataclasses import dataclass
from threading import Lock

import numpy as np
import torch
from numpy.typing import NDArray

from msaclag_learner.buffers import Batch, RowBuffer, TransitionLayout
from msaclag_learner.configuration import MetaSacLagConfig
from msaclag_learner.meta_sac_lag import Samples

Array = NDArray[np.float32]


class ExperienceError(ValueError):
    """A transition that must not be learned from; the message names the field."""


@dataclass(frozen=True, slots=True)
class Transition:
    """(s, a, r, c, s′): observation [S], action [A] as executed, reward, cost 0 or 1, next observation [S], end."""

    observation: Array
    action: Array
    reward: float
    cost: int
    next_observation: Array
    terminated: bool


class Experience:
    """D, D_s and D₀ of one agent. One thread may add while another samples."""

    def __init__(self, config: MetaSacLagConfig, state_size: int, action_size: int, capacity: int) -> None:
        """Empty buffers; D holds `capacity` transitions."""
        self.config = config
        self.layout = TransitionLayout(state_size, action_size)
        self.replay = RowBuffer(1, capacity, self.layout.width)
        self.safety = RowBuffer(1, capacity, self.layout.width)
        self.initial = RowBuffer(1, capacity, state_size)
        self._lock = Lock()

    def add_first_state(self, observation: Array) -> None:
        """Put the first state of an episode into D₀."""
        _check("first observation", observation, self.layout.state_size)
        with self._lock:
            self.initial.add(0, torch.from_numpy(observation))

    def add(self, transition: Transition) -> None:
        """Put a transition where it belongs (Alg. 1, lines 8 to 11).

        Raises:
            ExperienceError: a wrong size, a non-finite number, or a cost other than 0 and 1; nothing was added.
        """
        row = torch.from_numpy(self._row(transition))
        with self._lock:
            if transition.cost:
                self.safety.add(0, row)
            if not transition.cost or self.config.violations_in_replay:
                self.replay.add(0, row)

    def ready(self) -> bool:
        """Whether D holds a batch and D₀ a state."""
        return self.replay.size(0) >= self.config.batch and self.initial.size(0) > 0

    def states(self) -> torch.Tensor:
        """All states in D: [1, N, S]."""
        with self._lock:
            rows = self.replay.rows[:, : self.replay.size(0)].clone()
        return self.layout.split(rows).states

    def sample(self, generator: torch.Generator) -> Samples:
        """What one update needs."""
        batch = self.config.batch
        with self._lock:
            violations = round(batch * self.config.safety_share) if self.safety.size(0) else 0
            safety = self.replay.sample(0, batch - violations, generator)
            if violations:
                safety = torch.cat((safety, self.safety.sample(0, violations, generator)))
            inner = self.replay.sample(0, batch, generator)
            outer = self.replay.sample(0, batch, generator)
            initial = self.initial.sample(0, batch, generator)
        return Samples(self._batch(safety), self._batch(inner), self._batch(outer).states, initial.unsqueeze(0))

    def _batch(self, rows: torch.Tensor) -> Batch:
        return self.layout.split(rows.unsqueeze(0))

    def _row(self, transition: Transition) -> Array:
        _check("observation", transition.observation, self.layout.state_size)
        _check("action", transition.action, self.layout.action_size)
        _check("next observation", transition.next_observation, self.layout.state_size)
        if not np.isfinite(transition.reward):
            raise ExperienceError(f"the reward is {transition.reward}, not a finite number")
        if transition.cost not in (0, 1):
            raise ExperienceError(f"the cost is {transition.cost}, not 0 or 1")
        scalars = np.array(self._scalars(transition), np.float32)
        return np.concatenate((transition.observation, transition.action, scalars, transition.next_observation))

    def _scalars(self, transition: Transition) -> tuple[float, int, bool]:
        """Reward, cost and terminal, with what follows a violation by the settings."""
        reward, terminal = transition.reward, transition.terminated
        if transition.cost and self.config.after_violation == "bootstrapped":
            terminal = False
        elif transition.cost and self.config.after_violation == "absorbed" and reward < 0:
            reward /= 1 - self.config.reward_discount
        return reward, transition.cost, terminal


def _check(name: str, values: Array, size: int) -> None:
    if values.shape != (size,):
        raise ExperienceError(f"the {name} has shape {values.shape}, not ({size},)")
    if not np.isfinite(values).all():
        raise ExperienceError(f"the {name} holds a number that is not finite: {values}")
