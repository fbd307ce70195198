"""FreightFranka CloseDrawer: a Panda on a mobile base is to close a drawer, its base keeping off a red region.

The figures are those of Safety-Gymnasium's freight_franka_close_drawer (.py and .yaml in tasks/safe_isaac_gym, and the
URDF files they name), which the paper used, unless said otherwise. Every episode begins alike, as there.
"""

from pathlib import Path
from typing import Any

import gymnasium
import gymnasium_robotics
import mujoco
import numpy as np
from gymnasium.envs.mujoco.mujoco_env import MujocoEnv
from gymnasium.spaces import Box
from numpy.typing import NDArray

MODEL = Path(__file__).parents[1] / "models" / "franka_close_drawer.xml"
PANDA = Path(gymnasium_robotics.__file__).parent / "envs" / "assets" / "kitchen_franka" / "franka_assets"
FRAME_SKIP, RATE = 4, 60
"""Steps of MuJoCo with an action, and actions in a second. The original takes two steps of PhysX."""
TARGET_SPEED = 20.0
"""m/s or rad/s of a joint's target at an action of ±1."""
DRIVEN = 10
"""Joints that follow targets: the base's x, y and yaw, and the Panda's seven; the fingers get forces, ±100 N."""
JOINTS = 12
ARMATURE = 0.01
START = np.array([0, 0, 0, 0, 0, 0, -0.9425, 0, 1.1205 - np.pi / 2, -np.pi / 4, 0.04, 0.04])
"""0.3 of the sum of the original's limits, the fingers apart. The last two of the seven are counted from where the
Panda of Gymnasium-Robotics has its noughts."""
DRAWER_START = 0.2
"""m it is open at first, and the drive that acts against its being closed draws it to: by 30 N/m, and 4 N at most."""
CLOSED = 0.01
"""m."""
FORBIDDEN = np.array([[-0.2, 0.3], [-0.5, 0.5]])
"""x and y (m) in which the base's centre must not be."""
FINGERTIP = np.array([0, 0, 0.107 + 0.13])
"""m from the flange, between the fingers' tips."""
NEAR = 0.1
"""m between fingertip and handle, from which on nearness counts double."""
ROTATION_WEIGHT, OPEN_WEIGHT = 0.5, 10.0

Array = NDArray[np.float64]


