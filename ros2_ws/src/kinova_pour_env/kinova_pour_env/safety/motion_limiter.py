"""The commanded motion of the mug, period by period, within all limits."""

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.safety.axis_motion import Motion, MotionLimits, next_motion
from kinova_pour_env.safety.nearness import NearestDistance
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety.slowdown import Slowdown

STANDING = Motion(np.zeros(4), np.zeros(4))
STILL = 1e-6
"""m/s and rad/s: slower is standing."""


def standing(motion: Motion) -> bool:
    """Whether zero is commanded, and nothing is left of the motion before."""
    return bool((np.abs(motion.speed) + np.abs(motion.change) < STILL).all())


class MotionLimiter:
    """Leads the mug's velocity and rate of roll to what is wanted, as far and as fast as is safe."""

    def __init__(
        self, task: PourCoffeeConfig, config: SafetyConfig, period: float, nearest: NearestDistance | None = None
    ) -> None:
        """Take the limits.

        Args:
            task: its workspace is kept.
            config: the limits.
            period: s, of the commands.
            nearest: least distance between bodies at joint positions, of a mirrored twin.
        """
        self._limits = MotionLimits(
            speed=np.array([*[config.linear_speed] * 3, config.roll_speed]),
            change=np.array([*[config.linear_acceleration] * 3, config.roll_acceleration]) * period,
            change_of_change=np.array([*[config.linear_jerk] * 3, config.roll_jerk]) * period**2,
            low=np.array(task.workspace_low) + config.wall_distance,
            high=np.array(task.workspace_high) - config.wall_distance,
            period=period,
            reaction_time=config.reaction_time,
        )
        self._slowdown = Slowdown(config, nearest)
        next_motion(self._limits, np.zeros(4), STANDING, np.zeros(3), np.zeros(3))  # compiled before the arm moves
        self._slowdown.share(np.ones(6), np.array(gen3.HOME))

    def look(self, state: ArmState) -> None:
        """Make ready what the next step needs of the last reading alone."""
        self._slowdown.look(state.joint_positions)

    def step(self, wanted: Vector, state: ArmState, motion: Motion) -> Motion:
        """The motion to command for the next period.

        Args:
            wanted: [4] m/s along the base axes, and rad/s about the cup's x axis; zero always leads to standing.
            state: the last reading.
            motion: commanded for the period before.
        """
        if any(wanted.tolist()):
            wanted = wanted * self._slowdown.share(twist_of(wanted, state), state.joint_positions)
        return next_motion(self._limits, wanted, motion, state.cup_position, state.cup_velocity)


def twist_of(velocity: Vector, state: ArmState) -> Vector:
    """The twist [6] in base axes of a velocity and a rate of roll about the mug's own x axis, [4]; m/s and rad/s."""
    x, y, z, roll = velocity.tolist()
    along_x, along_y, along_z = state.cup_rotation[:, 0].tolist()
    return np.array((x, y, z, roll * along_x, roll * along_y, roll * along_z))
