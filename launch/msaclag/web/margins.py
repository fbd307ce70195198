"""How far the arm and the coffee are from each constraint."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.gen3 import ACTUATED_JOINTS
from kinova_pour_env.kinematics import JOINT_LIMITS
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from msaclag.web.heard import Heard
from msaclag.web.surroundings import Surroundings
from sim_bridge.mirror import FARTHEST, Mirror

EMPTY = 0.01
"""Fill below which there is nothing left to spill."""


class Margin(NamedTuple):
    """What is left before a constraint is violated.

    Attributes:
        name: of the constraint.
        left: in the constraint's unit; 0 or less is a violation.
        ample: from which on there is no need to look.
        scarce: below which it is worth a warning.
        text: for a person.
    """

    name: str
    left: float
    ample: float
    scarce: float
    text: str


def margins(heard: Heard, around: Surroundings, mirror: Mirror) -> list[Margin]:
    """Those that can be told from what was heard."""
    found = []
    cup, joints = heard.newest.get("cup_motion"), heard.joint_positions
    if cup is not None:
        found.append(_spill(cup, around.task))
    if joints is not None and (place := heard.mug_place) is not None:
        found += [_workspace(place, around.task), _joint_limits(joints, around.task), *_distances(joints, mirror)]
    return found


def _spill(cup: Any, task: PourCoffeeConfig) -> Margin:
    """Coffee at the rim may leave it; only what lands beside the target cup is a violation."""
    if cup.spilled > task.spill_tolerance:
        return Margin("spill", 0.0, 1.0, 0.25, f"{1e6 * cup.spilled:.1f} ml beside the target cup")
    if cup.fill < EMPTY:
        return Margin("spill", 1.0, 1.0, 0.25, "the mug is empty")
    rim = max(0.0, 1 - cup.slosh)
    return Margin("spill", max(rim, 1e-3), 1.0, 0.25, f"{100 * rim:.0f} % of the freeboard left")


def _workspace(position: NDArray[np.float64], task: PourCoffeeConfig) -> Margin:
    room = np.concatenate([position - task.workspace_low, task.workspace_high - position])
    nearest = int(np.argmin(room))
    wall = f"{'xyz'[nearest % 3]} {'low' if nearest < 3 else 'high'}"
    return Margin("workspace", float(room[nearest]), 0.2, 0.03, f"{room[nearest]:.3f} m to {wall}")


def _joint_limits(joints: NDArray[np.float64], task: PourCoffeeConfig) -> Margin:
    limits = JOINT_LIMITS - task.joint_limit_margin
    room = limits - np.abs(joints)
    nearest = int(np.argmin(room))
    return Margin(
        "joint limits", float(room[nearest]), 0.6, 0.1, f"{room[nearest]:.2f} rad, {ACTUATED_JOINTS[nearest].name}"
    )


def _distances(joints: NDArray[np.float64], mirror: Mirror) -> list[Margin]:
    mirror.follow(joints)
    near = mirror.distances()
    found = []
    for name, of_itself in (("collision", False), ("self-collision", True)):
        nearest = next((contact for contact in near if contact.self_collision == of_itself), None)
        distance = FARTHEST if nearest is None else nearest.distance
        bodies = () if nearest is None else (body.removesuffix("_link").replace("_", " ") for body in nearest.bodies)
        text = f"beyond {FARTHEST} m" if nearest is None else f"{distance:.3f} m, {' – '.join(bodies)}"
        found.append(Margin(name, distance, 0.2, 0.02, text))
    return found
