"""What has to be right before the first motion. Nothing here moves the arm."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np

from kinova_pour_env import gen3
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME, joint_positions_at
from kinova_pour_env.kinematics import flange_pose, rotation_vector
from kinova_pour_env.kortex.actions import halt
from kinova_pour_env.kortex.commissioning import payload_mass
from kinova_pour_env.kortex.config import KortexConfig
from kinova_pour_env.kortex.connection import Connection
from kinova_pour_env.kortex.errors import KortexError
from kinova_pour_env.kortex.faults import state_problem
from kinova_pour_env.kortex.feedback import FeedbackReader
from kinova_pour_env.kortex.protection_zones import zones_on_the_way
from kinova_pour_env.kortex.retreat import REACH_HIGH, REACH_LOW, can_retreat
from kinova_pour_env.kortex.units import twist_limits
from kinova_pour_env.scene import Scene

OLDEST_FIRMWARE = (2, 5)
POSITION_TOLERANCE, ANGLE_TOLERANCE = 0.01, 0.035
"""m and rad between the pose that the arm reports and that of the model."""
STANDING = 0.02
"""rad/s: slower joints stand."""
READINGS = 20
SLOW, LATE = 0.015, 0.005
"""s: a reading that takes longer, and a period that is off by more, do not carry a stream at 40 Hz."""


class Check(NamedTuple):
    """One thing looked at.

    Attributes:
        name: of it.
        passed: whether it is right.
        result: what was found.
        remedy: what to do where it is not right; empty where the result says so already.
    """

    name: str
    passed: bool
    result: str
    remedy: str

    def __str__(self) -> str:
        """The line for a person."""
        remedy = f"; {self.remedy}" if self.remedy and not self.passed else ""
        return f"{self.name}: {self.result}{remedy}"


@dataclass(frozen=True, slots=True)
class Preflight:
    """The checks, over an arm that stands.

    Attributes:
        connection: to the arm.
        reader: of its feedback.
        config: of the driver.
        scene: with the mug that it holds.
    """

    connection: Connection
    reader: FeedbackReader
    config: KortexConfig
    scene: Scene

    def checks(self) -> Iterator[Check]:
        """Each check as it is made; a call that fails is a check that did not pass."""
        for name, check in (
            ("connection", self._connection),
            ("clock and rate", self._rate),
            ("firmware", self._firmware),
            ("state", self._state),
            ("servoing mode", self._servoing),
            ("limits", self._limits),
            ("payload", self._payload),
            ("tool frame", self._tool_frame),
            ("joints", self._joints),
            ("workspace", self._workspace),
            ("home", self._home),
            ("protection zones", self._zones),
            ("stop", self._stop),
        ):
            yield self._made(name, check)

    def _made(self, name: str, check: Callable[[], tuple[bool, str, str]]) -> Check:
        try:
            return Check(name, *check())
        except KortexError as error:
            return Check(name, False, str(error), "")

    def _connection(self) -> tuple[bool, str, str]:
        took = []
        for _ in range(READINGS):
            start = time.monotonic()
            self.reader.refresh()
            took.append(time.monotonic() - start)
        slowest = max(took)
        remedy = "use a cable, not a radio link, and no other program that reads this arm"
        return not self.reader.lost and median(took) < SLOW, f"slowest reading {slowest * 1000:.1f} ms", remedy

    def _firmware(self) -> tuple[bool, str, str]:
        versions = self.connection.call(self.connection.base.GetFirmwareBundleVersions)
        text = str(versions.main_bundle_version)
        numbers = tuple(int(number) for number in re.findall(r"\d+", text)[:2])
        oldest = ".".join(map(str, OLDEST_FIRMWARE))
        return numbers >= OLDEST_FIRMWARE, text or "unknown", f"update the arm to {oldest} or later"

    def _state(self) -> tuple[bool, str, str]:
        problem = state_problem(self.connection.call(self.connection.base.GetArmState).active_state)
        faults = ", ".join(self.reader.latest().faults) or problem
        return not faults, faults or "ready, no faults", "look why, then acknowledge"

    def _servoing(self) -> tuple[bool, str, str]:
        mode = self.connection.call(self.connection.base.GetServoingMode).servoing_mode
        right = mode == self.connection.kortex.base.SINGLE_LEVEL_SERVOING
        return right, "single level" if right else f"mode {mode}", "end the program that changed it"

    def _limits(self) -> tuple[bool, str, str]:
        control = self.connection.control_config
        found = twist_limits(self.connection.call(control.GetKinematicHardLimits))
        right = np.allclose(found, (gen3.LINEAR_SPEED, gen3.ANGULAR_SPEED), rtol=0.02)
        return bool(right), f"{found[0]:.2f} m/s, {found[1]:.2f} rad/s", "this driver is for the Gen3 with 7 joints"

    def _payload(self) -> tuple[bool, str, str]:
        found = self.connection.call(self.connection.control_config.GetPayloadInformation).payload_mass
        wanted = payload_mass(self.scene.mug, self.config.mug_mass)
        return abs(found - wanted) < 0.01, f"{found:.2f} kg", f"it should be {wanted:.2f} kg: reset the session"

    def _tool_frame(self) -> tuple[bool, str, str]:
        reading = self.reader.reading
        flange = flange_pose(reading.joint_positions)
        modelled = flange[:3, 3] + gen3.TOOL.xyz[2] * flange[:3, 2]
        away = float(np.linalg.norm(reading.tool_position - modelled))
        turned = float(np.linalg.norm(rotation_vector(reading.tool_rotation @ flange[:3, :3].T)))
        right = away < POSITION_TOLERANCE and turned < ANGLE_TOLERANCE
        remedy = "the arm's tool pose is not the model's: another tool, another arm, or joints in need of calibration"
        return right, f"{away * 1000:.1f} mm and {turned:.3f} rad from the model", remedy

    def _joints(self) -> tuple[bool, str, str]:
        positions = self.reader.reading.joint_positions.tolist()
        beyond = [
            f"{joint.name} is at {position:.3f} rad, beyond its limit of {joint.limit:g} rad"
            for joint, position in zip(gen3.ACTUATED_JOINTS, positions, strict=True)
            if abs(position) > joint.limit
        ]
        return not beyond, ", ".join(beyond) or "within their limits", _BY_HAND

    def _workspace(self) -> tuple[bool, str, str]:
        state = self.reader.latest()
        x, y, z = state.cup_position
        box = f"the mug must be between {REACH_LOW.tolist()} and {REACH_HIGH.tolist()} m: {_BY_HAND}"
        return can_retreat(state), f"mug at ({x:.3f}, {y:.3f}, {z:.3f}) m", box

    def _home(self) -> tuple[bool, str, str]:
        spread = self.scene.start_spread
        for corner in (-spread, spread):
            joint_positions_at(CUP_AT_HOME + corner, "start")
        return True, "in reach", ""

    def _zones(self) -> tuple[bool, str, str]:
        on_the_way, beside = zones_on_the_way(self.connection, self.scene)
        if on_the_way:
            remedy = "twists stop before it: move it or disable it in Kinova's Web App"
            return False, f"{', '.join(on_the_way)} on the mug's way from Home to the goal", remedy
        return True, f"none on the mug's way, beside it {', '.join(beside) or 'none'}", ""

    def _stop(self) -> tuple[bool, str, str]:
        start = time.monotonic()
        halt(self.connection, self.config.command_timeout)
        return True, f"answers in {(time.monotonic() - start) * 1000:.1f} ms", ""

    def _rate(self) -> tuple[bool, str, str]:
        """How well this computer keeps 40 Hz, with a reading in each period."""
        begin = time.monotonic()
        off = []
        for tick in range(1, READINGS + 1):
            time.sleep(max(0.0, begin + tick * gen3.COMMAND_PERIOD - time.monotonic()))
            off.append(abs(time.monotonic() - begin - tick * gen3.COMMAND_PERIOD))
            state = self.reader.refresh()
        fastest = float(np.abs(state.joint_velocities).max())
        result = f"late by {median(off) * 1000:.1f} ms, at most {max(off) * 1000:.1f} ms"
        if fastest > STANDING:
            return False, f"the arm moves ({fastest:.2f} rad/s)", "let go of it and let it come to rest"
        return (
            bool(median(off) < LATE),
            result,
            "this computer is too busy: end other programs, use real-time priority",
        )


_BY_HAND = "bring the arm near Home with Kinova's Web App or the joystick"
