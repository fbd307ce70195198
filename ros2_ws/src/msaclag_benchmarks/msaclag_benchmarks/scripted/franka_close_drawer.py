"""FreightFranka CloseDrawer: turned round and then pushing with the arm, or driving up to the cabinet."""

from typing import Any

import gymnasium
import mujoco
import numpy as np
from numpy.typing import NDArray

from msaclag_benchmarks.scripted.policy import Policy
from msaclag_benchmarks.tasks.franka_close_drawer import DRIVEN, JOINTS, RATE, TARGET_SPEED

STANCE = np.array([0.0, 0.15, 3.1])
"""Of the base (m, m, rad), from where and as it stands at first."""
HASTE = 0.1
"""Of the base's actions: it weighs little, and swings."""
TURNED = 25
"""Steps after which the arm begins; by then the base has turned."""
HAND = np.array([[0.0, 0, -1], [-1, 0, 0], [0, 1, 0]])
"""Its orientation that earns most."""
BEFORE, BEYOND = 0.1, -0.06
"""m in x from the handle: where the fingertip waits, and where it pushes to."""
ALIGNED = 0.04
"""m beside the handle."""
REACH, TILT, TILT_WEIGHT = 0.1, 0.5, 0.3
"""m and rad of the error that are met at once, and m for a rad."""
GAIN, SOFTNESS = 2.0, 1e-3

Array = NDArray[np.float64]


def pushing(env: gymnasium.Env[Any, Any]) -> Policy:
    """Aligns the fingertip with the handle and pushes; the base stays off the red region."""
    simulated: Any = env.unwrapped
    model, data = simulated.model, simulated.data
    arm = slice(4, 11)
    steps, closing = 0, False

    def act() -> NDArray[np.float32]:
        nonlocal steps, closing
        steps += 1
        targets = data.ctrl[:DRIVEN].copy()
        targets[:3] = STANCE
        if steps > TURNED:
            tip, handle = simulated.fingertip, data.site("handle").xpos
            closing = closing or (steps > 2 * TURNED and bool(np.linalg.norm((tip - handle)[1:]) < ALIGNED))
            wanted = handle + np.array([BEYOND if closing else BEFORE, 0, 0])
            targets[3:] = data.qpos[arm] + GAIN * _towards(model, data, tip, wanted, arm)
        action = np.zeros(JOINTS)
        action[:DRIVEN] = (targets - data.ctrl[:DRIVEN]) * RATE / TARGET_SPEED
        action[:3] *= HASTE
        return np.clip(action, -1, 1).astype(np.float32)

    return act


def _towards(model: Any, data: Any, tip: Array, wanted: Array, arm: slice) -> Array:
    """What the arm's joints [7] have to change by to take the fingertip [3] on its way and the hand to `HAND`."""
    hand = data.body("panda0_leftfinger").xmat.reshape(3, 3)
    quaternion, turn = np.zeros(4), np.zeros(3)
    mujoco.mju_mat2Quat(quaternion, (HAND @ hand.T).ravel())
    mujoco.mju_quat2Vel(turn, quaternion, 1)
    moving, turning = np.zeros((3, model.nv)), np.zeros((3, model.nv))
    flange = model.body("panda0_link7").id
    mujoco.mj_jac(model, data, moving, turning, tip, flange)
    jacobian = np.vstack([moving, TILT_WEIGHT * turning])[:, arm]
    error = np.concatenate([_at_most(wanted - tip, REACH), TILT_WEIGHT * _at_most(turn, TILT)])
    return jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + SOFTNESS * np.eye(6), error)


def _at_most(vector: Array, length: float) -> Array:
    return vector * min(1, length / max(float(np.linalg.norm(vector)), 1e-9))


def driving_up(env: gymnasium.Env[Any, Any]) -> Policy:
    """Straight to the cabinet, into the red region."""
    action = np.zeros(JOINTS, np.float32)
    action[0] = 1
    return lambda: action
