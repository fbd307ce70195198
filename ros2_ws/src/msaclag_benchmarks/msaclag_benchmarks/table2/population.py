"""The seeds of a cell, trained in one process: P agents in one batched update, each in an environment of its own.

Agent i of P equals agent i alone: its networks, batches, noise and episodes come from its own seed. As in
`msaclag_learner.training`, only a termination ends the values; behind a time limit they go on.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from msaclag_benchmarks.table2.batch import Batch
from msaclag_benchmarks.table2.outcome import Columns, Outcome, Tell, curve_period
from msaclag_benchmarks.table2.recording import made
from msaclag_learner import algorithms
from msaclag_learner.allocation import keep_freed_memory
from msaclag_learner.captured import update_of
from msaclag_learner.experience import Experience
from msaclag_learner.progress import Progress
from msaclag_learner.transition import Transition

Array = NDArray[np.float32]
WATCHED = ("temperature", "threshold", "multiplier", "expected_cost", "reward_critic_loss", "safety_critic_loss")
"""Figures of an update that curves are made of."""


class Population:
    """P agents and their environments."""

    def __init__(self, batch: Batch) -> None:
        """Untrained, each before its first step."""
        keep_freed_memory()
        self.batch, agents = batch, len(batch.seeds)
        self.environments = [made(batch.environment, seed) for seed in batch.seeds]
        states, actions = self.environments[0].observation_space.shape, self.environments[0].action_space.shape
        assert states is not None and actions is not None
        sizes = (states[0], actions[0])
        configs = [batch.config] * agents
        self.algorithm = algorithms.make(configs, *sizes, batch.seeds, device=batch.device)
        self.experience = Experience(configs, *sizes, batch.capacity, batch.device)
        self.progress = Progress(batch.training.warmup, batch.training.updates_per_step)
        self._update = update_of(self.algorithm, self.experience)
        self._observations = np.zeros((agents, states[0]), np.float32)
        self.learning = np.ones(agents, bool)
        """[P], whether the agent's actions are still finite."""
        self.diverged: list[int | None] = [None] * agents
        self.curves: list[Columns] = [{name: [] for name in ("step", *WATCHED)} for _ in range(agents)]

    def train(self, tell: Tell) -> None:
        """All of the training."""
        period = curve_period(self.batch.training.steps)
        for agent in range(len(self.environments)):
            self._begin(agent)
        figures: dict[str, Tensor] = {}
        while self.progress.step < self.batch.training.steps and self.learning.any():
            self._step(self._explore() if self.progress.warming_up else self._act(explorative=True))
            for _ in range(self.progress.due()):
                figures = self._learn()
            if self.progress.step % period == 0:
                self._watch(figures)
            tell(self.progress.step)

    def evaluate(self, tell: Tell) -> list[Columns]:
        """Episodes of each agent with its averaged policy, the deterministic one; none of one that has diverged."""
        self.algorithm.actor.parameters.copy_(self.algorithm.actor.averaged)
        wanted, done = self.batch.training.evaluation_episodes, self.batch.training.steps
        for agent, environment in enumerate(self.environments):
            environment.begin("evaluation")
            if wanted:
                self._observations[agent], _ = environment.reset()
        while playing := [
            agent for agent in np.flatnonzero(self.learning) if self.environments[agent].finished < wanted
        ]:
            actions = self._act(explorative=False)
            self._leave_out_diverged(actions)
            for agent in filter(self.learning.__getitem__, playing):
                following, _, terminated, truncated, _ = self.environments[agent].step(actions[agent])
                if terminated or truncated:
                    following, _ = self.environments[agent].reset()
                self._observations[agent] = following
            done += 1
            tell(done)
        return [environment.episodes for environment in self.environments]

    def close(self) -> None:
        """Of no further use."""
        for environment in self.environments:
            environment.close()

    def _begin(self, agent: int) -> None:
        self._observations[agent], _ = self.environments[agent].reset()
        self.experience.add_first_state(self._observations[agent], agent)

    def _step(self, actions: Array) -> None:
        """One transition of each agent that is still learning."""
        self._leave_out_diverged(actions)
        for agent in np.flatnonzero(self.learning):
            following, reward, terminated, truncated, info = self.environments[agent].step(actions[agent])
            before = self._observations[agent]
            transition = Transition(before, actions[agent], reward, info["cost"], following, terminated)
            self.experience.add(transition, agent)
            if terminated or truncated:
                self._begin(agent)
            else:
                self._observations[agent] = following
        self.progress.stepped(ready=self.experience.ready())

    def _leave_out_diverged(self, actions: Array) -> None:
        finite = np.isfinite(actions).all(-1)
        for agent in np.flatnonzero(self.learning & ~finite):
            self.diverged[agent] = self.progress.step
        self.learning &= finite

    def _learn(self) -> dict[str, Tensor]:
        if self.algorithm.updates == 0 and self.batch.config.normalise_states:
            seen = [self.experience.replay(agent).states for agent in range(len(self.environments))]
            self.algorithm.normaliser.fit(torch.stack([states[: min(map(len, seen))] for states in seen]))
        self.progress.updates += 1
        return self._update()

    def _act(self, *, explorative: bool) -> Array:
        """Actions [P, A] on the observations."""
        algorithm, agents = self.algorithm, len(self.environments)
        if explorative:
            noise = torch.cat([torch.randn(1, algorithm.action_size, generator=each) for each in algorithm.generators])
        else:
            noise = torch.zeros(agents, algorithm.action_size)
        states = algorithm.normaliser(torch.tensor(self._observations, device=algorithm.device).unsqueeze(1))
        actions = algorithm.actor.draw(states, noise.to(algorithm.device).unsqueeze(1)).actions
        return actions.squeeze(1).cpu().numpy()

    def _explore(self) -> Array:
        """Uniform actions [P, A]."""
        size = self.algorithm.action_size
        drawn = [torch.rand(1, size, generator=each) for each in self.algorithm.generators]
        return (2 * torch.cat(drawn) - 1).numpy()

    def _watch(self, figures: dict[str, Tensor]) -> None:
        """A point of each curve; nothing before the first update."""
        if not figures:
            return
        values = {name: figures[name].tolist() for name in WATCHED if name in figures}
        for agent in np.flatnonzero(self.learning):
            self.curves[agent]["step"].append(self.progress.step)
            for name in WATCHED:
                self.curves[agent][name].append(values[name][agent] if name in values else float("nan"))


def train(batch: Batch, tell: Tell) -> list[Outcome]:
    """Train and judge the agents of `batch`; returns what each leaves.

    Raises:
        ExperienceError: an environment tells something that must not be learned from.
    """
    population = Population(batch)
    try:
        population.train(tell)
        training = [environment.episodes for environment in population.environments]
        evaluation = population.evaluate(tell)
    finally:
        population.close()
    return [
        Outcome(*columns) for columns in zip(training, population.curves, evaluation, population.diverged, strict=True)
    ]
