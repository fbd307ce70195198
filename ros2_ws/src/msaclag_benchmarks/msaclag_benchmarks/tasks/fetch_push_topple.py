"""Fetch PushTopple: a Fetch is to push a tall box to a place on its table without toppling it.

FetchPush of Gymnasium-Robotics, with a tall box instead of its cube. No code of the original was published; what the
paper leaves open is chosen here and said so. Pushed higher above its foot than half its width over the friction
coefficient a box topples rather than slides. Of the gripper it is the hand that pushes, which juts out beyond the
fingers and begins 72 mm above the table where they all but touch it: so the coefficient is 0.2 here and the height
125 mm of 150, and a gripper 4 cm higher topples the box. With the 1.0 of FetchPush's cube, 25 mm, no push would do.
"""

from math import radians
from typing import Any

import gymnasium
import mujoco
import numpy as np
from gymnasium_robotics.envs.fetch.fetch_env import MujocoFetchEnv
from gymnasium_robotics.envs.fetch.push import MODEL_XML_PATH
from numpy.typing import NDArray

from msaclag_benchmarks.tasks.goal_task import Array, GoalTask

HALF_SIZES = (0.025, 0.025, 0.075)
"""m, this project's choice; FetchPush's cube is 0.025 all round, of the same 2 kg."""
FRICTION = 0.2
"""Of the box's contacts, this project's choice: see above."""
TABLE_TOP, TABLE_CENTRE, TABLE_HALF_SIZES = 0.4, (1.3, 0.75), (0.25, 0.35)
"""m; FetchPush's."""
TILT_LIMIT = radians(30)
"""Of the box's axis, this project's choice: beyond atan(25/75), 18°, the box falls of its own."""
RANGE, GOAL_RADIUS = 0.15, 0.05
"""m around the gripper's start in which box and goal are drawn, and the distance that counts as there; FetchPush's."""
APPROACH_WEIGHT, REACH_WEIGHT, BONUS = 20.0, 5.0, 0.15
"""Of the reward, 1/m, 1/m and 1. The paper prints none; its returns of 7 rule FetchPush's out, never positive.
This one pays for progress, so that neither waiting nor an early end is worth anything by itself; a push to the goal
within 20 of the 50 steps earns some 7, one in the wrong direction as much less than nothing."""
START = {
    "robot0:slide0": 0.405,
    "robot0:slide1": 0.48,
    "robot0:slide2": 0.0,
    "object0:joint": [1.25, 0.53, TABLE_TOP + HALF_SIZES[2], 1.0, 0.0, 0.0, 0.0],
}
"""FetchPush's, the box on its foot."""


class FetchPushTopple(GoalTask, gymnasium.utils.EzPickle):
    """Observation: FetchPush's 25 and the goals, achieved and desired (3 each), which are places of the box's centre.

    Action (4): the gripper's displacement, ±1 being ±0.05 m, and its fingers, which are locked.
    Reward: 20 (d − d′) + 5 (g − g′) + 0.15 [d′ < 0.05], d and g being the distances (m) from box to goal and from
    gripper to box before the step, d′ and g′ those after it.
    Violation: the box's axis tilts beyond 30° from the vertical, or its centre is beside the table.
    Success: the box's centre is within 0.05 m of the goal, and nothing is violated.
    """

    def __init__(self, **kwargs: Any) -> None:
        """Build the scene.

        Args:
            **kwargs: of Gymnasium-Robotics: render_mode, width, height.
        """
        gymnasium.utils.EzPickle.__init__(self, **kwargs)
        GoalTask.__init__(self, _TallBoxPush(**kwargs))

    def step(self, action: NDArray[np.float32]) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """40 ms with an action."""
        distance_before, reach_before = self._distances()
        observation, *_ = self.simulation.step(action)
        distance, reach = self._distances()
        near = distance < GOAL_RADIUS
        reward = APPROACH_WEIGHT * (distance_before - distance) + REACH_WEIGHT * (reach_before - reach) + BONUS * near
        box = self.data.site("object0")
        tilt = float(np.arccos(np.clip(box.xmat[8], -1, 1)))
        violated = tilt > TILT_LIMIT or bool((np.abs(box.xpos[:2] - TABLE_CENTRE) > TABLE_HALF_SIZES).any())
        info = {"cost": float(violated), "is_success": near and not violated, "tilt": tilt, "distance": distance}
        return self._flat(observation), reward, violated, False, info

    def _distances(self) -> tuple[float, float]:
        """From box to goal and from gripper to box, m."""
        box, gripper = self.data.site("object0").xpos, self.data.site("robot0:grip").xpos
        return float(np.linalg.norm(box - self.goal)), float(np.linalg.norm(gripper - box))


class _TallBoxPush(MujocoFetchEnv):
    """FetchPush, its cube drawn out to the tall box."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            model_path=MODEL_XML_PATH,
            has_object=True,
            block_gripper=True,
            n_substeps=20,
            gripper_extra_height=0.0,
            target_in_the_air=False,
            target_offset=0.0,
            obj_range=RANGE,
            target_range=RANGE,
            distance_threshold=GOAL_RADIUS,
            initial_qpos=START,
            reward_type="dense",
            **kwargs,
        )

    def _initialize_simulation(self) -> None:
        """As it does itself, from another model."""
        spec = mujoco.MjSpec.from_file(self.fullpath)
        box = spec.geom("object0")
        box.size = HALF_SIZES
        box.friction[0], box.priority = FRICTION, 1  # its own counts, not the larger of two
        self.model = spec.compile()
        self.data = mujoco.MjData(self.model)
        self._model_names = self._utils.MujocoModelNames(self.model)
        self.model.vis.global_.offwidth = self.width
        self.model.vis.global_.offheight = self.height
        self._env_setup(initial_qpos=START)
        self.initial_time = self.data.time
        self.initial_qpos = np.copy(self.data.qpos)
        self.initial_qvel = np.copy(self.data.qvel)
