"""The way of the joints to the first state: looked at as a whole before the arm goes it by itself.

A joint action knows neither bodies nor the mug, and heeds no protection zone. The mug's place alone does not tell how
far it will go: the elbow of an arm with seven joints turns while the mug stands still, by more than 0.6 rad in 8 of 100
episodes of random actions. So the straight line of the joints is looked at, and another way is found where it won't do.
"""

from collections.abc import Generator
from itertools import pairwise
from math import acos, ceil

import numpy as np

from kinova_pour_env.arm import ArmError, Vector
from kinova_pour_env.gen3 import ACTUATED_JOINTS
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kinematics import cup_kinematics, wrap
from kinova_pour_env.kortex.joint_path import LONGEST, find_path, first_problem, points_along
from kinova_pour_env.safety.nearness import NearestDistance
from kinova_pour_env.safety.safety_config import SafetyConfig

FARTHEST_PLACE = 0.25
"""m from its place at Home: where the mug may pass."""
FARTHEST_TILT = 0.35
"""rad: a mug that is full to three quarters spills beyond 0.53."""
FARTHEST_JOINT = 0.6
"""rad: a joint that has to turn further has left Home's posture, and may not where nothing tells distances."""
SLACK = 0.02
"""m, and rad: by how much the mug may leave the start for the worse where it is farther already."""
STEP = 0.03
"""rad of the farthest joint, between the points that are looked at."""
LEG = 2.0
"""rad that the farthest joint turns by at most in one action: which way round it goes is then beyond doubt."""
REMEDY = "bring the arm to Home by Kinova's action of that name, or by the joystick, and acknowledge"


def joint_way(start: Vector, goal: Vector) -> Vector:
    """How each joint turns, [7] rad: the shorter way round, where it has no range."""
    turns = (goal - start).tolist()
    return np.array(
        [turn if np.isfinite(joint.limit) else wrap(turn) for joint, turn in zip(ACTUATED_JOINTS, turns, strict=True)]
    )


def find_way(
    start: Vector, goal: Vector, nearest: NearestDistance | None, safety: SafetyConfig
) -> Generator[None, None, list[Vector]]:
    """Look for a way; yields often, for the arm to be watched meanwhile.

    Args:
        start: [7] rad.
        goal: [7] rad.
        nearest: how near bodies are to each other, where something tells it.
        safety: the margins to keep.

    Returns:
        Joint positions [7] rad to go to, one after the other, each straight from the one before.

    Raises:
        ArmError: the arm must not go by itself; with the joint, the place or the distance, and what to do.
    """
    way = joint_way(start, goal)
    problem = _unseen(way) if nearest is None else ""
    room = _Room(start, nearest, safety.body_distance)
    problem = problem or (
        yield from first_problem(points_along(start, way, ceil(np.abs(way).max() / STEP)), room.problem)
    )
    if not problem:
        return _legs([start, start + way])
    if nearest is None:
        raise ArmError(f"{problem}: {REMEDY}")
    path = yield from find_path(start, start + way, room.problem, safety.joint_margin, STEP)
    if path is None:
        raise ArmError(f"{problem}, and no other way was found in {LONGEST:g} s: {REMEDY}")
    return _legs([start, *path])


class _Room:
    """Where the arm may be on the way: as good as an arm beside Home, or no worse than where it stands."""

    def __init__(self, start: Vector, nearest: NearestDistance | None, distance: float) -> None:
        """`distance` is what bodies keep, m.

        Raises:
            ArmError: they touch where the arm stands.
        """
        self._nearest = nearest
        place, tilt, least = self._look(start)
        if least < 0:
            raise ArmError(f"two bodies touch where the arm stands, by {-1000 * least:.0f} mm: {REMEDY}")
        self._place, self._tilt = max(FARTHEST_PLACE, place + SLACK), max(FARTHEST_TILT, tilt + SLACK)
        self._distance = min(distance, 0.9 * least)

    def problem(self, positions: Vector) -> str:
        """What is wrong with joint positions [7] rad, in words; empty if nothing."""
        place, tilt, least = self._look(positions)
        if place > self._place:
            return f"on the joints' way home the mug would go {place:.2f} m from its place there"
        if tilt > self._tilt:
            return f"on the joints' way home the mug would tilt by {tilt:.2f} rad"
        if least < self._distance:
            return (
                f"on the joints' way home two bodies would be {1000 * least:.0f} mm from each other, allowed are "
                f"{1000 * self._distance:.0f} mm"
            )
        return ""

    def _look(self, positions: Vector) -> tuple[float, float, float]:
        """How far from Home's place the mug is, m, how much it tilts, rad, and the least distance of bodies, m."""
        cup = cup_kinematics(positions)
        least = float(self._nearest(positions).distances.min()) if self._nearest else np.inf
        return float(np.linalg.norm(cup.position - CUP_AT_HOME)), acos(min(1.0, cup.rotation[2, 2])), least


def _unseen(way: Vector) -> str:
    """What keeps the arm from going without anything that tells distances, in words; empty if nothing."""
    farthest = int(np.abs(way).argmax())
    if abs(way[farthest]) <= FARTHEST_JOINT:
        return ""
    return (
        f"{ACTUATED_JOINTS[farthest].name} is {abs(way[farthest]):.2f} rad from where the arm begins, allowed are "
        f"{FARTHEST_JOINT:g} rad where no mirror tells distances"
    )


def _legs(corners: list[Vector]) -> list[Vector]:
    """The corners but the first, and points between those that are far from each other."""
    legs: list[Vector] = []
    for start, end in pairwise(corners):
        parts = max(1, ceil(np.abs(end - start).max() / LEG))
        legs.extend(points_along(start, end - start, parts)[1:])
    return legs
