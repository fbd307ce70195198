"""Humanoid-Velocity: a gait, bent to balance by planning ahead, or a stiff posture that tips over.

The planner is model predictive path integral control (Williams et al., Information theoretic MPC for model-based
reinforcement learning, 2017): plans that differ at random from the last one run in a coarser simulator, and their mean
is begun, in which the better ones weigh more; where even the best is bad, this is done again. A plan is of the joints'
targets, as offsets from a gait by the clock. Balance is where the feet are about the capture point (Pratt et al.,
Capture point: A step toward humanoid push recovery, 2006).
"""

from typing import Any

import gymnasium
import mujoco
import numpy as np
from mujoco import rollout
from numpy.typing import NDArray

from msaclag_benchmarks.scripted.policy import Policy
from msaclag_benchmarks.tasks.humanoid_velocity import TORQUE

STIFFNESS, DAMPING = 10.0, 0.5
"""Of the motors' signals, 1/rad and s/rad, in the posture that tips over."""

SERVOS = {
    "abdomen": (200, 10, 0.08),
    "hip_x": (200, 10, 0.08),
    "hip_z": (100, 5, 0.1),
    "hip_y": (300, 12, 0.2),
    "knee": (200, 8, 0.2),
    "shoulder": (15, 0.5, 0.2),
    "elbow": (10, 0.3, 0.2),
}
"""Of a walk, by a part of the joint's name: N m/rad, N m s/rad, and the spread of the plans (rad)."""
BENT_HIP, BENT_KNEE = -0.25, -0.5
"""rad, of a leg that stands."""
STRIDE, SWING, LIFT = 0.45, 0.5, 0.1
"""s of a step; rad by which its hip bends (and its knee twice that), and m by which its foot is to rise."""
SPEED, HOMING, ASIDE = 0.6, 0.4, 0.15
"""m/s forwards; 1/s back to the line y = 0, and m/s at most."""
PLANS, HORIZON, KNOTS = 32, 40, 4
"""Compared each time, their length in steps, and the times between which the offsets are linear."""
ROUNDS, GOOD = 4, 3.0
"""Of planning for a step, at most, and how bad a plan that needs no further one."""
SCALES, CHANGED = (0.3, 1.0, 1.8), 0.6
"""Of the plans' spreads, and how many of the joints differ."""
TEMPERATURE, END = 0.3, 0.5
"""Of the plans' mean, and the further weight of a plan's last step."""
SUBSTEPS, ITERATIONS = 2, 6
"""Of the coarser simulator in a step."""
HEIGHT, LOWEST, FASTEST = 1.25, 1.08, 1.15
"""m of the torso, wanted and least, and m/s; the limits with something to spare."""
FALL_RATE = 3.1
"""1/s, √(g/z) of the mass centre."""
SOLE = 0.075
"""m, a foot's radius."""

_STATE = mujoco.mjtState.mjSTATE_FULLPHYSICS
_SENSORS = (
    (mujoco.mjtSensor.mjSENS_SUBTREECOM, mujoco.mjtObj.mjOBJ_BODY, "torso"),
    (mujoco.mjtSensor.mjSENS_SUBTREELINVEL, mujoco.mjtObj.mjOBJ_BODY, "torso"),
    (mujoco.mjtSensor.mjSENS_FRAMEPOS, mujoco.mjtObj.mjOBJ_GEOM, "right_foot"),
    (mujoco.mjtSensor.mjSENS_FRAMEPOS, mujoco.mjtObj.mjOBJ_GEOM, "left_foot"),
    (mujoco.mjtSensor.mjSENS_FRAMEPOS, mujoco.mjtObj.mjOBJ_XBODY, "torso"),
    (mujoco.mjtSensor.mjSENS_FRAMEZAXIS, mujoco.mjtObj.mjOBJ_XBODY, "torso"),
    (mujoco.mjtSensor.mjSENS_FRAMEXAXIS, mujoco.mjtObj.mjOBJ_XBODY, "pelvis"),
)
"""Of three numbers each."""

Array = NDArray[np.float64]


