"""The bodies that the twin simulates, as meshes: read from the same URDF texts."""

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
import trimesh
from numpy.typing import NDArray

from kinova_pour_env.kinematics import quaternion_from_rotation, rotation_from_angles

Quaternion = tuple[float, float, float, float]
"""(w, x, y, z), as viser takes it."""


class Hinge(NamedTuple):
    """How a link hangs on its parent; an actuated one turns about the z axis of its own frame.

    Attributes:
        link: its name.
        parent: that link's name.
        position: [3] m, in the parent's frame.
        rotation: [3, 3], at joint position zero.
        actuated: whether it turns.
    """

    link: str
    parent: str
    position: NDArray[np.float64]
    rotation: NDArray[np.float64]
    actuated: bool

    def orientation(self, angle: float) -> Quaternion:
        """Of the link in its parent at a joint position, rad."""
        return quaternion(self.rotation @ rotation_from_angles((angle, 0.0, 0.0)))


class Part(NamedTuple):
    """The visible shapes of one colour on a link.

    Attributes:
        link: its name.
        mesh: in the link's frame.
        colour: red, green, blue, each 0 to 255.
    """

    link: str
    mesh: trimesh.Trimesh
    colour: tuple[int, int, int]


def hinges(urdf: str) -> list[Hinge]:
    """The joints of a URDF text, each behind its parent."""
    found = []
    for joint in ElementTree.fromstring(urdf).iterfind("joint"):
        position, rotation = _origin(joint)
        link, parent = (joint.find(tag).get("link", "") for tag in ("child", "parent"))  # type: ignore[union-attr]
        found.append(Hinge(link, parent, position, rotation, joint.get("type") != "fixed"))
    return found


def parts(urdf: str) -> Iterator[Part]:
    """The visible shapes of a URDF text, those of a link that have one colour together."""
    for link in ElementTree.fromstring(urdf).iterfind("link"):
        by_colour: dict[str, list[trimesh.Trimesh]] = {}
        for visual in link.iterfind("visual"):
            colour = visual.find("material/color")
            assert colour is not None
            by_colour.setdefault(colour.get("rgba", ""), []).append(_mesh(visual))
        for rgba, meshes in by_colour.items():
            red, green, blue = (round(255 * float(value)) for value in rgba.split()[:3])
            merged = trimesh.util.append_faces([mesh.vertices for mesh in meshes], [mesh.faces for mesh in meshes])
            mesh = trimesh.Trimesh(*merged, process=False)
            yield Part(link.get("name", ""), mesh, (red, green, blue))


def quaternion(rotation: NDArray[np.float64]) -> Quaternion:
    """Of a rotation matrix [3, 3]."""
    x, y, z, w = quaternion_from_rotation(rotation)
    return w, x, y, z


def _mesh(visual: ElementTree.Element) -> trimesh.Trimesh:
    geometry = visual.find("geometry")
    assert geometry is not None
    shape = geometry[0]
    if shape.tag == "box":
        mesh = trimesh.creation.box(_numbers(shape.get("size", "")))
    else:
        radius, length = float(shape.get("radius", 0)), float(shape.get("length", 0))
        if shape.tag == "cylinder":
            mesh = trimesh.creation.cylinder(radius, length, sections=32)
        else:
            mesh = trimesh.creation.capsule(length, radius, count=(24, 24))
            mesh.vertices -= mesh.bounds.mean(axis=0)
    transform = np.eye(4)
    transform[:3, 3], transform[:3, :3] = _origin(visual)
    mesh.apply_transform(transform)
    return mesh


def _origin(element: ElementTree.Element) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    origin = element.find("origin")
    if origin is None:
        return np.zeros(3), np.eye(3)
    roll, pitch, yaw = _numbers(origin.get("rpy", "0 0 0"))
    return np.array(_numbers(origin.get("xyz", "0 0 0"))), rotation_from_angles((yaw, pitch, roll))


def _numbers(text: str) -> list[float]:
    return [float(word) for word in text.split()]
