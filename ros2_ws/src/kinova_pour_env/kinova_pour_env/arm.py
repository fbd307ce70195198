"""What an arm is to this project: the Gen3 over the Kortex API, its emulator, and the PyBullet twin all obey `Arm`."""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from math import isfinite
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env import gen3
from kinova_pour_env.safety.nearness import NearestDistance
from kinova_pour_env.safety.safety_config import SafetyConfig
from kinova_pour_env.safety.stopper import StopperCall
from kinova_pour_env.scene import Scene

Vector = NDArray[np.float64]

Snapshot = TypeVar("Snapshot")

JOINTS = 7

RETREAT = "retreat"
"""The phase of a reset in which an arm in real time follows twists: one is due in each period, as in an episode."""
HOME = "home"
"""The phase in which it goes to its first state by itself."""

STANDING = 0.01
"""rad/s: slower joints stand."""
COMING_TO_REST = 0.5 + gen3.ANGULAR_SPEED / gen3.ANGULAR_ACCELERATION
"""s in which an arm's own ramp has brought it to rest, from its fastest turn."""


class ArmError(RuntimeError):
    """An arm cannot do what was asked; the message names the cause and the remedy."""


class ArmUnreachable(ArmError):
    """The connection to the arm is lost, and that alone: nobody has intervened, and the next reset connects again."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Two bodies near each other; those in `ArmState.contacts` are nearer than allowed.

    Attributes:
        bodies: their names, sorted, e.g. ("forearm_link", "table").
        distance: m, negative when they overlap.
        self_collision: both belong to the arm, its gripper or the held mug.
    """

    bodies: tuple[str, str]
    distance: float
    self_collision: bool


@dataclass(frozen=True, slots=True)
class ArmState:
    """One reading of the arm. Base frame, SI, radians; `cup_frame` has x = the pour axis and z = up out of the mug.

    Attributes:
        time: s, on the arm's own clock, never going back.
        joint_positions: [7] rad, continuous joints wrapped to (-pi, pi].
        joint_velocities: [7] rad/s.
        joint_torques: [7] N m.
        cup_position: [3] m, origin of cup_frame (the middle of the mug).
        cup_rotation: [3, 3], base from cup_frame.
        cup_velocity: [3] m/s.
        cup_angular_velocity: [3] rad/s.
        wrench: [6] N and N m, external, at the tool.
        contacts: what touches what (an arm without such a sense reports none).
        faults: the arm's own faults in words; none when it may move.
        unreachable: these are of the connection to it alone.
        wrist_acceleration: [3] m/s^2, specific force in the axes of the wrist's IMU, where the arm has one.
        wrist_angular_velocity: [3] rad/s, likewise.
        cup_acceleration: [3] m/s^2, where the arm knows more of it than the change of `cup_velocity`.
    """

    time: float
    joint_positions: Vector
    joint_velocities: Vector
    joint_torques: Vector
    cup_position: Vector
    cup_rotation: Vector
    cup_velocity: Vector
    cup_angular_velocity: Vector
    wrench: Vector
    contacts: tuple[Contact, ...] = ()
    faults: tuple[str, ...] = ()
    unreachable: bool = False
    wrist_acceleration: Vector | None = None
    wrist_angular_velocity: Vector | None = None
    cup_acceleration: Vector | None = None


class Arm(Protocol):
    """A Gen3 with a held mug, driven by Cartesian twists at 40 Hz.

    A twist is kept until it is replaced, as the real arm does: whoever stops commanding must stop the arm.
    One thread commands it; `read`, `stop` and `emergency_stop` may come from others, even while that one hangs.
    """

    period: float
    """s between two processed commands."""

    real_time: bool
    """Whether `advance` waits for the wall clock."""

    def reset(self, random: np.random.Generator, scene: Scene | None = None) -> Generator[str, None, None]:
        """Go to a first state with a full mug; yields the name of each phase as it begins.

        Closing the iterator early leaves the arm standing.

        Args:
            random: for what is drawn.
            scene: what stands around it from now on, where that changes.

        Raises:
            ArmError: the arm cannot get there, or it cannot change its scene.
        """

    def send_twist(self, twist: Vector) -> None:
        """Replace the commanded twist.

        Args:
            twist: [6], of the cup's origin in base axes: m/s, then rad/s (an angular velocity, not Euler rates).
        """

    def advance(self) -> ArmState:
        """One period: the twin computes it, the arm waits for it."""

    def read(self) -> ArmState:
        """The latest state, without letting time pass on the twin."""

    def stop(self) -> None:
        """Zero twist; the arm's own ramp brings it to rest."""

    def emergency_stop(self) -> None:
        """Stop at once; the arm refuses twists until it is reset by a person."""

    def close(self) -> None:
        """Leave the arm standing and let go of it."""


