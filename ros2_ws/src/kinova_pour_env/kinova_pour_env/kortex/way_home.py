"""The straight line of the joints to the first state: looked at before the arm goes it by itself.

A joint action knows neither bodies nor the mug, and heeds no protection zone. The mug's place alone does not tell how
far it will go: the elbow of an arm with seven joints may have turned while the mug stood still.
"""

import numpy as np

from kinova_pour_env.arm import ArmError, Vector
from kinova_pour_env.gen3 import ACTUATED_JOINTS
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kinematics import cup_kinematics, wrap
from kinova_pour_env.safety.nearness import NearestDistance

FARTHEST_JOINT = 0.6
"""rad: a joint that has to turn further has left the arm's posture at Home."""
FARTHEST_PLACE = 0.1
"""m from the ends of the way, or from Home: what the mug may leave them by."""
STEP = 0.03
"""rad of the farthest joint, between the points that are looked at."""
REMEDY = "bring the arm to Home by Kinova's action of that name, or by the joystick, and acknowledge"


def joint_way(start: Vector, goal: Vector) -> Vector:
    """How each joint turns, [7] rad, the shorter way round."""
    return np.array([wrap(turn) for turn in (goal - start).tolist()])


def check_way(start: Vector, goal: Vector, nearest: NearestDistance | None = None, distance: float = 0.0) -> None:
    """Look at the whole way.

    Args:
        start: [7] rad.
        goal: [7] rad.
        nearest: how near bodies are to each other, where something tells it.
        distance: m, that bodies keep.

    Raises:
        ArmError: the arm must not go it by itself; with the joint, the place or the distance, and what to do.
    """
    way = joint_way(start, goal)
    farthest = int(np.abs(way).argmax())
    if abs(way[farthest]) > FARTHEST_JOINT:
        raise ArmError(
            f"{ACTUATED_JOINTS[farthest].name} is {abs(way[farthest]):.2f} rad from where the arm begins, allowed are "
            f"{FARTHEST_JOINT:g} rad: {REMEDY}"
        )
    room = FARTHEST_PLACE + float(np.linalg.norm(cup_kinematics(goal).position - CUP_AT_HOME))
    for share in np.linspace(0.0, 1.0, 2 + int(abs(way[farthest]) / STEP)):
        positions = start + share * way
        away = float(np.linalg.norm(cup_kinematics(positions).position - CUP_AT_HOME))
        if away > room:
            raise ArmError(f"on the joints' way home the mug would go {away:.2f} m from its place there: {REMEDY}")
        if nearest is not None and (least := float(nearest(positions).distances.min())) < distance:
            raise ArmError(
                f"on the joints' way home two bodies would be {1000 * least:.0f} mm from each other, allowed are "
                f"{1000 * distance:.0f} mm: {REMEDY}"
            )
