"""What the arm is told at the beginning of each session: how it is commanded, and what it holds."""

from math import pi
from typing import Any

from kinova_pour_env.kortex.config import KortexConfig
from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.kortex.units import tool_configuration
from kinova_pour_env.scene import Mug, Scene

COFFEE = 1000.0
"""kg/m^3."""


def commission(connection: Connection, config: KortexConfig, scene: Scene) -> None:
    """Single-level servoing, the gripper as tool, the full mug as payload: else the wrench and the pose are wrong.

    Raises:
        KortexError: the arm refuses one of them.
    """
    call, control = connection.call, connection.control_config
    select_servoing(connection)
    call(control.SetToolConfiguration, tool_configuration(connection.kortex))
    call(control.SetPayloadInformation, _payload(connection, config, scene))


def select_servoing(connection: Connection) -> None:
    """The mode in which twists and actions are obeyed.

    Raises:
        KortexError: the arm refuses it.
    """
    mode = connection.kortex.base.ServoingModeInformation()
    mode.servoing_mode = connection.kortex.base.SINGLE_LEVEL_SERVOING
    connection.call(connection.base.SetServoingMode, mode)


def payload_mass(mug: Mug, empty: float) -> float:
    """Mass of the full mug, kg.

    Args:
        mug: its inside.
        empty: its own mass, kg.
    """
    return empty + COFFEE * mug.fill * pi * mug.radius**2 * mug.height


def _payload(connection: Connection, config: KortexConfig, scene: Scene) -> Any:
    """The mug's middle is the tool's origin, so the centre of mass stays at zero."""
    payload = connection.kortex.control_config.PayloadInformation()
    payload.payload_mass = payload_mass(scene.mug, config.mug_mass)
    return payload
