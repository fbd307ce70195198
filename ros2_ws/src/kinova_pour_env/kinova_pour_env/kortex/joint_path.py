"""A path of the joints between two postures, found by RRT-Connect (Kuffner and LaValle 2000) of the library OMPL."""

import atexit
import os
import time
from collections.abc import Callable, Generator
from math import ceil

import numpy as np
from ompl import base, geometric, util

from kinova_pour_env.arm import JOINTS, Vector
from kinova_pour_env.gen3 import ACTUATED_JOINTS

SLICE = 0.01
"""s that are planned for between two yields, for whoever watches the arm meanwhile."""
LONGEST = 15.0
"""s until a path is given up."""
LATEST = 0.03
"""s after which a slice is over whatever the planner is at; less than the watchdog waits for."""
RANGE = 0.2
"""rad that a tree grows by at most: so many looks fit into a slice."""

Allowed = Callable[[Vector], bool]
"""Whether the arm may have these joint positions, [7] rad."""


def find_path(
    start: Vector, goal: Vector, allowed: Allowed, margin: float, step: float
) -> Generator[None, None, list[Vector] | None]:
    """Corners of a path of straight legs, the start left out and the goal last; or None where none is found.

    Args:
        start: [7] rad, allowed.
        goal: [7] rad, allowed.
        allowed: asked at every `step` of a path.
        margin: rad, from the ends of the joints' ranges.
        step: rad.
    """
    util.setLogLevel(util.LOG_NONE)
    space = _space(start, goal, margin)
    setup = geometric.SimpleSetup(space)
    late = 0.0

    def valid(state: base.State) -> bool:
        """Nothing is when the slice is over: a tree may grow for long before the planner looks at its clock."""
        return time.monotonic() < late and allowed(_positions(state))

    setup.setStateValidityChecker(valid)
    information = setup.getSpaceInformation()
    information.setStateValidityCheckingResolution(step / space.getMaximumExtent())
    planner = geometric.RRTConnect(information)
    planner.setRange(RANGE)
    setup.setPlanner(planner)
    setup.setStartAndGoalStates(_state(space, start), _state(space, goal))
    for _ in range(round(LONGEST / SLICE)):
        late = time.monotonic() + LATEST
        setup.solve(SLICE)
        yield
        if setup.haveExactSolutionPath():
            break
    else:
        return None
    corners = [_positions(state) for state in setup.getSolutionPath().getStates()]
    return (yield from _shortened(corners, allowed, step))


def _shortened(corners: list[Vector], allowed: Allowed, step: float) -> Generator[None, None, list[Vector]]:
    """Of each corner straight on to the last one that can be reached so; the first is left out."""
    kept, here = list[Vector](), 0
    while here < len(corners) - 1:
        there = len(corners) - 1
        while there > here + 1 and not (yield from _free(corners[here], corners[there], allowed, step)):
            there -= 1
        kept.append(corners[there])
        here = there
    return kept


def _free(start: Vector, end: Vector, allowed: Allowed, step: float) -> Generator[None, None, bool]:
    """Whether the straight leg between two corners is allowed."""
    begun = time.monotonic()
    for share in np.linspace(0, 1, ceil(float(np.linalg.norm(end - start)) / step) + 1)[1:-1]:
        if not allowed(start + share * (end - start)):
            return False
        if time.monotonic() - begun > SLICE:
            yield
            begun = time.monotonic()
    return True


@atexit.register
def _unheard() -> None:
    """OMPL's bindings list what they still hold when Python has ended: 30 lines of nanobind that help nobody."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _space(start: Vector, goal: Vector, margin: float) -> base.RealVectorStateSpace:
    """Joint positions within their ranges, or half a turn either way; both ends are in it."""
    ends = np.stack((start, goal))
    limits = np.array([joint.limit - margin for joint in ACTUATED_JOINTS])
    low = np.where(np.isfinite(limits), -limits, start - np.pi)
    high = np.where(np.isfinite(limits), limits, start + np.pi)
    bounds = base.RealVectorBounds(JOINTS)
    for joint, (least, most) in enumerate(
        zip(np.minimum(low, ends.min(0)), np.maximum(high, ends.max(0)), strict=True)
    ):
        bounds.setLow(joint, float(least))
        bounds.setHigh(joint, float(most))
    space = base.RealVectorStateSpace(JOINTS)
    space.setBounds(bounds)
    return space


def _state(space: base.RealVectorStateSpace, positions: Vector) -> base.State:
    state = space.allocState()
    for joint, position in enumerate(positions.tolist()):
        state[joint] = position
    return state


def _positions(state: base.State) -> Vector:
    return np.array([state[joint] for joint in range(JOINTS)])
