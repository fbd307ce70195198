"""The URDF of the Gen3 with its gripper closed on the mug, and of what stands around it, written from the figures."""

from math import pi
from xml.etree import ElementTree

from kinova_pour_env import gen3
from kinova_pour_env.gen3 import Inertial, Joint
from kinova_pour_env.scene import Mug, TargetCup
from sim_bridge.shapes import Colour, Shape, open_vessel, origin

WHITE: Colour = (0.92, 0.92, 0.93, 1)
GREY: Colour = (0.35, 0.36, 0.38, 1)
BLACK: Colour = (0.12, 0.12, 0.13, 1)
RED: Colour = (0.78, 0.16, 0.14, 1)
BLUE: Colour = (0.16, 0.36, 0.66, 1)
COFFEE: Colour = (0.26, 0.15, 0.08, 1)
WOOD: Colour = (0.72, 0.58, 0.42, 1)

MUG_WALL = 0.002
"""m: a steel mug; with 4 mm one of 40 mm inner radius would not fit between the fingers (gen3.GRIPPER_STROKE)."""
MUG_MASS = 0.25
"""kg, empty."""
CUP_WALL = 0.004
COFFEE_DENSITY = 1000.0
GRIPPER_GYRATION = 0.032
"""m, radius of gyration: half the gripper's width."""
STAVES = 16

_ALONG_Y = (pi / 2, 0, 0)

# Capsules and cylinders along the arm, as thick as its housings.
ARM_SHAPES: dict[str, tuple[Shape, ...]] = {
    "base_link": (Shape("cylinder", (0.05, 0.15), (0, 0, 0.075)),),
    "shoulder_link": (Shape("capsule", (0.046, 0.13), (0, 0, -0.065)),),
    "half_arm_1_link": (Shape("capsule", (0.046, 0.205), (0, -0.1025, 0), _ALONG_Y),),
    "half_arm_2_link": (Shape("capsule", (0.046, 0.205), (0, 0, -0.1025)),),
    "forearm_link": (Shape("capsule", (0.046, 0.2), (0, -0.1, 0), _ALONG_Y),),
    "spherical_wrist_1_link": (Shape("capsule", (0.036, 0.1), (0, 0, -0.05)),),
    "spherical_wrist_2_link": (Shape("capsule", (0.036, 0.1), (0, -0.05, 0), _ALONG_Y),),
    "bracelet_link": (
        Shape("cylinder", (0.038, 0.06), (0, 0, -0.03)),
        Shape("box", (0.07, 0.04, 0.03), (0, -0.05, -0.045)),  # the vision module
    ),
}


def arm_urdf(mug: Mug) -> str:
    """The arm, gripper and full mug as one tree; the frame of link "mug" is cup_frame.

    Args:
        mug: what is held.

    Returns:
        URDF text. Capsules are PyBullet's extension of the format.
    """
    robot = ElementTree.Element("robot", name="gen3")
    for name, shapes in ARM_SHAPES.items():
        robot.append(_link(name, gen3.INERTIALS[name], shapes, shapes, GREY if name == "base_link" else WHITE))
    for joint in gen3.ACTUATED_JOINTS:
        robot.append(_actuated(joint))

    fingers = _gripper_shapes(mug)
    moment = gen3.GRIPPER_MASS * GRIPPER_GYRATION**2
    robot.append(
        _link(
            "gripper",
            Inertial(gen3.GRIPPER_MASS, (0, 0, gen3.GRIPPER_CENTRE), (moment, 0, 0, moment, 0, moment)),
            fingers,
            fingers,
            BLACK,
        )
    )
    robot.append(_fixed("gripper", gen3.END_EFFECTOR.parent, gen3.END_EFFECTOR.xyz, gen3.END_EFFECTOR.rpy))
    robot.append(_mug_link(mug))
    robot.append(_fixed("mug", "gripper", gen3.TOOL.xyz, gen3.CUP.rpy))
    return _text(robot)


def target_cup_urdf(cup: TargetCup) -> str:
    """An open cup; the origin lies on its axis, on the table."""
    walls = open_vessel(cup.radius, cup.height, CUP_WALL, STAVES)
    robot = ElementTree.Element("robot", name="target_cup")
    robot.append(_link("target_cup", Inertial(0, (0, 0, 0), (0,) * 6), walls, walls, BLUE))
    return _text(robot)


