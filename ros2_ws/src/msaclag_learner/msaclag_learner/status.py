"""Where a run stands."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Status:
    """Where the run stands; the fields of msaclag_msgs/LearnerStatus."""

    phase: str
    algorithm: str
    step: int
    steps: int
    episode: int
    updates: int
    threshold: float
    multiplier: float
    temperature: float
    expected_cost: float = math.nan
    reward_critic_loss: float = math.nan
    safety_critic_loss: float = math.nan
    mean_return: float = math.nan
    success_rate: float = math.nan
    violation_rate: float = math.nan
    steps_per_s: float = 0.0
    updates_per_s: float = 0.0
