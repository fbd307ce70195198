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

Array = NDArray[np.float64]
Observation = dict[str, Array]


class FetchPushTopple(MujocoFetchEnv, gymnasium.utils.EzPickle):
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
            **kwargs: of the `BaseRobotEnv` of Gymnasium-Robotics: render_mode, width, height.
        """
        gymnasium.utils.EzPickle.__init__(self, **kwargs)
        MujocoFetchEnv.__init__(
            self,
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
        self.model = _scene(self.fullpath)
        self.data = mujoco.MjData(self.model)
        self._model_names = self._utils.MujocoModelNames(self.model)
        self.model.vis.global_.offwidth = self.width
        self.model.vis.global_.offheight = self.height
        self._env_setup(initial_qpos=self.initial_qpos)
        self.initial_time = self.data.time
        self.initial_qpos = np.copy(self.data.qpos)
        self.initial_qvel = np.copy(self.data.qvel)

    def step(self, action: NDArray[np.float32]) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """40 ms with an action."""
        before, reach_before = self.data.site("object0").xpos.copy(), self._reach
        self._set_action(np.clip(action, -1, 1))
        self._mujoco_step(action)
        self._step_callback()
        observation = self._get_obs()
        box = self.data.site("object0")
        tilt = float(np.arccos(np.clip(box.xmat[8], -1, 1)))
        violated = tilt > TILT_LIMIT or bool((np.abs(box.xpos[:2] - TABLE_CENTRE) > TABLE_HALF_SIZES).any())
        info = {
            "cost": float(violated),
            "is_success": not violated and bool(self._is_success(box.xpos, self.goal)),
            "tilt": tilt,
            "box_before": before,
            "reached": reach_before - self._reach,
        }
        if self.render_mode == "human":
            self.render()
        return observation, self.compute_reward(box.xpos, self.goal, info), violated, False, info

    def compute_reward(self, achieved_goal: Array, desired_goal: Array, info: dict[str, Any]) -> float:
        """Of the step that `info` tells of, had its goal been `desired_goal`; goals are places [3] in m."""
        distance = np.linalg.norm(achieved_goal - desired_goal)
        approached = np.linalg.norm(info["box_before"] - desired_goal) - distance
        return float(APPROACH_WEIGHT * approached + REACH_WEIGHT * info["reached"] + BONUS * (distance < GOAL_RADIUS))

    @property
    def _reach(self) -> float:
        """From gripper to box, m."""
        return float(np.linalg.norm(self.data.site("robot0:grip").xpos - self.data.site("object0").xpos))


def _scene(push: str) -> mujoco.MjModel:
    """FetchPush's, its cube drawn out to the tall box."""
    spec = mujoco.MjSpec.from_file(push)
    box = spec.geom("object0")
    box.size = HALF_SIZES
    box.friction[0], box.priority = FRICTION, 1  # its own counts, not the larger of two
    return spec.compile()
