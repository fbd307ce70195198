"""The figures of the Kinova Gen3 (7 joints, spherical wrist, vision module, Robotiq 2F-85). SI and radians.

Sources: joint tree and inertials from Kinova's `kortex_description` (gen3, 7dof; inertia tensors rounded to 1e-6);
efforts, joint speeds and twist limits from its limits files; joint limits, joint accelerations and the actuators'
safeties from the Gen3 user guide; the gripper from Robotiq's 2F-85 manual.
"""

from dataclasses import dataclass
from math import inf, pi, radians

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Joint:
    """How a link hangs on its parent. An actuated joint turns about the z axis of its own frame.

    Attributes:
        xyz: m, origin of the child's frame in the parent's.
        rpy: rad, its orientation at joint position zero (extrinsic XYZ, as in URDF).
        limit: rad, the position stays within +-limit; infinite for a continuous joint.
        effort: N m.
        velocity: rad/s.
        acceleration: rad/s^2.
    """

    name: str
    parent: str
    child: str
    xyz: Triple
    rpy: Triple
    limit: float = inf
    effort: float = 0.0
    velocity: float = 0.0
    acceleration: float = 0.0


@dataclass(frozen=True, slots=True)
class Inertial:
    """Mass of a link.

    Attributes:
        mass: kg.
        centre: m, centre of mass in the link's frame.
        inertia: kg m^2 about the centre of mass: ixx, ixy, ixz, iyy, iyz, izz.
    """

    mass: float
    centre: Triple
    inertia: tuple[float, float, float, float, float, float]


_LARGE = (39.0, 1.3963, 5.2)  # effort, velocity and acceleration of the two sizes of actuators
_SMALL = (9.0, 1.2218, 10.0)

ACTUATED_JOINTS = (
    Joint("joint_1", "base_link", "shoulder_link", (0, 0, 0.15643), (pi, 0, 0), inf, *_LARGE),
    Joint("joint_2", "shoulder_link", "half_arm_1_link", (0, 0.005375, -0.12838), (pi / 2, 0, 0), 2.24, *_LARGE),
    Joint("joint_3", "half_arm_1_link", "half_arm_2_link", (0, -0.21038, -0.006375), (-pi / 2, 0, 0), inf, *_LARGE),
    Joint("joint_4", "half_arm_2_link", "forearm_link", (0, 0.006375, -0.21038), (pi / 2, 0, 0), 2.57, *_LARGE),
    Joint("joint_5", "forearm_link", "spherical_wrist_1_link", (0, -0.20843, -0.006375), (-pi / 2, 0, 0), inf, *_SMALL),
    Joint(
        "joint_6",
        "spherical_wrist_1_link",
        "spherical_wrist_2_link",
        (0, 0.00017505, -0.10593),
        (pi / 2, 0, 0),
        2.09,
        *_SMALL,
    ),
    Joint(
        "joint_7", "spherical_wrist_2_link", "bracelet_link", (0, -0.10593, -0.00017505), (-pi / 2, 0, 0), inf, *_SMALL
    ),
)
END_EFFECTOR = Joint("end_effector", "bracelet_link", "end_effector_link", (0, 0, -0.061525), (pi, 0, 0))
TOOL = Joint("tool", "end_effector_link", "tool_frame", (0, 0, 0.12), (0, 0, 0))

CUP = Joint("cup", "tool_frame", "cup_frame", (0, 0, 0), (0, -pi / 2, -pi / 2))
"""cup_frame: x = tool z, the pour axis; z = tool y, up out of the mug. At Home it is aligned with the base frame.

Not Kinova's tool angles: theirs meet gimbal lock exactly where the mug is upright at Home.
"""

INERTIALS = {
    "base_link": Inertial(1.697, (-0.000648, -0.000166, 0.084487), (0.004622, 9e-6, 6e-5, 0.004495, 9e-6, 0.002079)),
    "shoulder_link": Inertial(
        1.3773, (-2.3e-5, -0.010364, -0.07336), (0.00457, 1e-6, 2e-6, 0.004831, 0.000448, 0.001409)
    ),
    "half_arm_1_link": Inertial(
        1.1636, (-4.4e-5, -0.09958, -0.013278), (0.011088, 5e-6, 0, 0.001072, -0.000691, 0.011255)
    ),
    "half_arm_2_link": Inertial(
        1.1636, (-4.4e-5, -0.006641, -0.117892), (0.010932, 0, -7e-6, 0.011127, 0.000606, 0.001043)
    ),
    "forearm_link": Inertial(
        0.9302, (-1.8e-5, -0.075478, -0.015006), (0.008147, -1e-6, 0, 0.000631, -0.0005, 0.008316)
    ),
    "spherical_wrist_1_link": Inertial(
        0.6781, (1e-6, -0.009432, -0.063883), (0.001596, 0, 0, 0.001607, 0.000256, 0.000399)
    ),
    "spherical_wrist_2_link": Inertial(
        0.6781, (1e-6, -0.045483, -0.00965), (0.001641, 0, 0, 0.00041, -0.000278, 0.001641)
    ),
    "bracelet_link": Inertial(
        0.5, (0.000281, 0.011402, -0.029798), (0.000587, 3e-6, 3e-6, 0.000369, -0.000118, 0.000609)
    ),
}

GRIPPER_MASS = 0.921
GRIPPER_CENTRE = 0.04
"""m, centre of mass beyond the flange, along the tool axis."""
GRIPPER_STROKE = 0.085
"""m, the widest that fits between the fingers."""

HOME = tuple(radians(degrees) for degrees in (0, 15, 180, -130, 0, 55, 90))
"""Kinova's Home: the tool axis is horizontal and the held mug upright."""

LINEAR_SPEED = 0.5
"""m/s, hard limit of a twist."""
ANGULAR_SPEED = radians(100)
"""rad/s, hard limit of a twist."""
LINEAR_ACCELERATION = 0.4
"""m/s^2, Kinova's ramp for twists."""
ANGULAR_ACCELERATION = 0.4
"""rad/s^2, Kinova's ramp for twists."""
COMMAND_PERIOD = 0.025
"""s between two processed high-level commands."""
FOLLOWING_ERROR = radians(3)
"""rad, between commanded and measured joint position: the actuators fault beyond."""
