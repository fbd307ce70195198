"""Transitions on their way into the buffers D, D_s and D₀ of P agents, and the batches that come out.

What was demonstrated lies in D as all else does, and once more in D_d, so that a batch can hold a share of it (as in
RLPD, Ball et al. 2023).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from msaclag_learner.buffers import RowRings, TransitionLayout
from msaclag_learner.configuration import AlgorithmConfig
from msaclag_learner.draws import Draws
from msaclag_learner.samples import Batch, Samples
from msaclag_learner.transition import ExperienceError, Transition, checked

Array = NDArray[np.float32]
LARGEST_REWARD = 1e12
"""Adam's memory holds squares of values, 1 / (1 − γ_r) times a reward or more, in float32."""


def checked_row(transition: Transition, layout: TransitionLayout) -> Array:
    """The transition as a row [width].

    Raises:
        ExperienceError: a wrong size, a non-finite number, a reward beyond ±1e12, or a cost other than 0 and 1.
    """
    observation = checked("observation", transition.observation, layout.state_size)
    action = checked("action", transition.action, layout.action_size)
    following = checked("next observation", transition.next_observation, layout.state_size)
    if not abs(transition.reward) <= LARGEST_REWARD:
        raise ExperienceError(f"the reward is {transition.reward}, not a number within ±{LARGEST_REWARD:g}")
    if transition.cost not in (0, 1):
        raise ExperienceError(f"the cost is {transition.cost}, not 0 or 1")
    scalars = np.array((transition.reward, transition.cost, transition.terminated), np.float32)
    return np.concatenate((observation, action, scalars, following))


class Sizes(NamedTuple):
    """Rows in D, D_s, D₀ and D_d."""

    replay: int
    safety: int
    initial: int
    demonstrated: int