def table_urdf() -> str:
    """A table top; the origin lies on it, under the arm's base."""
    top = (Shape("box", (1.5, 1.6, 0.04), (0.35, 0, -0.02)),)
    robot = ElementTree.Element("robot", name="table")
    robot.append(_link("table", Inertial(0, (0, 0, 0), (0,) * 6), top, top, WOOD))
    return _text(robot)


def _text(robot: ElementTree.Element) -> str:
    ElementTree.indent(robot)  # PyBullet reads lines of at most 1023 characters.
    return ElementTree.tostring(robot, encoding="unicode")


def _mug_link(mug: Mug) -> ElementTree.Element:
    radius, height = mug.radius + MUG_WALL, mug.height + MUG_WALL
    coffee = pi * mug.radius**2 * mug.height * mug.fill * COFFEE_DENSITY
    mass = MUG_MASS + coffee
    across, along = mass * (3 * radius**2 + height**2) / 12, mass * radius**2 / 2
    link = _link(
        "mug",
        Inertial(mass, (0, 0, 0), (across, 0, 0, across, 0, along)),
        (Shape("cylinder", (radius, height)),),
        _sunk(open_vessel(mug.radius, height, MUG_WALL, STAVES), height / 2),
        RED,
    )
    surface = Shape("cylinder", (0.98 * mug.radius, 0.002), (0, 0, MUG_WALL + mug.fill * mug.height - height / 2))
    link.append(surface.element("visual", COFFEE))
    return link


def _sunk(shapes: tuple[Shape, ...], depth: float) -> tuple[Shape, ...]:
    return tuple(
        Shape(shape.kind, shape.size, (shape.xyz[0], shape.xyz[1], shape.xyz[2] - depth), shape.rpy) for shape in shapes
    )


def _gripper_shapes(mug: Mug) -> tuple[Shape, ...]:
    finger = 0.012
    grip = mug.radius + MUG_WALL + finger / 2
    return (
        Shape("cylinder", (0.037, 0.07), (0, 0, 0.035)),
        Shape("box", (2 * grip + finger, 0.03, 0.02), (0, 0, 0.06)),
        Shape("box", (finger, 0.022, 0.085), (grip, 0, 0.0975)),
        Shape("box", (finger, 0.022, 0.085), (-grip, 0, 0.0975)),
    )


def _link(
    name: str, inertial: Inertial, collisions: tuple[Shape, ...], visuals: tuple[Shape, ...], colour: Colour
) -> ElementTree.Element:
    link = ElementTree.Element("link", name=name)
    element = ElementTree.SubElement(link, "inertial")
    element.append(origin(inertial.centre, (0, 0, 0)))
    ElementTree.SubElement(element, "mass", value=f"{inertial.mass:.9g}")
    names = ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
    ElementTree.SubElement(
        element, "inertia", {key: f"{value:.9g}" for key, value in zip(names, inertial.inertia, strict=True)}
    )
    link.extend(shape.element("collision") for shape in collisions)
    link.extend(shape.element("visual", colour) for shape in visuals)
    return link


def _actuated(joint: Joint) -> ElementTree.Element:
    continuous = joint.limit == float("inf")
    element = _joint(joint.name, "continuous" if continuous else "revolute", joint.parent, joint.child)
    element.append(origin(joint.xyz, joint.rpy))
    ElementTree.SubElement(element, "axis", xyz="0 0 1")
    limits = {"effort": f"{joint.effort:.9g}", "velocity": f"{joint.velocity:.9g}"}
    if not continuous:
        limits |= {"lower": f"{-joint.limit:.9g}", "upper": f"{joint.limit:.9g}"}
    ElementTree.SubElement(element, "limit", limits)
    return element


def _fixed(child: str, parent: str, xyz: gen3.Triple, rpy: gen3.Triple) -> ElementTree.Element:
    element = _joint(child, "fixed", parent, child)
    element.append(origin(xyz, rpy))
    return element


def _joint(name: str, kind: str, parent: str, child: str) -> ElementTree.Element:
    element = ElementTree.Element("joint", name=name, type=kind)
    ElementTree.SubElement(element, "parent", link=parent)
    ElementTree.SubElement(element, "child", link=child)
    return element
