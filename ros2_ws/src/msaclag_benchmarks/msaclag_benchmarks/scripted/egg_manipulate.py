"""Egg Manipulate: planned ahead in a copy of the simulator, or a fist.

The planner is predictive sampling (Howell et al., Predictive Sampling: Real-time Behaviour Synthesis with MuJoCo,
2022): of the last plan and some that differ from it at random, the one that goes best in the simulator is begun.
"""

from typing import Any

import gymnasium
import mujoco
import numpy as np
from numpy.typing import NDArray

from msaclag_benchmarks.scripted.policy import Policy
from msaclag_benchmarks.tasks.egg_manipulate import angle_between

PLANS, HORIZON = 24, 3
"""Compared in each step, and their length in steps."""
SPREADS, CHANGED = (0.1, 0.25, 0.5), 0.5
"""Of the differences, and how many of the joints differ."""
SAFE_FORCE, SAFE_HEIGHT = 17.0, 0.1
"""N and m; the limits with something to spare."""
FORCE_PENALTY, HEIGHT_PENALTY = 5.0, 50.0
"""rad that a step beyond these counts as."""

Array = NDArray[np.float64]
_STATE = mujoco.mjtState.mjSTATE_INTEGRATION


def planning(env: gymnasium.Env[Any, Any]) -> Policy:
    """Turns the egg towards the goal, a step of the best plan at a time."""
    simulated: Any = env.unwrapped
    model, data, substeps = simulated.model, simulated.data, simulated.simulation.n_substeps
    random = np.random.default_rng(0)
    imagined, state = mujoco.MjData(model), np.zeros(mujoco.mj_stateSize(model, _STATE))
    lowest, highest = model.actuator_ctrlrange.T
    plan = np.zeros((HORIZON, model.nu))

    def badness(candidate: Array) -> float:
        """Mean angle (rad) and more."""
        mujoco.mj_setState(model, imagined, state, _STATE)
        total = 0.0
        for action in candidate:
            imagined.ctrl[:] = (lowest + highest + action * (highest - lowest)) / 2
            mujoco.mj_step(model, imagined, substeps)
            egg = imagined.joint("object:joint").qpos
            total += angle_between(egg[3:], simulated.goal[3:])
            total += FORCE_PENALTY * (simulated.force(imagined) > SAFE_FORCE)
            total += HEIGHT_PENALTY * (egg[2] < SAFE_HEIGHT)
        return total / HORIZON

    def act() -> NDArray[np.float32]:
        nonlocal plan
        mujoco.mj_getState(model, data, state, _STATE)
        changes = random.standard_normal((PLANS - 1, 1, model.nu)) * random.choice(SPREADS, (PLANS - 1, 1, 1))
        changes *= random.random(changes.shape) < CHANGED
        plans = [plan, *np.clip(plan + changes, -1, 1)]
        best = plans[int(np.argmin([badness(each) for each in plans]))]
        plan = np.vstack([best[1:], best[-1:]])
        return best[0].astype(np.float32)

    return act


def clenching(env: gymnasium.Env[Any, Any]) -> Policy:
    """Every joint to its upper limit."""
    action = np.ones(20, np.float32)
    return lambda: action
