"""Settings of the driver, and who logs in."""

import os
from dataclasses import dataclass as plain_dataclass
from dataclasses import field
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from kinova_pour_env.arm import ArmError

USERNAME, PASSWORD = "KORTEX_USERNAME", "KORTEX_PASSWORD"

Port = Annotated[int, Field(ge=1, lt=2**16)]
Seconds = Annotated[float, Field(gt=0, le=600)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class KortexConfig:
    """How the Gen3 is reached and moved between episodes. Who logs in stands in the environment or in a file."""

    robot_ip: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]+$")] = "192.168.1.10"
    """Address of the arm."""
    tcp_port: Port = 10_000
    """Port of the calls."""
    udp_port: Port = 10_001
    """Port of the cyclic feedback."""
    credentials_file: Path | None = None
    """File with the user in its first line and the password in its second; empty takes KORTEX_USERNAME and
    KORTEX_PASSWORD from the environment."""

    call_timeout: Seconds = 2.0
    """Deadline of each call outside the command stream, s."""
    command_timeout: Annotated[float, Field(gt=0, le=1)] = 0.1
    """Deadline of each twist and each stop, s."""
    feedback_timeout: Annotated[float, Field(gt=0, le=1)] = 0.02
    """Deadline of each reading, s."""
    feedback_lost: Annotated[float, Field(ge=0.05, le=5)] = 0.2
    """Without a new reading for so long the arm counts as faulted, s."""
    imu_crossover: Annotated[float, Field(gt=0, le=5)] = 1.0
    """Slower accelerations of the mug are taken from the joints, faster ones from the wrist's IMU, Hz: between the
    0.1 Hz of a pour, with which gravity's share in the IMU's error turns, and the coffee's own 3.4 Hz."""
    session_inactivity: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """The arm ends a session without calls after so long, s."""
    connection_inactivity: Annotated[float, Field(ge=0.1, le=60)] = 2.0
    """The arm stops and ends the session when this computer is silent for so long, s."""
    reconnection: Seconds = 30.0
    """How long a reset tries to reach a lost arm, s."""

    retreat_speed: Annotated[float, Field(gt=0, le=0.25)] = 0.12
    """Speed of the mug on its way back from an episode, m/s."""
    retreat_turn: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Rate at which the mug is turned upright before it, rad/s."""
    home_speed: Annotated[float, Field(gt=0, le=0.8)] = 0.3
    """Fastest joint of the action that goes home, rad/s."""
    action_timeout: Seconds = 60.0
    """An action that has not ended by then has failed, s."""
    gripper_position: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Where the fingers close to, from open (0) to closed (1): beyond the mug's width, so that they hold it."""
    mug_mass: Annotated[float, Field(ge=0, le=2)] = 0.25
    """The empty mug, kg."""


@plain_dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in; the password is never shown."""

    username: str
    password: str = field(repr=False)


def find_credentials(file: Path | None) -> Credentials:
    """Read them from a file, or from the environment where there is none.

    Raises:
        ArmError: the file cannot be read or is incomplete, or the environment has none.
    """
    if file is None:
        username, password = os.environ.get(USERNAME, ""), os.environ.get(PASSWORD, "")
        if not username or not password:
            raise ArmError(f"who logs in to the arm? Set {USERNAME} and {PASSWORD}, or name a credentials_file")
        return Credentials(username, password)
    try:
        lines = file.read_text("utf8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ArmError(f"credentials_file {file} cannot be read: {error}") from error
    if len(lines) < 2 or not lines[0].strip() or not lines[1]:
        raise ArmError(f"credentials_file {file} needs the user in its first line and the password in its second")
    return Credentials(lines[0].strip(), lines[1])
