"""The learner's corridor as environments of Gymnasium, whose optimum is known, and some in which things go wrong."""

import os
import signal
import time
from pathlib import Path

import gymnasium
import numpy as np
import torch

from msaclag_learner import corridor

MARKER = "CORRIDOR_MARKER"
"""Environment variable that names the file by which `Dies` knows that it has died before."""
MISHAP = 100
"""Steps before something goes wrong."""


class Corridor(gymnasium.Env):
    def __init__(self):
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (1,), np.float32)
        self.action_space = gymnasium.spaces.Box(-1, 1, (1,), np.float32)
        self.steps = 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.position = torch.tensor([corridor.WALL * self.np_random.random()], dtype=torch.float32)
        return self.position.numpy(), {}

    def step(self, action):
        self.steps += 1
        after = corridor.step(self.position, torch.from_numpy(np.asarray(action, np.float32)))
        self.position = after.positions
        cost = int(after.costs)
        ended = bool(cost or self.np_random.random() > corridor.SURVIVAL)
        return self.position.numpy(), float(after.rewards), ended, False, {"cost": cost}


class Hangs(Corridor):
    def step(self, action):
        if self.steps == MISHAP:
            time.sleep(3600)
        return super().step(action)


class Dies(Corridor):
    """Once: its worker is killed, as by the kernel when memory runs out."""

    def step(self, action):
        marker = Path(os.environ[MARKER])
        if self.steps == MISHAP and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().step(action)


class Tells(Corridor):
    """No cost."""

    def step(self, action):
        return (*super().step(action)[:4], {})


class Breaks(Corridor):
    """A reward that is not finite."""

    def step(self, action):
        observation, reward, *rest = super().step(action)
        return observation, np.nan if self.steps == MISHAP else reward, *rest


class Truncated(Corridor):
    """Never ends by itself: ten steps, then the time limit."""

    def step(self, action):
        observation, reward, _, _, info = super().step(0 * action)
        return observation, reward, False, self.steps % 10 == 0, info


for kind in (Corridor, Hangs, Dies, Tells, Breaks, Truncated):
    gymnasium.register(f"corridor/{kind.__name__}-v0", f"{__name__}:{kind.__name__}")
