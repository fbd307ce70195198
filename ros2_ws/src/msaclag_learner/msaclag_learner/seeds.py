"""Seeds of the episodes of a run, each independent of the others and of what happened before it."""

from typing import Literal, get_args

import numpy as np

Kind = Literal["initial", "training", "evaluation", "demonstration"]


def episode_seed(run_seed: int, kind: Kind, number: int) -> int:
    """The seed of a reset: `number` counts from 0 among those of its kind (`initial` ones only fill D₀)."""
    return int(np.random.SeedSequence(run_seed, spawn_key=(get_args(Kind).index(kind), number)).generate_state(1)[0])
