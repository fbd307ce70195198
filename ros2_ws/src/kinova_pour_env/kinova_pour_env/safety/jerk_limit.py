"""One axis' velocity, led to where it shall be within an acceleration and a jerk, exact in discrete time.

In the units of a control period: the acceleration is the change of speed in one period, the jerk the change of that
change. No overshoot and no ripple, in the fewest periods: the time-optimal discrete law of Han (From PID to
Active Disturbance Rejection Control, 2009), written for a velocity and with a bound on the acceleration.
"""

from math import copysign, floor, sqrt
from typing import NamedTuple


class AxisMotion(NamedTuple):
    """What was last commanded of one axis.

    Attributes:
        speed: m/s (or rad/s).
        change: by how much the speed changed in the last period.
    """

    speed: float
    change: float


class AxisLimits(NamedTuple):
    """Bounds of one axis.

    Attributes:
        speed: m/s.
        change: of the speed in one period, m/s.
        change_of_change: of that in one period, m/s.
    """

    speed: float
    change: float
    change_of_change: float


AT_REST = AxisMotion(0.0, 0.0)


def approach(target: float, motion: AxisMotion, limits: AxisLimits) -> AxisMotion:
    """The next period's motion towards a speed.

    From a speed within `limits.speed` every target leads to speeds within it.

    Args:
        target: m/s; cut to `limits.speed`.
        motion: the last period's.
        limits: of the axis.
    """
    target = min(max(target, -limits.speed), limits.speed)
    error = target - motion.speed
    change = copysign(min(_largest_change(abs(error), limits.change_of_change), limits.change), error)
    change = min(max(change, motion.change - limits.change_of_change), motion.change + limits.change_of_change)
    return AxisMotion(motion.speed + change, change)


def _largest_change(error: float, step: float) -> float:
    """The largest change from which the changes, less by `step` in each period, add up to `error`.

    a + (a - step) + (a - 2 step) + … = error, the sum over what is positive.
    """
    steps = error / step
    whole = floor(sqrt(0.25 + 2 * steps) - 0.5)
    return step * (steps + 0.5 * whole * (whole + 1)) / (whole + 1)


def stopping_distance(speed: float, change: float, limits: AxisLimits, period: float) -> float:
    """How far the axis goes on in its positive direction until it has stopped within the limits, m.

    A stop is an S-curve from a speed v at which the acceleration is 0; from another state it is what is left of one, or
    one with a beginning. In continuous time, whose stop is up to one period of motion longer than that of `approach`.

    Args:
        speed: m/s.
        change: of the speed in the last period, m/s.
        limits: of the stop.
        period: s.
    """
    acceleration, jerk = limits.change / period, limits.change_of_change / period**2
    now = change / period
    top = speed + now**2 / (2 * jerk)
    if top <= 0 or (speed <= 0 and now <= 0):
        return 0.0
    if now < 0 and speed <= now**2 / (2 * jerk):  # the brake is more than enough: it is let go
        return speed**2 / -now
    duration = top / acceleration + acceleration / jerk if top >= acceleration**2 / jerk else 2 * sqrt(top / jerk)
    since_top = -now / jerk
    return max(0.0, 0.5 * top * duration - (top * since_top - jerk * since_top**3 / 6))
