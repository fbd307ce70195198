"""The algorithms by name."""

from collections.abc import Sequence

import torch

from msaclag_learner.algorithm import Algorithm
from msaclag_learner.configuration import AlgorithmConfig, AlgorithmName
from msaclag_learner.meta_sac_lag import MetaSacLag
from msaclag_learner.rcpo import RcpoMetaSac, RcpoSac
from msaclag_learner.sac import Sac
from msaclag_learner.sac_lag import SacLag

ALGORITHMS: dict[AlgorithmName, type[Algorithm]] = {
    "meta_sac_lag": MetaSacLag,
    "meta_sac_lag_nl": MetaSacLag,
    "sacv2_lag": SacLag,
    "rcpo_sacv2": RcpoSac,
    "rcpo_meta_sac": RcpoMetaSac,
    "sac": Sac,
}


def make(
    configs: Sequence[AlgorithmConfig],
    state_size: int,
    action_size: int,
    seeds: Sequence[int],
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> Algorithm:
    """Fresh agents that learn in one batch, one for each of `configs` and `seeds`.

    Raises:
        ValueError: their algorithms have no common update, or they differ in a setting that they must share.
    """
    kinds = {ALGORITHMS[config.name] for config in configs}
    if len(kinds) != 1 or len(configs) != len(seeds):
        names = ", ".join(sorted({config.name for config in configs}))
        raise ValueError(f"{len(configs)} agents, {len(seeds)} seeds, {names}: one seed each, and one update for all")
    return kinds.pop()(configs, state_size, action_size, seeds, dtype=dtype, device=device)