class Experience:
    """D, D_s and D₀ of P agents, raw: each row is what happened. One thread may add while another samples."""

    def __init__(
        self,
        configs: Sequence[AlgorithmConfig],
        state_size: int,
        action_size: int,
        capacity: int,
        device: torch.device | str = "cpu",
    ) -> None:
        """Empty buffers.

        Args:
            configs: of each agent; `batch` is the same in all.
            state_size: S.
            action_size: A.
            capacity: transitions that D, and again D_s and D_d, holds of each agent; D₀ as many states.
            device: where the buffers lie and the batches are wanted.
        """
        self.configs, self.batch, self.device = configs, configs[0].batch, torch.device(device)
        self.layout = TransitionLayout(state_size, action_size)
        self._transitions = RowRings(3 * len(configs), capacity, self.layout.width, self.device)
        self._first_states = RowRings(len(configs), capacity, state_size, self.device)

    def add(self, transition: Transition, agent: int = 0) -> Array:
        """Put a transition where it belongs (Alg. 1, lines 8 to 11); returns its row [width].

        Raises:
            ExperienceError: a wrong size, a non-finite number, a reward beyond ±1e12, or a cost other than 0 and 1;
                nothing was added.
        """
        row = checked_row(transition, self.layout)
        self.extend(torch.from_numpy(row).unsqueeze(0), agent)
        return row

    def add_first_state(self, observation: Array, agent: int = 0) -> Array:
        """Put the first state [S] of an episode into D₀; returns its row.

        Raises:
            ExperienceError: a wrong size or a non-finite number; nothing was added.
        """
        row = checked("first observation", observation, self.layout.state_size)
        self.extend_first_states(torch.from_numpy(row).unsqueeze(0), agent)
        return row

    def extend(self, rows: Tensor, agent: int = 0, *, demonstrated: bool = False) -> None:
        """Add the transitions `rows` [N, width] that `add` returned; the same as one after the other."""
        violating = rows[:, self.layout.cost] == 1
        replayed = rows if self.configs[agent].violations_in_replay else rows[~violating]
        self._transitions.add(_replay(agent), replayed)
        self._transitions.add(_safety(agent), rows[violating])
        if demonstrated:
            self._transitions.add(_demonstrated(agent), rows)

    def extend_first_states(self, rows: Tensor, agent: int = 0) -> None:
        """Add the first states `rows` [N, S] that `add_first_state` returned, unless D₀ is fixed and full."""
        config = self.configs[agent]
        if config.initial_states == "fixed":
            rows = rows[: max(0, config.initial_state_count - self._first_states.added[agent])]
        self._first_states.add(agent, rows)

    def sizes(self, agent: int = 0) -> Sizes:
        """How much is held."""
        replay, safety, demonstrated = (
            self._transitions.size(ring(agent)) for ring in (_replay, _safety, _demonstrated)
        )
        return Sizes(replay, safety, self._first_states.size(agent), demonstrated)

    def replay(self, agent: int = 0) -> Batch:
        """A copy of D, each tensor [N, …]: in order of arrival until the ring is full."""
        return self.layout.split(self._transitions.rows(_replay(agent)).clone())

    def safety(self, agent: int = 0) -> Batch:
        """A copy of D_s, as `replay`."""
        return self.layout.split(self._transitions.rows(_safety(agent)).clone())

    def initial(self, agent: int = 0) -> Tensor:
        """A copy of D₀, [N, S]."""
        return self._first_states.rows(agent).clone()

    def ready(self) -> bool:
        """Whether D holds a batch and D₀ a state, for each agent."""
        return all(not self._missing(agent) for agent in range(len(self.configs)))

    def sample(self, generators: Sequence[torch.Generator]) -> Samples:
        """What one update needs: `draw`, then `gather`."""
        return self.gather(self.draw(generators))

    def draw(self, generators: Sequence[torch.Generator]) -> Draws:
        """Which rows one update sees and its noise, that of agent i drawn with generator i; all on the CPU.

        While D_s is empty, all of the safety critics' batch is drawn from D.

        Raises:
            ExperienceError: D holds less than a batch, or D₀ nothing.
        """
        draws = self.undrawn(pinned=self.device.type == "cuda")
        for agent, generator in enumerate(generators):
            self._draw_rows(agent, generator, draws)
            draws.noise[agent].normal_(generator=generator)
        return draws

    def undrawn(self, device: torch.device | str = "cpu", *, pinned: bool = False) -> Draws:
        """Room for what one update draws; see `Draws`."""
        return Draws(len(self.configs), self.batch, self.layout.action_size, device, pinned=pinned)

    def gather(self, draws: Draws) -> Samples:
        """What was drawn, on the device of the buffers."""
        rows = self._transitions.gather(draws.transitions)
        initial = self._first_states.gather(draws.first_states)
        safety, inner, outer = rows.split(self.batch, dim=1)
        return Samples(
            self.layout.split(safety),
            self.layout.split(inner),
            outer[..., : self.layout.state_size],
            initial,
            draws.noise.to(rows.device),
        )

    def _draw_rows(self, agent: int, generator: torch.Generator, draws: Draws) -> None:
        """The agent's part of the indices."""
        if missing := self._missing(agent):
            raise ExperienceError(missing)
        config, transitions = self.configs[agent], self._transitions
        violations = _share(config.safety_share, self.batch, transitions.size(_safety(agent)))
        demonstrated = _share(config.demonstration_share, self.batch, transitions.size(_demonstrated(agent)))
        replay = transitions.draw(_replay(agent), 3 * self.batch - violations - demonstrated, generator)
        of_safety, others = replay.split((self.batch - violations, 2 * self.batch - demonstrated))
        parts = (
            transitions.draw(_safety(agent), violations, generator) if violations else replay[:0],
            of_safety,
            transitions.draw(_demonstrated(agent), demonstrated, generator) if demonstrated else replay[:0],
            others,
        )
        torch.cat(parts, out=draws.transitions[agent])
        draws.first_states[agent] = self._first_states.draw(agent, self.batch, generator)

    def _missing(self, agent: int) -> str:
        sizes = self.sizes(agent)
        if sizes.replay < self.batch:
            return f"D holds {sizes.replay} transitions, fewer than a batch of {self.batch}: gather more, or lower it"
        return "" if sizes.initial else "D₀ holds no first state: begin an episode first"


def _replay(agent: int) -> int:
    return 3 * agent


def _safety(agent: int) -> int:
    return 3 * agent + 1


def _demonstrated(agent: int) -> int:
    return 3 * agent + 2


def _share(share: float, batch: int, size: int) -> int:
    """How many of a batch come from a ring of this size: its share, or none while it is empty."""
    return round(batch * share) if size else 0
