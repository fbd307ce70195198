"""What is near what in the twin's world, what touches, and with which force."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pybullet

from kinova_pour_env.arm import Contact, Vector
from sim_bridge.world import HAND, World


def touching_points(world: World, distance: float) -> list[Any]:
    """PyBullet's contact points of bodies nearer than `distance` m, or that held each other off in the last substep."""
    points = pybullet.getContactPoints(physicsClientId=world.client)
    return [point for point in points if point[8] <= distance or point[9] > 0]


def contacts_of(world: World, points: Iterable[Any]) -> tuple[Contact, ...]:
    """One contact per pair of bodies, at its deepest point."""
    deepest: dict[tuple[str, str], Contact] = {}
    for point in points:
        first, second = sorted((world.names[point[1], point[3]], world.names[point[2], point[4]]))
        known = deepest.get((first, second))
        if known is None or point[8] < known.distance:
            inner = point[1] == point[2] == world.arm
            deepest[first, second] = Contact((first, second), point[8], inner)
    return tuple(deepest[pair] for pair in sorted(deepest))


def distances(world: World, farthest: float) -> tuple[Contact, ...]:
    """The distance of each pair of bodies that are nearer than `farthest` m and may touch, sorted by name."""
    bodies = sorted({body for body, _ in world.names} - {world.arm})
    points = [
        point
        for body in (*bodies, world.arm)
        for point in pybullet.getClosestPoints(world.arm, body, farthest, physicsClientId=world.client)
        if frozenset((world.names[point[1], point[3]], world.names[point[2], point[4]])) not in world.neighbours
    ]
    return contacts_of(world, points)


def external_wrench(world: World, points: Iterable[Any], tool: Vector) -> Vector:
    """What the scene presses on the hand with, in the last substep.

    Args:
        world: where.
        points: contact points.
        tool: [3] m, where the moment is taken.

    Returns:
        [6] N and N m, base axes.
    """
    wrench = np.zeros(6)
    for point in points:
        bodies = (point[1], point[2])
        if bodies[0] == bodies[1] or world.arm not in bodies:
            continue
        on_first = bodies[0] == world.arm
        link = point[3] if on_first else point[4]
        if world.names[world.arm, link] not in HAND:
            continue
        # The force of a point acts on its first body.
        force = point[9] * np.array(point[7]) + point[10] * np.array(point[11]) + point[12] * np.array(point[13])
        force = force if on_first else -force
        place = np.array(point[5] if on_first else point[6])
        wrench[:3] += force
        wrench[3:] += np.cross(place - tool, force)
    # PyBullet divides a substep's impulse by the time of the whole call of stepSimulation.
    return wrench * world.substeps
