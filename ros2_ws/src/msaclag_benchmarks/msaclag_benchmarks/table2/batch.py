"""What one worker trains at a time: the seeds of one algorithm on one task."""

from dataclasses import asdict
from typing import Any, Literal, NamedTuple

from msaclag_learner.configuration import AlgorithmConfig

Device = Literal["cpu", "cuda"]
REPLAY_CAPACITY = 1_000_000
"""Transitions that D holds at most (open in the paper; Meta-SAC's)."""
PEERS = {"sb3_sac": "SAC (SB3)", "sb3_sac_penalty": "SAC (SB3), penalty"}
"""Algorithms of Stable-Baselines3, and what people call them; all others are the learner's."""


class Training(NamedTuple):
    """How long each agent is trained, and how it is judged."""

    steps: int
    """Transitions."""
    warmup: int
    """First of them, of uniformly random actions and without updates."""
    updates_per_step: float
    """Updates for each transition behind them."""
    evaluation_episodes: int
    """With the deterministic policy, after training."""


class Cell(NamedTuple):
    """One agent of the table."""

    task: str
    algorithm: str
    seed: int

    def __str__(self) -> str:
        """As people read it, and as its file is called."""
        return f"{self.task}/{self.algorithm}/seed-{self.seed}"


class Batch(NamedTuple):
    """Agents that differ by their seeds alone; all that a worker must know."""

    task: str
    """Its name in the table."""
    environment: str
    """Gymnasium's id, with the module that registers it."""
    algorithm: str
    """One of `AlgorithmName`, or a peer."""
    seeds: tuple[int, ...]
    config: AlgorithmConfig
    """Of a peer, what it shares with SAC of the learner."""
    training: Training
    penalty: float = 0.0
    """What a peer takes off the reward of a violating step."""
    device: Device = "cpu"

    @property
    def capacity(self) -> int:
        """Transitions that D holds."""
        return max(self.config.batch, min(self.training.steps, REPLAY_CAPACITY))

    @property
    def name(self) -> str:
        """As people read it."""
        seeds = " ".join(map(str, self.seeds))
        return f"{self.task}/{self.algorithm}, seed{'s' if len(self.seeds) > 1 else ''} {seeds}"

    @property
    def peer(self) -> bool:
        """Whether Stable-Baselines3 trains it."""
        return self.algorithm in PEERS

    @property
    def cells(self) -> tuple[Cell, ...]:
        """One for each seed."""
        return tuple(Cell(self.task, self.algorithm, seed) for seed in self.seeds)

    @property
    def settings(self) -> dict[str, Any]:
        """All that what is learned depends on besides seed and code, as JSON gives it back."""
        algorithm = {**asdict(self.config), "hidden": list(self.config.hidden)}
        return {"algorithm": algorithm, "training": self.training._asdict(), "penalty": self.penalty}
