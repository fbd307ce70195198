"""The workspace's walls: the mug moves towards one only as fast as it can stop before it."""

from typing import NamedTuple

from kinova_pour_env.safety.jerk_limit import AxisLimits, AxisMotion, approach, stopping_distance

HALVINGS = 10
"""Of the interval between braking and what is wanted: to a thousandth of the jerk."""


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


def _stops_within(way: float, direction: float, motion: AxisMotion, lead: float, braking: Braking) -> bool:
    speed = direction * motion.speed + max(0.0, direction * lead)
    needed = stopping_distance(speed, direction * motion.change, braking.limits, braking.period)
    return needed + max(0.0, speed) * (braking.reaction_time + braking.period) <= max(0.0, way)
