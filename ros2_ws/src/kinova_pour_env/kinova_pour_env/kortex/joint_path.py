"""A path of the joints between two postures, found by RRT-Connect (Kuffner and LaValle 2000) of the library OMPL."""

import atexit
import os
import time
from collections.abc import Callable, Generator, Iterable
from math import ceil

import numpy as np
from ompl import base, geometric, util

from kinova_pour_env.arm import JOINTS, Vector
from kinova_pour_env.kinematics import JOINT_LIMITS

SLICE = 0.01
"""s that are planned for between two yields, for whoever watches the arm meanwhile."""
LONGEST = 15.0
"""s until a path is given up."""
LATEST = 0.03
"""s after which a slice is over whatever the planner is at; less than the watchdog waits for."""
RANGE = 0.2
"""rad that a tree grows by at most: so many looks fit into a slice."""

Problem = Callable[[Vector], str]
"""What is wrong with joint positions [7] rad, in words; empty if nothing."""


def find_path(
    start: Vector, goal: Vector, problem: Problem, margin: float, step: float
) -> Generator[None, None, list[Vector] | None]:
    """Corners of a path of straight legs, the start left out and the goal last; or None where none is found.

    Args:
        start: [7] rad, without a problem.
        goal: [7] rad, likewise.
        problem: asked for at every `step` of a path.
        margin: rad, from the ends of the joints' ranges.
        step: rad.
    """
    util.setLogLevel(util.LOG_NONE)
    space = _space(start, goal, margin)
    setup = geometric.SimpleSetup(space)
    late = 0.0

    def valid(state: base.State) -> bool:
        """Nothing is when the slice is over: a tree may grow for long before the planner looks at its clock."""
        return time.monotonic() < late and not problem(_positions(state))

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
    return (yield from _shortened(corners, problem, step))


def _shortened(corners: list[Vector], problem: Problem, step: float) -> Generator[None, None, list[Vector]]:
    """Of each corner straight on to the last one that can be reached so; the first is left out."""
    kept, here = list[Vector](), 0
    while here < len(corners) - 1:
        for there in range(len(corners) - 1, here, -1):
            way = corners[there] - corners[here]
            points = points_along(corners[here], way, ceil(float(np.linalg.norm(way)) / step))[1:-1]
            if there == here + 1 or not (yield from first_problem(points, problem)):
                break
        kept.append(corners[there])
        here = there
    return kept


def first_problem(points: Iterable[Vector], problem: Problem) -> Generator[None, None, str]:
    """Of joint positions one after the other, in words; empty if there is none."""
    begun = time.monotonic()
    for positions in points:
        if found := problem(positions):
            return found
        if time.monotonic() - begun > SLICE:
            yield
            begun = time.monotonic()
    return ""


def points_along(start: Vector, way: Vector, parts: int) -> list[Vector]:
    """Both ends of a way, and points that part it evenly."""
    return [start + share * way for share in np.linspace(0.0, 1.0, 1 + max(1, parts))]


@atexit.register
def _unheard() -> None:
    """OMPL's bindings list what they still hold when Python has ended: 30 lines of nanobind that help nobody."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _space(start: Vector, goal: Vector, margin: float) -> base.RealVectorStateSpace:
    """Joint positions within their ranges, or half a turn either way; both ends are in it."""
    ends = np.stack((start, goal))
    limits = JOINT_LIMITS - margin
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
