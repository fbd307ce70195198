"""From a commanded twist of the cup to joint positions, every 25 ms, as the Gen3 does: ramped and within its limits."""

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.kinematics import JOINT_LIMITS, Vector, cup_kinematics
from sim_bridge.following import Limits, Reference, follow
from sim_bridge.twin_config import TwinConfig

PERIOD = gen3.COMMAND_PERIOD
DAMPING = 0.03
"""Of the least squares; the smallest singular value of the Jacobian is 0.15 at Home."""
SINGULAR = 0.09
"""A smaller singular value, in the direction of a motion, is near a singular configuration: the damping grows."""
SINGULAR_DAMPING = 0.05
"""What it grows by, in squares: an arm that is being stretched at 0.5 m/s slows down within its accelerations."""
BRAKING = 0.1
"""The share of the way to its limit that a joint may cover in one period."""
POSITION_SLACK = 0.5e-3
"""m: how far the reference pose may run ahead of the arm (singular configurations)."""
ROTATION_SLACK = 5e-3
"""rad, likewise."""

SPEED_SHARE = 0.97
"""Of a joint's speed that the reference uses: the joint itself, when behind, catches up with the rest. And of the
cup's: where a joint cannot brake as fast as the others, the cup is faster for some periods."""
LIMIT_MARGIN = 1e-4
"""rad that the reference keeps from a joint's limit: the joint itself follows it within some 1e-7."""

_POSITION_LIMITS = JOINT_LIMITS - LIMIT_MARGIN
_STEP_CHANGES = np.array([joint.acceleration for joint in gen3.ACTUATED_JOINTS]) * PERIOD**2
_FARTHEST_STEP = SPEED_SHARE * np.array([joint.velocity for joint in gen3.ACTUATED_JOINTS]) * PERIOD


class TwistFollower:
    """The reference configuration of the arm: it moves as commanded, whatever the physics does.

    Each period is one damped Gauss-Newton step (Nakamura and Hanafusa 1986) from the reference configuration to
    the reference pose, which integrates the twist: what is not commanded does not drift.
    """

    def __init__(self, config: TwinConfig) -> None:
        """Stand at Home."""
        self._limits = Limits(
            linear_speed=SPEED_SHARE * config.linear_speed,
            angular_speed=SPEED_SHARE * config.angular_speed,
            linear_change=config.linear_acceleration * PERIOD,
            angular_change=config.angular_acceleration * PERIOD,
            position_slack=POSITION_SLACK,
            rotation_slack=ROTATION_SLACK,
            positions=_POSITION_LIMITS,
            steps=_FARTHEST_STEP,
            step_changes=_STEP_CHANGES,
            braking=BRAKING,
            damping=DAMPING,
            singular_damping=SINGULAR_DAMPING,
            compliance=1 / (SINGULAR**2 + DAMPING**2),
            period=PERIOD,
        )
        self.reset(np.array(gen3.HOME))

    @property
    def joint_positions(self) -> Vector:
        """[7] rad, continuous joints unwrapped."""
        return self._reference.joint_positions

    @property
    def twist(self) -> Vector:
        """[6] m/s and rad/s, what the ramp and the limits have left of the command."""
        return self._reference.twist

    def reset(self, joint_positions: Vector) -> None:
        """Stand still at joint positions [7] rad."""
        cup = cup_kinematics(joint_positions)
        self._reference = Reference(
            joint_positions=joint_positions.copy(),
            step=np.zeros(len(joint_positions)),
            twist=np.zeros(6),
            position=cup.position,
            rotation=cup.rotation,
        )

    def step(self, commanded: Vector) -> None:
        """One period of following the commanded twist [6]; moves `joint_positions`."""
        cup = cup_kinematics(self._reference.joint_positions)
        self._reference = follow(self._limits, self._reference, cup, commanded)