@runtime_checkable
class Attended(Protocol):
    """An arm beside which a person stands: `reset` waits for them, to clear a fault and to refill the mug."""

    unattended: bool
    """Nobody is there, for nothing can come to harm: what waits for a person goes on by itself."""

    def acknowledge(self) -> str:
        """A person has looked and says that its faults may be cleared.

        Returns:
            What waited for it, in words; empty if nothing did.
        """

    def refilled(self) -> str:
        """A person or a machine has filled the mug, and says nothing else.

        Returns:
            What waited for it, in words; empty if nothing did.
        """


@runtime_checkable
class Guarded(Protocol):
    """An arm that goes on with its last twist when the process that drives it hangs: a second process can stop it."""

    @property
    def halted(self) -> bool:
        """Whether its last stop got through; one that did not leaves it moving, and to that process."""

    def stopper(self) -> StopperCall:
        """How that process gets a connection of its own, by which it can stop the arm at any moment."""


@runtime_checkable
class Heedful(Protocol):
    """An arm that goes ways of its own in a reset, and keeps the margins of an episode on them."""

    def heed(self, safety: SafetyConfig, nearest: NearestDistance | None) -> None:
        """Keep these from now on.

        Args:
            safety: the margins.
            nearest: least distances between bodies at joint positions [7] rad, of a mirrored twin.
        """


@runtime_checkable
class Repeatable(Protocol[Snapshot]):
    """An arm that can go back to what it was, to the bit: a simulated one."""

    def snapshot(self) -> Snapshot:
        """All that decides what happens next."""

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to it, whatever has happened since."""


def sound(state: ArmState) -> ArmState:
    """The state, of an arm without faults.

    Raises:
        ArmUnreachable: the connection to it is lost.
        ArmError: it has others.
    """
    if state.faults:
        kind = ArmUnreachable if state.unreachable else ArmError
        raise kind(f"the arm stands: {', '.join(state.faults)}")
    return state


def come_to_rest(arm: Arm) -> Iterator[ArmState]:
    """Yields after each period of a stopped arm until its joints stand.

    Raises:
        ArmError: they still move after the time that the arm's own ramp takes at most.
    """
    latest = time.monotonic() + COMING_TO_REST
    while np.abs((state := arm.advance()).joint_velocities).max() > STANDING:
        if time.monotonic() > latest:
            raise ArmError(
                f"the arm was stopped and still moves {COMING_TO_REST:.1f} s later: press the emergency stop"
            )
        yield state


def checked_twist(twist: Vector) -> Vector:
    """A copy of the twist [6].

    Raises:
        ArmError: it is not six finite numbers.
    """
    wanted = np.array(twist, dtype=float)
    if wanted.shape != (6,) or not isfinite(wanted.sum()):
        raise ArmError(f"a twist is six finite numbers (m/s, rad/s), not {twist}")
    return wanted


def find_arm(name: str) -> Any:
    """The arm that an installed package offers under `name` in the entry-point group "msaclag.arms".

    Returns:
        A class that obeys `Arm`, made as `cls(scene, config)`; its attribute `Config` is the dataclass of its settings.

    Raises:
        ArmError: no package offers it, or it cannot be imported here.
    """
    offered = {entry.name: entry for entry in entry_points(group="msaclag.arms")}
    if name not in offered:
        known = ", ".join(sorted(offered)) or "none"
        raise ArmError(f"no arm '{name}' is installed (there are: {known})")
    return offered[name].load()


def find_mirror(name: str) -> Any:
    """The mirror of other arms that the simulated arm `name` offers as its attribute `Mirror`.

    Returns:
        A class, made as `cls(scene)`; its `nearest` is a `safety.nearness.NearestDistance`, its `close` ends it.

    Raises:
        ArmError: there is no such arm, or it offers none.
    """
    mirror = getattr(find_arm(name), "Mirror", None)
    if mirror is None:
        raise ArmError(f"the arm '{name}' cannot mirror another: only a simulated one can, such as sim")
    return mirror
