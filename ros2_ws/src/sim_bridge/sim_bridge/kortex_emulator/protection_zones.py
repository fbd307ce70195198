"""Places that the tool does not enter by twists. Actions to joint angles go through them, as on the arm."""

from typing import Any

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.arm import Vector
from sim_bridge.kortex_emulator.path.kortex_api.autogen.messages import Base_pb2, Errors_pb2
from sim_bridge.kortex_emulator.refusal import Refusal

MARGIN = 0.005
"""m in front of a zone at which the tool stands still."""
SAMPLES = 8
"""Points of the braking way that are looked at."""

_DIMENSIONS = {Base_pb2.RECTANGULAR_PRISM: 3, Base_pb2.CYLINDER: 2, Base_pb2.SPHERE: 1}


def check(zone: Any) -> None:
    """A zone makes sense.

    Raises:
        Refusal: its shape is unknown, or a dimension is missing or not positive.
    """
    shape = zone.shape
    dimensions = _DIMENSIONS.get(shape.shape_type)
    if len(shape.dimensions) != dimensions or min(shape.dimensions) <= 0:
        raise Refusal(
            Errors_pb2.INVALID_PARAM,
            "a zone is a prism (x, y, z), cylinder (radius, height) or sphere (radius), with positive dimensions in m",
        )


def contains(zone: Any, point: Vector) -> bool:
    """Whether a point [3] m is in an enabled zone; its origin is taken as the shape's centre."""
    if not zone.is_enabled:
        return False
    shape = zone.shape
    rows = (shape.orientation.row1, shape.orientation.row2, shape.orientation.row3)
    rotation = np.array([[row.column1, row.column2, row.column3] for row in rows])
    inside = rotation.T @ (point - np.array([shape.origin.x, shape.origin.y, shape.origin.z]))
    if shape.shape_type == Base_pb2.RECTANGULAR_PRISM:
        return bool((np.abs(inside) <= 0.5 * np.array(shape.dimensions)).all())
    radius = shape.dimensions[0]
    if shape.shape_type == Base_pb2.CYLINDER:
        return bool(np.hypot(inside[0], inside[1]) <= radius and abs(inside[2]) <= 0.5 * shape.dimensions[1])
    return bool(np.linalg.norm(inside) <= radius)


def zone_ahead(zones: dict[int, Any], position: Vector, velocity: Vector) -> int | None:
    """The zone that braking from here would enter, by identifier.

    Args:
        zones: by identifier.
        position: [3] m, of the tool.
        velocity: [3] m/s.
    """
    speed = float(np.linalg.norm(velocity))
    if speed < 1e-6:
        return None
    way = (speed**2 / (2 * gen3.LINEAR_ACCELERATION) + speed * gen3.COMMAND_PERIOD + MARGIN) / speed * velocity
    for identifier, zone in zones.items():
        ahead = (contains(zone, position + share * way) for share in np.linspace(0, 1, SAMPLES + 1)[1:])
        if not contains(zone, position) and any(ahead):
            return identifier
    return None
