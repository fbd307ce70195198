"""The mirror as markers, which RViz shows without any transforms: the arm, the mug, the table and the target cup."""

from collections.abc import Iterator
from typing import NamedTuple

import pybullet
from builtin_interfaces.msg import Time
from visualization_msgs.msg import Marker, MarkerArray

from kinova_pour_env.messages import BASE_FRAME
from sim_bridge.shapes import Colour
from sim_bridge.world import World

Place = tuple[tuple[float, ...], tuple[float, ...]]
"""Position [3] m and quaternion [4] (x, y, z, w)."""

_LEVEL = (0.0, 0.0, 0.0, 1.0)


class _Shape(NamedTuple):
    """A primitive on a link: RViz's type and scale of it, and its place in the link's frame."""

    body: int
    link: int
    type: int
    scale: tuple[float, ...]
    place: Place
    colour: Colour


class MirrorMarkers:
    """The markers of a world, made once and moved with it."""

    def __init__(self, world: World) -> None:
        """Look at what the world is made of."""
        self._world = world
        self._shapes = [
            shape for body in sorted({body for body, _ in world.names}) for shape in _shapes(body, world.client)
        ]
        self._message = MarkerArray(markers=[self._marker(number) for number in range(len(self._shapes))])

    def message(self, stamp: Time) -> MarkerArray:
        """The world as it stands."""
        links = {link: _place(*link, self._world.client) for link in self._world.names}
        for shape, marker in zip(self._shapes, self._message.markers, strict=True):
            position, orientation = pybullet.multiplyTransforms(*links[shape.body, shape.link], *shape.place)
            marker.header.stamp = stamp
            pose = marker.pose
            pose.position.x, pose.position.y, pose.position.z = position
            turned = pose.orientation
            turned.x, turned.y, turned.z, turned.w = orientation
        return self._message

    def _marker(self, number: int) -> Marker:
        shape = self._shapes[number]
        marker = Marker(ns=self._world.names[shape.body, shape.link], id=number, type=shape.type, action=Marker.ADD)
        marker.header.frame_id = BASE_FRAME
        marker.scale.x, marker.scale.y, marker.scale.z = shape.scale
        marker.color.r, marker.color.g, marker.color.b, marker.color.a = shape.colour
        return marker


def _shapes(body: int, client: int) -> Iterator[_Shape]:
    for _, link, kind, size, _, *place, colour in pybullet.getVisualShapeData(body, physicsClientId=client):
        if kind == pybullet.GEOM_BOX:
            yield _Shape(body, link, Marker.CUBE, size, (place[0], place[1]), colour)
            continue
        length, radius, _ = size
        across = 2 * radius
        yield _Shape(body, link, Marker.CYLINDER, (across, across, length), (place[0], place[1]), colour)
        if kind == pybullet.GEOM_CAPSULE:
            for end in (-length / 2, length / 2):
                cap = pybullet.multiplyTransforms(*place, (0, 0, end), _LEVEL)
                yield _Shape(body, link, Marker.SPHERE, (across, across, across), cap, colour)


def _place(body: int, link: int, client: int) -> Place:
    """Of the link's frame."""
    if link >= 0:
        state = pybullet.getLinkState(body, link, computeForwardKinematics=1, physicsClientId=client)
        return state[4], state[5]
    centre = pybullet.getDynamicsInfo(body, -1, physicsClientId=client)[3:5]
    of_centre = pybullet.getBasePositionAndOrientation(body, physicsClientId=client)
    place: Place = pybullet.multiplyTransforms(*of_centre, *pybullet.invertTransform(*centre))
    return place
