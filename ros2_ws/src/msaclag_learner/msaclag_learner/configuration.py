"""The settings of Meta SAC-Lag; what the paper leaves open is marked so (docs/algorithm.md says what was measured)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

Rate = Annotated[float, Field(ge=0, le=0.1)]
Share = Annotated[float, Field(ge=0, le=1)]
Discount = Annotated[float, Field(ge=0, lt=1)]
Units = Annotated[int, Field(ge=1, le=4096)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class MetaSacLagConfig:
    """Everything that one update of Meta SAC-Lag depends on besides its data."""

    hidden: Annotated[tuple[Units, ...], Field(min_length=1, max_length=6)] = (64, 64)
    """Units of each hidden layer of the policy and of each critic (open in the paper)."""
    batch: Annotated[int, Field(ge=2, le=65536)] = 128
    """Transitions in a batch (open)."""
    reward_discount: Discount = 0.99
    """γ_r."""
    cost_discount: Discount = 0.6
    """γ_c."""
    polyak: Annotated[float, Field(gt=0, le=1)] = 0.005
    """τ of the target networks (open)."""
    critic_rate: Rate = 1e-3
    """Adam's step for all critics (open)."""
    policy_rate: Rate = 3e-4
    """β_φ, RMSProp's step for the policy (open)."""
    multiplier_rate: Rate = 3e-5
    """β_ν, RMSProp's step for the Lagrange multiplier (open)."""
    threshold_rate: Rate = 3e-4
    """β_ε, RMSProp's step for the safety threshold (open)."""
    temperature_rate: Rate = 3e-4
    """β_α, Adam's step for log α (open)."""
    initial_multiplier: Annotated[float, Field(ge=0, le=1e6)] = 10.0
    """ν⁰."""
    initial_threshold: Share = 1.0
    """ε⁰."""
    initial_temperature: Annotated[float, Field(gt=0, le=1)] = 1.0
    """α⁰."""
    temperature_floor: Annotated[float, Field(gt=0, le=1)] = 0.01
    """α never falls below it (open; without a floor it collapses and exploration ends)."""
    temperature_gradient_limit: Annotated[float, Field(gt=0)] = 0.05
    """Bound on |dJ_α/d log α| (Meta-SAC's)."""
    value_scale: Annotated[float, Field(gt=0, le=1e6)] = 10.0
    """Reward value that an output of 1 of the reward critics stands for; ν and α keep the paper's units (open)."""
    normalise_states: bool = True
    """Whether the networks see states shifted and scaled by their mean and spread during the warm-up (open)."""
    violations_in_replay: bool = True
    """Whether D holds the violating transitions too: Sec. IV-D says so, Alg. 1 keeps them in D_s alone."""
    after_violation: Literal["absorbed", "nothing", "bootstrapped"] = "absorbed"
    """What the reward critics see behind a violation (open): `bootstrapped` is Eq. 5 as printed, whose values behind a
    violation no data ever corrects; `nothing` ends the rewards, so that where they are negative a violation pays;
    `absorbed` lets the step's reward go on for ever where it is negative, so that it never does."""
    safety_share: Share = 0.25
    """Share of the safety critics' batch that is drawn from D_s; the rest is drawn from D (open)."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class TrainingConfig:
    """How long to train, from what, and where the results go."""

    algorithm: MetaSacLagConfig = MetaSacLagConfig()
    """The settings of the algorithm."""
    steps: Annotated[int, Field(ge=0, le=10**9)] = 10_000
    """Transitions to learn from, more than the warm-up; 0 only evaluates."""
    warmup: Annotated[int, Field(ge=0, le=10**9)] = 500
    """First transitions, whose actions are uniformly random and during which nothing is updated."""
    updates_per_step: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Updates for each transition after the warm-up."""
    replay_capacity: Annotated[int, Field(ge=2, le=10**8)] = 1_000_000
    """Transitions that D holds."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of networks, batches and exploration."""
    evaluation_episodes: Annotated[int, Field(ge=0, le=10**6)] = 20
    """Episodes with the deterministic policy after training."""
    checkpoint_every: Annotated[int, Field(ge=1)] = 1000
    """Transitions between two checkpoints."""
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    """Threads of one update; more than one rarely pays for networks of this size."""
    run_dir: str = "runs/latest"
    """Folder of the run: checkpoint, metrics, summary."""
    checkpoint: str = ""
    """Networks, optimisers, ε, ν and α to start from: a run's folder or the file in it; empty starts untrained."""

    @model_validator(mode="after")
    def _warmup_leaves_something(self) -> "TrainingConfig":
        if 0 < self.steps <= self.warmup and not self.checkpoint:
            raise ValueError(f"steps is {self.steps}, but the first {self.warmup} (warmup) are not learned from")
        return self
