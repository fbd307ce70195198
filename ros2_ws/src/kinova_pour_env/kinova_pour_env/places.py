"""Whether the mug can be where an episode begins and where it has to go."""

import numpy as np
from pydantic import ValidationError

from kinova_pour_env.arm import Vector
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME, joint_positions_at
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig, TaskError
from kinova_pour_env.scene import Scene


def check_places(scene: Scene, config: PourCoffeeConfig) -> None:
    """Every start and every goal that an episode can have lies in the workspace, and the goals in reach.

    Raises:
        TaskError: one lies outside the workspace, or the disturbance could draw a scene that cannot be.
        ArmError: a goal is out of the arm's reach.
    """
    for name, start in (("lowest", CUP_AT_HOME - scene.start_spread), ("highest", CUP_AT_HOME + scene.start_spread)):
        _check_in_workspace(start, f"the {name} start", config)
    try:
        scenes = config.disturbance.extremes(scene)
    except ValidationError as error:
        problem = error.errors()[0]
        raise TaskError(
            f"disturbance: an episode could have {problem['loc'][-1]} {problem['input']:.3g}, "
            f"but {problem['msg'].lower()}"
        ) from error
    for place in {extreme.goal_position for extreme in scenes}:
        goal = np.array(place)
        _check_in_workspace(goal, "the goal", config)
        joint_positions_at(goal, "goal")


def _check_in_workspace(place: Vector, name: str, config: PourCoffeeConfig) -> None:
    for axis, value, low, high in zip("xyz", place, config.workspace_low, config.workspace_high, strict=True):
        if not low <= value <= high:
            raise TaskError(f"{name} lies outside the workspace: {axis} is {value:g} m, the box {low:g} to {high:g} m")
