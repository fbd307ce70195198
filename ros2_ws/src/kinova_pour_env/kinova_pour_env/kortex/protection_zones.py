"""The protection zones in the arm's memory: twists stop before them, so none may lie on the mug's way.

Zones belong to the arm and its owner and outlive a session. The driver reads them, and makes, changes and deletes none.
"""

from typing import Any

import numpy as np

from kinova_pour_env.arm import Vector
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME
from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.scene import Scene

STEP = 0.01
"""m between the points of the way that are looked at."""


def zones_on_the_way(connection: Connection, scene: Scene) -> tuple[list[str], list[str]]:
    """The names of the enabled zones: those that the mug's way from Home to the goal meets, and all others.

    Raises:
        KortexError: the arm does not tell.
    """
    zones = connection.call(connection.base.ReadAllProtectionZones).protection_zones
    way = _way(scene)
    on_it: list[str] = []
    beside: list[str] = []
    for zone in zones:
        if zone.is_enabled:
            (on_it if _holds_any(connection.kortex.base, zone.shape, way) else beside).append(str(zone.name))
    return on_it, beside


def _way(scene: Scene) -> Vector:
    """Points [N, 3] m: the cube of starts around Home, over to above the goal, and down; a reset goes it backwards."""
    goal = np.array(scene.goal_position)
    above = np.array((goal[0], goal[1], max(goal[2], CUP_AT_HOME[2])))
    corners = np.array(np.meshgrid(*[(-scene.start_spread, 0, scene.start_spread)] * 3)).reshape(3, -1).T
    return np.concatenate((CUP_AT_HOME + corners, _line(CUP_AT_HOME, above), _line(above, goal)))


def _line(begin: Vector, end: Vector) -> Vector:
    count = 2 + int(np.linalg.norm(end - begin) / STEP)
    shares = np.linspace(0.0, 1.0, count)[:, None]
    return (1 - shares) * begin + shares * end


def _holds_any(base: Any, shape: Any, points: Vector) -> bool:
    """Whether a point [N, 3] m is in the shape or its envelope; its origin is taken as the shape's centre."""
    origin = np.array((shape.origin.x, shape.origin.y, shape.origin.z))
    rows = (shape.orientation.row1, shape.orientation.row2, shape.orientation.row3)
    rotation = np.array([(row.column1, row.column2, row.column3) for row in rows])
    inside = np.abs((points - origin) @ rotation)
    margin = shape.envelope_thickness
    size = np.array(shape.dimensions)
    if shape.shape_type == base.RECTANGULAR_PRISM:
        return bool((inside <= 0.5 * size + margin).all(axis=1).any())
    radius = size[0] + margin
    if shape.shape_type == base.CYLINDER:
        beside = np.hypot(inside[:, 0], inside[:, 1]) <= radius
        return bool((beside & (inside[:, 2] <= 0.5 * size[1] + margin)).any())
    return bool((np.linalg.norm(inside, axis=1) <= radius).any())