def walking(env: gymnasium.Env[Any, Any]) -> Policy:
    """Walks forwards along y = 0."""
    simulated: Any = env.unwrapped
    model, data, time_step = simulated.model, simulated.data, simulated.dt
    random = np.random.default_rng(0)
    names = [model.actuator(motor).name for motor in range(model.nu)]
    servos = np.array([next(servo for part, servo in SERVOS.items() if part in name) for name in names])
    stiffness, damping, spreads = servos.T
    limits = TORQUE * model.actuator_gear[:, 0]
    joints = model.actuator_trnid[:, 0]
    places, speeds = model.jnt_qposadr[joints], model.jnt_dofadr[joints]
    coarse = _coarse(simulated.fullpath, time_step / SUBSTEPS, stiffness, damping, limits)
    imagined, state = mujoco.MjData(coarse), np.zeros(mujoco.mj_stateSize(model, _STATE))
    knots = np.linspace(0, HORIZON - 1, KNOTS)
    between = np.column_stack([np.interp(np.arange(HORIZON), knots, row) for row in np.eye(KNOTS)])
    later = np.column_stack([np.interp(knots + 1, knots, row) for row in np.eye(KNOTS)])
    plan = np.zeros((KNOTS, model.nu))

    def improved(gait: Array, lifted: Array) -> tuple[Array, float]:
        """The mean of plans like the last, and how bad the best of these is."""
        changes = random.standard_normal((PLANS, KNOTS, model.nu)) * spreads * random.choice(SCALES, (PLANS, 1, 1))
        changes *= random.random((PLANS, 1, model.nu)) < CHANGED
        plans = np.concatenate([[plan, np.zeros_like(plan)], plan + changes[2:]])
        targets = np.repeat(gait + between @ plans, SUBSTEPS, axis=1)
        _, sensed = rollout.rollout(coarse, imagined, np.repeat(state[None], PLANS, axis=0), targets)
        each = _badness(sensed[:, SUBSTEPS - 1 :: SUBSTEPS], lifted)
        badness = each.mean(1) + END * each[:, -1]
        weights = np.exp((badness.min() - badness) / TEMPERATURE)
        return np.tensordot(weights / weights.sum(), plans, 1), float(badness.min())

    def act() -> NDArray[np.float32]:
        nonlocal plan
        mujoco.mj_getState(model, data, state, _STATE)
        lifted = _lifted(data.time + time_step * np.arange(1, HORIZON + 1))
        gait = _gait(names, lifted)
        for _ in range(ROUNDS):
            plan, badness = improved(gait, lifted)
            if badness < GOOD:
                break
        torque = stiffness * (gait[0] + plan[0] - data.qpos[places]) - damping * data.qvel[speeds]
        plan = later @ plan
        return np.clip(torque / limits, -1, 1).astype(np.float32)

    return act


def _coarse(path: str, time_step: float, stiffness: Array, damping: Array, limits: Array) -> mujoco.MjModel:
    """The humanoid with fewer and longer steps, servos in place of its motors, and `_SENSORS`."""
    spec = mujoco.MjSpec.from_file(path)
    for sensor, kind, name in _SENSORS:
        spec.add_sensor(type=sensor, objtype=kind, objname=name)
    model = spec.compile()
    model.opt.timestep, model.opt.iterations = time_step, ITERATIONS
    model.opt.integrator, model.opt.solver = mujoco.mjtIntegrator.mjINT_IMPLICITFAST, mujoco.mjtSolver.mjSOL_NEWTON
    model.actuator_gear[:, 0] = 1
    model.actuator_gainprm[:, 0] = stiffness
    model.actuator_biastype[:] = mujoco.mjtBias.mjBIAS_AFFINE
    model.actuator_biasprm[:, 1], model.actuator_biasprm[:, 2] = -stiffness, -damping
    model.actuator_ctrllimited[:], model.actuator_forcelimited[:] = False, True
    model.actuator_forcerange[:] = np.column_stack([-limits, limits])
    return model


def _lifted(times: Array) -> Array:
    """How far (0 to 1) the right and the left foot are to be lifted at times [n], [n, 2]."""
    phase = np.sin(np.pi * times / STRIDE)
    return np.maximum(0, np.column_stack([phase, -phase]))


def _gait(names: list[str], lifted: Array) -> Array:
    """The joints' targets, [n, joint]."""
    gait = np.zeros((len(lifted), len(names)))
    for side, lift in zip(("right", "left"), lifted.T, strict=True):
        gait[:, names.index(f"{side}_hip_y")] = BENT_HIP - SWING * lift
        gait[:, names.index(f"{side}_knee")] = BENT_KNEE - 2 * SWING * lift
    return gait


def _badness(sensed: Array, lifted: Array) -> Array:
    """Of each step of each plan, [plan, n]; from what the `_SENSORS` tell, [plan, n, 21]."""
    centre, velocity, right, left, torso, up, forwards = np.moveaxis(sensed.reshape(*sensed.shape[:2], 7, 3), 2, 0)
    aside = np.clip(-HOMING * centre[..., 1], -ASIDE, ASIDE)
    excess = velocity[..., :2] - np.stack([np.full_like(aside, SPEED), aside], -1)
    off_balance = centre[..., :2] + excess / FALL_RATE - (right + left)[..., :2] / 2
    heights = np.stack([right[..., 2], left[..., 2]], -1) - SOLE - LIFT * lifted
    total = 40 * (off_balance**2).sum(-1) + (excess**2).sum(-1) + 60 * (heights**2).sum(-1)
    total += 120 * np.maximum(0, HEIGHT - torso[..., 2]) ** 2 + 10 * (1 - up[..., 2]) + 30 * (1 - forwards[..., 0])
    total += 50 * np.maximum(0, np.hypot(velocity[..., 0], velocity[..., 1]) - FASTEST)
    total += 200 * np.maximum(0, LOWEST - torso[..., 2])
    return np.asarray(total)


def tipping_over(env: gymnasium.Env[Any, Any]) -> Policy:
    """Holds the joints where they are at first."""
    simulated = env.unwrapped
    model, data = simulated.model, simulated.data  # type: ignore[attr-defined]
    joints = model.actuator_trnid[:, 0]
    places, speeds = model.jnt_qposadr[joints], model.jnt_dofadr[joints]
    posture = data.qpos[places].copy()

    def act() -> NDArray[np.float32]:
        signal = STIFFNESS * (posture - data.qpos[places]) - DAMPING * data.qvel[speeds]
        return np.clip(signal, -1, 1).astype(np.float32)

    return act
