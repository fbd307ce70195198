"""What a scripted policy is, and how an episode of one goes."""

from collections.abc import Callable
from typing import Any, NamedTuple

import gymnasium
from numpy.typing import NDArray

Policy = Callable[[], NDArray[Any]]
"""Gives the next action, in ±1; it reads the simulator of the environment that it was made for."""
Script = Callable[[gymnasium.Env[Any, Any]], Policy]
"""Makes the policy of an episode that was just reset."""


class Episode(NamedTuple):
    """How it went."""

    steps: int
    total_reward: float
    violated: bool
    succeeded: bool
    """At the end."""


def at_random(env: gymnasium.Env[Any, Any]) -> Policy:
    """Uniform actions."""
    return env.action_space.sample


def play(env: gymnasium.Env[Any, Any], script: Script, seed: int) -> Episode:
    """One episode, begun with `seed`, by the policy that `script` makes."""
    env.reset(seed=seed)
    env.action_space.seed(seed)
    policy = script(env)
    steps, total_reward, over, info = 0, 0.0, False, dict[str, Any]()
    while not over:
        _, reward, terminated, truncated, info = env.step(policy())
        steps, total_reward, over = steps + 1, total_reward + float(reward), terminated or truncated
    return Episode(steps, total_reward, bool(info["cost"]), bool(info["is_success"]))
