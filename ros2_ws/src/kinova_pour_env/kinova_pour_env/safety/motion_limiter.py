"""The commanded motion of the mug, period by period, within all limits."""

import numpy as np

from kinova_pour_env.arm import ArmState, Vector
from kinova_pour_env.pour_coffee_config import PourCoffeeConfig
from kinova_pour_env.safety.jerk_limit import AT_REST, AxisLimits, AxisMotion, approach
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety.slowdown import NearestDistance, Slowdown
from kinova_pour_env.safety.walls import Braking, Room, kept_between_walls

RETURN_TIME = 0.2
"""s: an arm that strays beyond a wall, as near singular configurations, is led back with its distance over it."""
RETURN_SPEED = 0.05
"""m/s, at most, of the way back."""

Motion = tuple[AxisMotion, AxisMotion, AxisMotion, AxisMotion]
"""Of x, y, z and roll, as last commanded."""

STANDING: Motion = (AT_REST, AT_REST, AT_REST, AT_REST)
STILL = 1e-6
"""m/s and rad/s: slower is standing."""


def standing(motion: Motion) -> bool:
    """Whether zero is commanded, and nothing is left of the motion before."""
    return all(abs(axis.speed) + abs(axis.change) < STILL for axis in motion)


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
        linear = _limits(config.linear_speed, config.linear_acceleration, config.linear_jerk, period)
        roll = _limits(config.roll_speed, config.roll_acceleration, config.roll_jerk, period)
        self._limits = (linear, linear, linear, roll)
        self._braking = Braking(linear, period, config.reaction_time)
        self._walls = [
            (low + config.wall_distance, high - config.wall_distance)
            for low, high in zip(task.workspace_low, task.workspace_high, strict=True)
        ]
        self._slowdown = Slowdown(config, nearest)

    def step(self, wanted: Vector, state: ArmState, motion: Motion) -> Motion:
        """The motion to command for the next period.

        Args:
            wanted: [4] m/s along the base axes, and rad/s about the cup's x axis; zero always leads to standing.
            state: the last reading.
            motion: commanded for the period before.
        """
        moving = bool(wanted.any())
        share = self._share(wanted, state) if moving else 1.0
        position, measured = state.cup_position.tolist(), state.cup_velocity.tolist()
        axes: list[AxisMotion] = []
        for axis, target in enumerate(wanted.tolist()):
            target *= share
            if axis == len(self._walls):
                axes.append(approach(target, motion[axis], self._limits[axis]))
                continue
            low, high = self._walls[axis]
            room = Room(position[axis] - low, high - position[axis])
            if moving:
                target = min(max(target, _inward(-room.below)), -_inward(-room.above))
            new = approach(target, motion[axis], self._limits[axis])
            axes.append(kept_between_walls(new, motion[axis], measured[axis], room, self._braking))
        return axes[0], axes[1], axes[2], axes[3]

    def _share(self, wanted: Vector, state: ArmState) -> float:
        twist = np.empty(6)
        twist[:3] = wanted[:3]
        twist[3:] = wanted[3] * state.cup_rotation[:, 0]
        return self._slowdown.share(twist, state.joint_positions)


def _inward(beyond: float) -> float:
    """The least speed away from a wall at `beyond` m behind it; negative, the highest towards it, before it."""
    return min(beyond / RETURN_TIME, RETURN_SPEED)


def _limits(speed: float, acceleration: float, jerk: float, period: float) -> AxisLimits:
    return AxisLimits(speed, acceleration * period, jerk * period**2)
