"""The rival: Stable-Baselines3's SAC, which has two critics and no constraint."""

from collections.abc import Callable

import gymnasium
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
BUFFER = 10_000


class _Spaces(gymnasium.Env[Array, Array]):
    """Only the shapes of a task: nothing is ever simulated."""

    def __init__(self, state_size: int, action_size: int) -> None:
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (state_size,), np.float32)
        self.action_space = gymnasium.spaces.Box(-1, 1, (action_size,), np.float32)


def sac_gradient_step(
    state_size: int, action_size: int, hidden: tuple[int, ...], batch: int
) -> Callable[[], object] | None:
    """A call of its training step on the CPU, which draws its batch too; None where it is not installed."""
    try:
        from stable_baselines3 import SAC
        from stable_baselines3.common.logger import Logger
    except ModuleNotFoundError:
        return None
    model = SAC(
        "MlpPolicy",
        _Spaces(state_size, action_size),
        buffer_size=BUFFER,
        batch_size=batch,
        policy_kwargs={"net_arch": list(hidden)},
        device="cpu",
        seed=0,
    )
    model.set_logger(Logger(folder=None, output_formats=[]))
    replay_buffer = model.replay_buffer
    assert replay_buffer is not None
    random = np.random.default_rng(0)
    for _ in range(BUFFER):
        replay_buffer.add(
            random.standard_normal((1, state_size), np.float32),
            random.standard_normal((1, state_size), np.float32),
            random.uniform(-1, 1, (1, action_size)),
            random.standard_normal(1, np.float32),
            random.random(1) < 0.01,
            [{}],
        )
    return lambda: model.train(gradient_steps=1, batch_size=batch)
