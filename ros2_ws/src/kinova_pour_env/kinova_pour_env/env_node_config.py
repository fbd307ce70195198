"""Settings of the environment node."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from kinova_pour_env.pour_coffee_config import RewardForm, Setting


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class EnvNodeConfig:
    """What the environment is made of."""

    arm: str = "sim"
    """The arm, as an installed package offers it: sim, emulated, real, or one of your own."""
    mirror: str = "sim"
    """The simulated arm that tells one in real time how near it is to itself and to the scene, so that it slows down
    before it touches; empty for none."""
    setting: Setting = "1"
    """Row of the paper's Table III; `task.…` changes single settings of it."""
    reward: RewardForm = "shaped"
    """Eq. 17 as printed, or shaped: more weight on the centre of the goal's ball and on the roll."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of the first states."""
    transitions_dir: str = "transitions"
    """Folder of the log of transitions, which goes on over restarts; one for each environment and its conditions."""
    sync_transitions: bool = True
    """Whether each transition outlives a loss of power; the disk is waited for before it is told of."""
    transitions_kept: Annotated[int, Field(ge=1)] = 5_000
    """Transitions that are held in memory for a learner that missed them; older ones are read from the log."""
