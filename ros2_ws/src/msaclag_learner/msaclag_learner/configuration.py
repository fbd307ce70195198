"""The settings of the algorithms and of training; what the paper leaves open is marked so (see docs/algorithm.md)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

AlgorithmName = Literal["meta_sac_lag", "meta_sac_lag_nl", "sacv2_lag", "rcpo_sacv2", "rcpo_meta_sac", "sac"]
OptimiserName = Literal["rmsprop", "adam", "sgd"]
FIXED_THRESHOLD = {"sacv2_lag", "rcpo_sacv2", "rcpo_meta_sac"}
"""Algorithms that leave ε where it starts."""

Rate = Annotated[float, Field(ge=0, le=0.1)]
Share = Annotated[float, Field(ge=0, le=1)]
Discount = Annotated[float, Field(ge=0, lt=1)]
Units = Annotated[int, Field(ge=1, le=4096)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class AlgorithmConfig:
    """Everything that one update depends on besides its data."""

    name: AlgorithmName = "meta_sac_lag"
    """Meta SAC-Lag, its variant with Eq. 16, SACv2-Lag, RCPO-SACv2, RCPO-MetaSAC, or SAC without a constraint."""
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
    critic_rate: Rate = 3e-4
    """Adam's step for all critics (open)."""
    value_scale: Annotated[float, Field(gt=0, le=1e6)] = 100.0
    """Reward value that an output of 1 of the reward critics stands for; ν and α keep the paper's units (open)."""
    normalise_states: bool = True
    """Whether networks see states shifted and scaled by mean and spread of what D holds when learning begins, warm-up
    and demonstrations, and within ±10 (open)."""
    policy_rate: Rate = 3e-4
    """β_φ, step of the policy (open)."""
    policy_optimiser: OptimiserName = "rmsprop"
    """Of the policy: RMSProp in the paper for Meta SAC-Lag; the presets take Adam for SAC and the SACv2 rivals."""
    policy_averaging: Annotated[float, Field(gt=0, le=1)] = 1e-3
    """Share by which the average moves towards the policy at each update (open); evaluations are run with it, for the
    policy itself never comes to rest at a constant rate. 1 evaluates the policy of the moment."""
    initial_multiplier: Annotated[float, Field(ge=0, le=1e6)] = 10.0
    """ν⁰."""
    multiplier_rate: Rate = 3e-5
    """β_ν, step of the Lagrange multiplier (open)."""
    multiplier_optimiser: OptimiserName = "rmsprop"
    """Of ν: RMSProp in the paper, by which ν moves at its rate whatever the violation; sgd moves it by ε − J_c."""
    multiplier_form: Literal["clamped", "softplus", "log"] = "clamped"
    """How ν is kept at 0 or above (open): cut off, where ε gets no gradient, or as a positive function, without 0."""
    initial_threshold: Share = 1.0
    """ε⁰ of Meta SAC-Lag; the fixed ε of SACv2-Lag and RCPO, below 1."""
    threshold_rate: Rate = 3e-4
    """β_ε, step of the safety threshold of Meta SAC-Lag (open)."""
    threshold_optimiser: OptimiserName = "rmsprop"
    """Of Meta SAC-Lag's ε: RMSProp in the paper."""
    threshold_form: Literal["clamped", "sigmoid"] = "clamped"
    """How ε is kept in [0, 1] (open); a sigmoid hardly moves from near 0 or 1."""
    initial_temperature: Annotated[float, Field(gt=0, le=1)] = 1.0
    """α⁰, not below the floor."""
    temperature_rate: Rate = 3e-4
    """β_α, step of the temperature (open)."""
    temperature_optimiser: OptimiserName = "adam"
    """Of α (open): Adam as in Meta-SAC."""
    temperature_form: Literal["log", "clamped"] = "log"
    """What moves: log α, as in Meta-SAC, or α itself (open)."""
    temperature_floor: Annotated[float, Field(gt=0, le=1)] = 0.01
    """α never falls below it (open; without a floor it collapses and exploration ends)."""
    temperature_gradient_limit: Annotated[float, Field(gt=0)] = 0.05
    """Bound on the meta-gradient of what moves, log α or α (Meta-SAC's); of Meta SAC-Lag and RCPO-MetaSAC."""
    violations_in_replay: bool = True
    """Whether D holds the violating transitions too: Sec. IV-D says so, Alg. 1 keeps them in D_s alone."""
    safety_share: Share = 0.25
    """Share of the safety critics' batch that is drawn from D_s; the rest is drawn from D (open)."""
    demonstration_share: Share = 0.5
    """Share of ℬ that is drawn from what was demonstrated, where anything was; the rest is drawn from D (open)."""
    initial_states: Literal["growing", "fixed"] = "growing"
    """What D₀ holds (open): the first state of every episode, or of the first ones only."""
    initial_state_count: Annotated[int, Field(ge=1, le=10**6)] = 256
    """States that D₀ holds where they are fixed."""
    after_violation: Literal["absorbed", "nothing", "bootstrapped"] = "absorbed"
    """What the reward critics see behind a violation (open): `bootstrapped` is Eq. 5 as printed, whose values behind a
    violation no data ever corrects; `nothing` ends the rewards, so that where they are negative a violation pays;
    `absorbed` lets the step's reward go on for ever where it is negative, so that it never does."""
    penalty: Literal["cost", "safety_value"] = "cost"
    """What RCPO takes off the reward, times ν (open): the step's cost, as in RCPO, or Q_c(s, a)."""

    @model_validator(mode="after")
    def _makes_sense(self) -> "AlgorithmConfig":
        if self.name in FIXED_THRESHOLD and self.initial_threshold == 1:
            raise ValueError(
                f"{self.name} keeps ε fixed at initial_threshold, where 1 constrains nothing: "
                "give one below 1, e.g. 0.5"
            )
        if self.name != "sac" and not self.violations_in_replay and round(self.batch * self.safety_share) == 0:
            raise ValueError(
                f"the safety critics would never see a cost: safety_share {self.safety_share} of a batch of "
                f"{self.batch} takes none from D_s, and violations_in_replay false leaves none in D"
            )
        if self.initial_multiplier == 0 and self.multiplier_form != "clamped":
            raise ValueError(
                f"initial_multiplier is 0, which multiplier_form {self.multiplier_form} cannot be: raise it"
            )
        if self.initial_temperature < self.temperature_floor:
            raise ValueError(
                f"initial_temperature {self.initial_temperature} is below temperature_floor {self.temperature_floor}"
            )
        return self


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class TrainingConfig:
    """How long to train, from what, and where the results go."""

    algorithm: AlgorithmConfig = AlgorithmConfig()
    """The settings of the algorithm."""
    steps: Annotated[int, Field(ge=0, le=10**9)] = 30_000
    """Transitions to learn from, more than the warm-up and a batch; the last episode is ended. 0 only evaluates."""
    warmup: Annotated[int, Field(ge=0, le=10**9)] = 500
    """First transitions, of uniformly random actions and without updates; none where `checkpoint` is given."""
    updates_per_step: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Updates for each transition after the warm-up."""
    replay_capacity: Annotated[int, Field(ge=2, le=10**8)] = 1_000_000
    """Transitions that D holds, a batch or more."""
    initial_resets: Annotated[int, Field(ge=0, le=10**6)] = 0
    """Resets before the first step, whose first states fill D₀ as in Alg. 1; those of the episodes follow (open)."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of networks, batches and exploration; without ROS, of each episode too."""
    evaluation_episodes: Annotated[int, Field(ge=0, le=10**6)] = 20
    """Episodes with the deterministic policy after training."""
    checkpoint_every: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Transitions between two checkpoints, written when an episode ends, or within one of ten times as many."""
    device: Literal["cpu", "cuda"] = "cpu"
    """Where networks and buffers lie and updates are computed; actions are always computed on the CPU."""
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    """Threads of one update; more than one rarely pays for networks of this size."""
    run_dir: str = "runs/latest"
    """Folder of the run: checkpoint, metrics, summary."""
    checkpoint: str = ""
    """Networks, optimisers, ε, ν and α to start from: a run's folder or the file in it; empty starts untrained."""
    demonstrations: str = ""
    """File of demonstrated episodes that D begins with (`msaclag demonstrate` makes one); a copy stays in run_dir."""
    resume: bool = False
    """Go on with the run in run_dir from its last checkpoint, experience included."""

    @model_validator(mode="after")
    def _makes_sense(self) -> "TrainingConfig":
        batch = self.algorithm.batch
        if 0 < self.steps <= max(self.warmup, batch) and not (self.checkpoint or self.resume):
            kind = "warmup" if self.warmup >= batch else "algorithm.batch"
            raise ValueError(
                f"steps is {self.steps}, but the first {max(self.warmup, batch)} ({kind}) are not learned from"
            )
        if self.replay_capacity < batch:
            raise ValueError(
                f"replay_capacity is {self.replay_capacity}, less than a batch (algorithm.batch) of {batch}"
            )
        if self.resume and self.checkpoint:
            raise ValueError("resume goes on from the checkpoint in run_dir: leave checkpoint out")
        return self
