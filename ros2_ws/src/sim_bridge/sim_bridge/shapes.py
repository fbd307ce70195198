"""Primitive geometry as URDF elements, and vessels built from it."""

from dataclasses import dataclass
from math import cos, pi, sin, tan
from xml.etree import ElementTree

from kinova_pour_env.gen3 import Triple

Colour = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """A primitive in a link's frame.

    Attributes:
        kind: URDF's tag: box, cylinder or capsule (the latter two along z).
        size: m; box: three sides, else radius and length (a capsule's without its caps).
        xyz: m, its middle.
        rpy: rad.
    """

    kind: str
    size: tuple[float, ...]
    xyz: Triple = (0, 0, 0)
    rpy: Triple = (0, 0, 0)

    def element(self, tag: str, colour: Colour | None = None) -> ElementTree.Element:
        """The shape as <collision> or <visual>."""
        element = ElementTree.Element(tag)
        element.append(origin(self.xyz, self.rpy))
        geometry = ElementTree.SubElement(element, "geometry")
        if self.kind == "box":
            ElementTree.SubElement(geometry, "box", size=numbers(self.size))
        else:
            radius, length = self.size
            ElementTree.SubElement(geometry, self.kind, radius=f"{radius:.9g}", length=f"{length:.9g}")
        if colour:
            material = ElementTree.SubElement(element, "material", name=numbers(colour))
            ElementTree.SubElement(material, "color", rgba=numbers(colour))
        return element


def numbers(values: tuple[float, ...]) -> str:
    """Numbers as an attribute's text."""
    return " ".join(f"{value:.9g}" for value in values)


def origin(xyz: Triple, rpy: Triple) -> ElementTree.Element:
    """An <origin>."""
    return ElementTree.Element("origin", xyz=numbers(xyz), rpy=numbers(rpy))


def open_vessel(radius: float, height: float, wall: float, staves: int) -> tuple[Shape, ...]:
    """An open cup of straight staves on a bottom plate, its bottom's underside at z = 0.

    Args:
        radius: m, inner (of the inscribed circle).
        height: m, from the underside to the mouth.
        wall: m, thickness of staves and bottom.
        staves: how many.
    """
    outer = radius + wall
    middle = radius + wall / 2
    width = 2 * outer * tan(pi / staves)
    bottom = Shape("cylinder", (outer, wall), (0, 0, wall / 2))
    return bottom, *(
        Shape("box", (wall, width, height), (middle * cos(yaw), middle * sin(yaw), height / 2), (0, 0, yaw))
        for yaw in (2 * pi * stave / staves for stave in range(staves))
    )