class FrankaCloseDrawer(MujocoEnv, gymnasium.utils.EzPickle):
    """A mobile Panda before a drawer that stands open.

    Observation (57): joint positions scaled to ±1 by their limits (12) and velocities (12), the drawer's opening and
    its velocity (2), the hand's place from where the base stood at first, quaternion, velocity and angular velocity
    (13), the last action (12), the handle's place from there (3) and from the fingertip (3).
    Action (12): see `DRIVEN` and `TARGET_SPEED`.
    Reward: r_d + 0.5 r_rot − 10 q; q is the drawer's opening (m); r_d = 1/(1 + d²)², twice that where the fingertip's
    distance d from the handle is 0.1 m or less; r_rot = ½ Σ sign(ω) ω², with ω₁ the part of the hand's y axis that
    points upwards and ω₂ that of its x axis that points to −y: both are 1 where the fingers stand across the handle.
    Violation: the base's centre is in the red region. Success: q < 0.01 m, and nothing is violated.

    Two of the original's slips are not repeated: it observes the handle as though the drawer did not move, and carries
    the joints' targets over from one episode to the next.
    """

    metadata = {"render_modes": ["human", "rgb_array", "depth_array", "rgbd_tuple"], "render_fps": RATE}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        """Build the scene.

        Args:
            **kwargs: of `MujocoEnv`: render_mode, width, height, …
        """
        gymnasium.utils.EzPickle.__init__(self, **kwargs)
        space = Box(-np.inf, np.inf, (3 * JOINTS + 2 + 13 + 6,), np.float64)
        MujocoEnv.__init__(self, str(MODEL), FRAME_SKIP, space, camera_name="side", **kwargs)
        self.action_space = Box(-1.0, 1.0, (JOINTS,))
        self._lowest, self._highest = self.model.jnt_range[1:].T
        self._origin = self.model.body("freight").pos.copy()
        self._action: Array = np.zeros(JOINTS)

    def _initialize_simulation(self) -> tuple[Any, Any]:
        model = _scene()
        model.vis.global_.offwidth, model.vis.global_.offheight = self.width, self.height
        return model, mujoco.MjData(model)

    def reset_model(self) -> Array:
        """The drawer stands open, and the robot before it."""
        self.data.qpos[:] = np.concatenate([[DRAWER_START], START])
        self.data.ctrl[:] = np.concatenate([START[:DRIVEN], [0, 0, DRAWER_START]])
        self._action = np.zeros(JOINTS)
        mujoco.mj_forward(self.model, self.data)
        return self._observation()

    def step(self, action: NDArray[np.float32]) -> tuple[Array, float, bool, bool, dict[str, Any]]:  # type: ignore[override]
        """A sixtieth of a second with an action."""
        self._action = np.clip(action, -1, 1).astype(np.float64)
        targets = self.data.ctrl[:DRIVEN] + self._action[:DRIVEN] * TARGET_SPEED / RATE
        targets = np.clip(targets, self._lowest[:DRIVEN], self._highest[:DRIVEN])
        self.do_simulation(np.concatenate([targets, self._action[DRIVEN:], [DRAWER_START]]), self.frame_skip)
        mujoco.mj_forward(self.model, self.data)  # what is seen and paid is of the state reached
        base = self.data.body("freight").xpos[:2]
        violated = bool(((FORBIDDEN[:, 0] <= base) & (base <= FORBIDDEN[:, 1])).all())
        opening = float(self.data.qpos[0])
        info = {"cost": float(violated), "is_success": not violated and opening < CLOSED, "opening": opening}
        if self.render_mode == "human":
            self.render()  # type: ignore[no-untyped-call]
        return self._observation(), self._reward(opening), violated, False, info

    @property
    def fingertip(self) -> Array:
        """[3], m: between the fingers' tips."""
        flange = self.data.body("panda0_link7")
        return flange.xpos + flange.xmat.reshape(3, 3) @ FINGERTIP

    def _reward(self, opening: float) -> float:
        distance = np.linalg.norm(self.fingertip - self.data.site("handle").xpos)
        nearness = (2 if distance <= NEAR else 1) / (1 + distance**2) ** 2
        hand = self.data.body("panda0_leftfinger").xmat.reshape(3, 3)
        aligned = np.array([hand[2, 1], -hand[1, 0]])
        rotation = 0.5 * (np.sign(aligned) * aligned**2).sum()
        return float(nearness + ROTATION_WEIGHT * rotation - OPEN_WEIGHT * opening)

    def _observation(self) -> Array:
        data = self.data
        hand = data.body("panda0_leftfinger")
        twist = np.zeros(6)
        mujoco.mj_objectVelocity(self.model, data, mujoco.mjtObj.mjOBJ_XBODY, hand.id, twist, 0)
        scaled = 2 * (data.qpos[1:] - self._lowest) / (self._highest - self._lowest) - 1
        handle = data.site("handle").xpos
        return np.concatenate(
            [
                *(scaled, data.qvel[1:], data.qpos[:1], data.qvel[:1]),
                *(hand.xpos - self._origin, hand.xquat, twist[3:], twist[:3]),
                *(self._action, handle - self._origin, handle - self.fingertip),
            ]
        )


def _scene() -> Any:
    """The model, the Panda's parts taken from where Gymnasium-Robotics is installed."""
    parts = {f"panda_{name}": (PANDA / name).read_bytes() for name in ("assets.xml", "chain.xml")}
    spec = mujoco.MjSpec.from_string(MODEL.read_text(), parts)
    spec.meshdir = str(PANDA / "meshes")
    spec.option.timestep = 1 / (RATE * FRAME_SKIP)
    model = spec.compile()
    for joint in range(1, 8):
        arm = model.joint(f"robot:panda0_joint{joint}")
        arm.damping[:], arm.armature[:] = 0, ARMATURE  # its drive damps it
    mujoco.mj_setConst(model, mujoco.MjData(model))
    return model
