"""Fetch PushTopple: round the box and push it low, or ram it high."""

from functools import partial
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from msaclag_benchmarks.scripted.policy import Policy

LOW, HIGH = 0.42, 0.46
"""m, of the gripper: the foremost part of its hand is some 5 cm above, and the box's top at 0.55."""
STRIDE, CLOSE_STRIDE = 0.015, 0.6
"""m in a step of pushing, and no more than this of the way that is left."""
STRIDE_OF_ACTION = 0.05
ROUND, BEHIND = 0.135, 0.12
"""m from the box's centre, on the way round it and at the end of that."""
FARTHEST = 0.15
TURN, NEARLY = 0.5, 0.25
"""rad round the box in a step, and before the end of the way."""
ASIDE, GAP = 0.02, 0.1
"""m beside the line from box to goal, and behind the box, where it pushes."""
DONE = 0.03
"""m from the goal."""
TINY = 1e-9

Array = NDArray[np.float64]


def pushing(height: float, env: gymnasium.Env[Any, Any]) -> Policy:
    """Takes the box to the goal with the gripper at a height (m)."""
    simulated = env.unwrapped
    data, goal = simulated.data, simulated.goal  # type: ignore[attr-defined]

    def act() -> NDArray[np.float32]:
        box, gripper = data.site("object0").xpos, data.site("robot0:grip").xpos
        across = _stride(goal[:2] - box[:2], gripper[:2] - box[:2])
        moved = np.array([*across, height - gripper[2]]) / STRIDE_OF_ACTION
        return np.append(moved / max(1, np.abs(moved).max()), 0).astype(np.float32)

    return act


def _stride(to_goal: Array, from_box: Array) -> Array:
    """Of the gripper, [2] in m; `to_goal` is seen from the box and `from_box` is where the gripper is."""
    distance = float(np.linalg.norm(to_goal))
    if distance < DONE:
        return np.zeros(2)
    ahead = to_goal / distance
    behind = -float(from_box @ ahead)
    aside = from_box + behind * ahead
    if behind > DONE and np.linalg.norm(aside) < ASIDE:
        stride = min(0.02, behind - 0.09) if behind > GAP else min(STRIDE, CLOSE_STRIDE * distance)
        return stride * ahead - 0.5 * aside
    angle, wanted = np.arctan2(*from_box[::-1]), np.arctan2(*-ahead[::-1])
    turn = (wanted - angle + np.pi) % (2 * np.pi) - np.pi
    radius = max(ROUND if abs(turn) > NEARLY else BEHIND, min(float(np.linalg.norm(from_box)), FARTHEST))
    angle += np.clip(turn, -TURN, TURN)
    return radius * np.array([np.cos(angle), np.sin(angle)]) - from_box


pushing_low = partial(pushing, LOW)


def ramming(env: gymnasium.Env[Any, Any]) -> Policy:
    """Straight at the box, high and as fast as it goes."""
    data = env.unwrapped.data  # type: ignore[attr-defined]

    def act() -> NDArray[np.float32]:
        way = (data.site("object0").xpos - data.site("robot0:grip").xpos)[:2]
        moved = [*(way / max(TINY, np.abs(way).max())), (HIGH - data.site("robot0:grip").xpos[2]) / STRIDE_OF_ACTION]
        return np.clip([*moved, 0], -1, 1).astype(np.float32)

    return act
