"""One axis' velocity, led to where it shall be within an acceleration and a jerk, exact in discrete time, and walls.

In the units of a control period: the acceleration is the change of speed in one period, the jerk the change of that
change. No overshoot and no ripple, in the fewest periods: the time-optimal discrete law of Han (From PID to
Active Disturbance Rejection Control, 2009), written for a velocity and with a bound on the acceleration. Towards a wall
the axis moves only as fast as it can stop before it.
"""

from math import copysign, floor, sqrt
from typing import NamedTuple

import numpy as np

from kinova_pour_env.arm import Vector
from kinova_pour_env.compiled import compiled

HALVINGS = 10
"""Of the interval between braking and what is wanted: to a thousandth of the jerk."""
RETURN_TIME = 0.2
"""s: an arm that strays beyond a wall, as near singular configurations, is led back with its distance over it."""
RETURN_SPEED = 0.05
"""m/s, at most, of the way back."""


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


class Room(NamedTuple):
    """How far the walls of one axis are.

    Attributes:
        below: m, negative beyond the wall.
        above: m, likewise.
    """

    below: float
    above: float


class Braking(NamedTuple):
    """How an axis stops.

    Attributes:
        limits: of the stop.
        period: s.
        reaction_time: s, from a command to its effect.
    """

    limits: AxisLimits
    period: float
    reaction_time: float


AT_REST = AxisMotion(0.0, 0.0)


@compiled
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


@compiled
def _largest_change(error: float, step: float) -> float:
    """The largest change from which the changes, less by `step` in each period, add up to `error`.

    a + (a - step) + (a - 2 step) + … = error, the sum over what is positive.
    """
    steps = error / step
    whole = floor(sqrt(0.25 + 2 * steps) - 0.5)
    return step * (steps + 0.5 * whole * (whole + 1)) / (whole + 1)


@compiled
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


@compiled
def kept_between_walls(
    wanted: AxisMotion, motion: AxisMotion, measured_speed: float, room: Room, braking: Braking
) -> AxisMotion:
    """The motion nearest to the wanted one after which the axis can still stop between its walls.

    Where none is, it brakes. By induction it never comes to that: what is let pass leaves room to brake in the next
    period (a backup policy, as Wabersich et al., Data-Driven Safety Filters, 2023, call it).

    Args:
        wanted: for the next period, within the bounds of the axis.
        motion: the last period's.
        measured_speed: m/s; an arm that is faster than commanded needs more room.
        room: to both walls.
        braking: the stop that is kept possible.
    """
    lead = measured_speed - motion.speed
    for direction, way in ((1.0, room.above), (-1.0, room.below)):
        if _stops_within(way, direction, wanted, lead, braking):
            continue
        stop = approach(0.0, motion, braking.limits)
        brake, pass_on = stop.change, wanted.change
        for _ in range(HALVINGS):
            middle = 0.5 * (brake + pass_on)
            if _stops_within(way, direction, AxisMotion(motion.speed + middle, middle), lead, braking):
                brake = middle
            else:
                pass_on = middle
        wanted = AxisMotion(motion.speed + brake, brake)
    return wanted


@compiled
def _stops_within(way: float, direction: float, motion: AxisMotion, lead: float, braking: Braking) -> bool:
    speed = direction * motion.speed + max(0.0, direction * lead)
    needed = stopping_distance(speed, direction * motion.change, braking.limits, braking.period)
    return needed + max(0.0, speed) * (braking.reaction_time + braking.period) <= max(0.0, way)


class Motion(NamedTuple):
    """Of the mug, as last commanded: x, y, z and roll.

    Attributes:
        speed: [4] m/s and rad/s.
        change: [4], by how much it changed in the last period.
    """

    speed: Vector
    change: Vector


class MotionLimits(NamedTuple):
    """Bounds of all axes, in periods as `AxisLimits`, and the walls of the first three.

    Attributes:
        speed: [4].
        change: [4].
        change_of_change: [4].
        low: [3] m.
        high: [3] m.
        period: s.
        reaction_time: s, from a command to its effect.
    """

    speed: Vector
    change: Vector
    change_of_change: Vector
    low: Vector
    high: Vector
    period: float
    reaction_time: float


@compiled
def next_motion(limits: MotionLimits, wanted: Vector, motion: Motion, position: Vector, measured: Vector) -> Motion:
    """The motion of the next period, between the walls.

    Args:
        limits: of the axes.
        wanted: [4] m/s and rad/s; where anything is, an axis beyond its wall is led back, and zero ends in standing.
        motion: the last period's.
        position: [3] m, measured.
        measured: [3] m/s.
    """
    speed, change = np.empty(4), np.empty(4)
    moving = wanted[0] != 0 or wanted[1] != 0 or wanted[2] != 0 or wanted[3] != 0
    for axis in range(4):
        bounds = AxisLimits(limits.speed[axis], limits.change[axis], limits.change_of_change[axis])
        last, target = AxisMotion(motion.speed[axis], motion.change[axis]), wanted[axis]
        if axis < 3:
            room = Room(position[axis] - limits.low[axis], limits.high[axis] - position[axis])
            if moving:
                target = min(max(target, _inward(-room.below)), -_inward(-room.above))
            new = approach(target, last, bounds)
            braking = Braking(bounds, limits.period, limits.reaction_time)
            new = kept_between_walls(new, last, measured[axis], room, braking)
        else:
            new = approach(target, last, bounds)
        speed[axis], change[axis] = new.speed, new.change
    return Motion(speed, change)


@compiled
def _inward(beyond: float) -> float:
    """The least speed away from a wall at `beyond` m behind it; negative, the highest towards it, before it."""
    return min(beyond / RETURN_TIME, RETURN_SPEED)
