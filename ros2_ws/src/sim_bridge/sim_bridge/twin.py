"""The PyBullet twin of the Gen3: the same commands, limits and timing as the arm, as fast as it computes."""

import time
from collections.abc import Generator
from copy import deepcopy
from dataclasses import replace
from math import isfinite
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pybullet
from numpy.typing import NDArray

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmError, ArmState, Contact, Vector, checked_twist
from kinova_pour_env.inverse_kinematics import CUP_AT_HOME, joint_positions_at
from kinova_pour_env.kinematics import wrap
from kinova_pour_env.scene import Scene
from sim_bridge.camera import picture
from sim_bridge.mirror import Mirror
from sim_bridge.touch import contacts_of, distances, external_wrench, touching_points
from sim_bridge.twin_config import TwinConfig
from sim_bridge.twist_follower import TwistFollower
from sim_bridge.world import World

STILL = 0.02
"""rad/s: slower joints have come to rest."""
SETTLING_PERIODS = 8
"""Until the joints are slower than 1e-5 rad/s."""

_FASTEST = [joint.velocity for joint in gen3.ACTUATED_JOINTS]
_CONTINUOUS = [joint.limit == float("inf") for joint in gen3.ACTUATED_JOINTS]


class TwinSnapshot(NamedTuple):
    """A twin at one instant; it can be pickled.

    Attributes:
        config: of the twin.
        physics: Bullet's state.
        motion: all else, by attribute.
    """

    config: TwinConfig
    physics: bytes
    motion: dict[str, Any]


_LASTING = {"config", "period", "real_time", "_world", "_efforts", "_next_tick", "_diverged"}
"""Attributes of a twin that its motion does not change, and the world."""


class Twin:
    """A Gen3 with a held mug in PyBullet. Obeys `kinova_pour_env.arm.Arm`; several may live in one process."""

    Config: ClassVar[type[TwinConfig]] = TwinConfig
    Mirror: ClassVar[type[Mirror]] = Mirror

    def __init__(self, scene: Scene, config: TwinConfig | None = None) -> None:
        """Build the world and stand at Home.

        Raises:
            ArmError: the window cannot be opened, or something touches the arm at Home.
        """
        self.scene = scene
        self.config = config or TwinConfig()
        self.period = gen3.COMMAND_PERIOD
        self.real_time = self.config.real_time
        self._world: World | None = World(scene, self.config)
        # PyBullet takes an effort as an impulse per call of stepSimulation, and Bullet spends it in each substep.
        self._efforts = [joint.effort / self.config.substeps for joint in gen3.ACTUATED_JOINTS]
        self._follower = TwistFollower(self.config)
        self._state: ArmState
        self._diverged = False
        self._ticks = 0
        self._next_tick = time.monotonic()
        try:
            self._stand(np.array(gen3.HOME))
        except ArmError:
            self.close()
            raise

    def reset(self, random: np.random.Generator, scene: Scene | None = None) -> Generator[str, None, None]:
        """Stand at Home, moved by a draw from the cube of `scene.start_spread`; clears every fault.

        Args:
            random: of the draw.
            scene: what stands around it from now on; the same as before if left out.

        Yields:
            "home", then "refill", as each begins.

        Raises:
            ArmError: the drawn position is out of reach, or something touches the arm there.
        """
        self.stop()
        yield "home"
        if scene is not None and scene != self.scene:
            self._open().load(scene)
            self.scene = scene
        spread = self.scene.start_spread
        self._stand(joint_positions_at(CUP_AT_HOME + random.uniform(-spread, spread, 3), "start"))
        yield "refill"

    def send_twist(self, twist: Vector) -> None:
        """Replace the commanded twist [6]; a faulted arm ignores it.

        Raises:
            ArmError: the twist is not six finite numbers, or the emergency stop is on.
        """
        wanted = checked_twist(twist)
        if self._stopped:
            raise ArmError("the emergency stop is on: reset the arm first")
        self._command = wanted

    def advance(self) -> ArmState:
        """One period of 25 ms.

        Raises:
            ArmError: the twin is closed, or its physics has diverged.
        """
        self._tick()
        if self.real_time:
            self._next_tick = max(self._next_tick + self.period, time.monotonic() - self.period)
            time.sleep(max(0.0, self._next_tick - time.monotonic()))
        return self._state

    def read(self) -> ArmState:
        """The latest state."""
        return self._state

    def stop(self) -> None:
        """Zero twist; the ramp brings the arm to rest."""
        self._command = np.zeros(6)

    def emergency_stop(self) -> None:
        """Brake with all the effort the actuators have; twists are refused until reset."""
        self._stopped = True
        self._fault("emergency stop")

    def close(self) -> None:
        """Let go of the world."""
        if self._world is not None:
            self._world.close()
            self._world = None

    def render(self, width: int = 640, height: int = 480) -> NDArray[np.uint8]:
        """A picture of the mug and the target cup, uint8 [height, width, 3]."""
        return picture(self._open(), self.scene, width, height)

    def distances(self, farthest: float) -> tuple[Contact, ...]:
        """The pairs of bodies nearer to each other than `farthest` m, by name, with the least distance of each.

        Neighbours along the arm, the links of the hand among themselves, and the base on its table are left out.
        """
        return distances(self._open(), farthest)

    def snapshot(self) -> TwinSnapshot:
        """The twin as it is now; what follows from it can be repeated to the bit, by any twin of the same settings.

        Raises:
            ArmError: the twin is closed, or its physics has diverged.
        """
        world = self._open()
        if self._diverged:
            raise ArmError("the physics of the twin has diverged: reset it")
        motion = {name: value for name, value in vars(self).items() if name not in _LASTING}
        return TwinSnapshot(self.config, world.state(), deepcopy(motion))

    def restore(self, snapshot: TwinSnapshot) -> None:
        """Go back to a snapshot, time included, whatever has happened since.

        Raises:
            ArmError: the twin is closed, or the snapshot is of one with other settings.
        """
        if snapshot.config != self.config:
            raise ArmError("the snapshot is of a twin with other settings")
        self._repair()
        scene = snapshot.motion["scene"]
        if scene != self.scene:
            self._open().load(scene)
        self._open().restore(snapshot.physics)
        vars(self).update(deepcopy(snapshot.motion))

    def _repair(self) -> None:
        """A new world for one that diverged: what is not a number stays in Bullet's caches."""
        if self._diverged:
            self._open().close()
            self._world = World(self.scene, self.config)
            self._diverged = False

    def _open(self) -> World:
        if self._world is None or not pybullet.isConnected(self._world.client):
            raise ArmError("the twin is closed, or its window was: make another one")
        return self._world

    def _stand(self, joint_positions: Vector) -> None:
        self._repair()
        world = self._open()
        for joint, position in zip(world.joints, joint_positions, strict=True):
            pybullet.resetJointState(world.arm, joint, position, physicsClientId=world.client)
        self._follower.reset(joint_positions)
        self._positions = joint_positions
        self._velocities = np.zeros(len(world.joints))
        self._faults: tuple[str, ...] = ()
        self._stopped = False
        self.stop()
        for _ in range(SETTLING_PERIODS):
            self._tick()
        if self._state.contacts:
            pairs = ", ".join(" and ".join(contact.bodies) for contact in self._state.contacts)
            raise ArmError(f"the arm cannot start where bodies touch ({pairs}): move the target cup or the table")

    def _fault(self, words: str) -> None:
        self._command = np.zeros(6)
        self._follower.reset(self._positions)
        if words not in self._faults:
            self._faults = (*self._faults, words)
            self._state = replace(self._state, faults=self._faults)

    def _tick(self) -> None:
        world = self._open()
        follower = self._follower
        if not self._faults:
            follower.step(self._command)
        elif np.abs(self._velocities).max() > STILL:
            follower.reset(self._positions)
        behind = (follower.joint_positions - self._positions).tolist()
        pybullet.setJointMotorControlArray(
            world.arm,
            world.joints,
            pybullet.VELOCITY_CONTROL,
            targetVelocities=[
                min(max(error / self.period, -fastest), fastest)
                for error, fastest in zip(behind, _FASTEST, strict=True)
            ],
            forces=self._efforts,
            physicsClientId=world.client,
        )
        pybullet.stepSimulation(physicsClientId=world.client)
        self._ticks += 1
        self._measure(world)
        errors = [abs(error) for error in (follower.joint_positions - self._positions).tolist()]
        if (largest := max(errors)) > gen3.FOLLOWING_ERROR:
            self._fault(f"following error of {gen3.ACTUATED_JOINTS[errors.index(largest)].name}")

    def _measure(self, world: World) -> None:
        positions, velocities, _, efforts = zip(
            *pybullet.getJointStates(world.arm, world.joints, physicsClientId=world.client), strict=True
        )
        if not isfinite(sum(positions) + sum(velocities)):
            self._diverged = True
            raise ArmError("the physics of the twin has diverged: reset it")
        self._positions, self._velocities = np.array(positions), np.array(velocities)
        link = pybullet.getLinkState(world.arm, world.mug, 1, 1, physicsClientId=world.client)
        cup_position = np.array(link[4])
        points = touching_points(world, self.config.contact_distance)
        self._state = ArmState(
            time=self._ticks * self.period,
            joint_positions=np.array(
                [wrap(position) if turns else position for position, turns in zip(positions, _CONTINUOUS, strict=True)]
            ),
            joint_velocities=self._velocities,
            joint_torques=np.array(efforts) * world.substeps,
            cup_position=cup_position,
            cup_rotation=np.array(pybullet.getMatrixFromQuaternion(link[5])).reshape(3, 3),
            cup_velocity=np.array(link[6]),
            cup_angular_velocity=np.array(link[7]),
            wrench=external_wrench(world, points, cup_position) if points else np.zeros(6),
            contacts=contacts_of(world, points) if points else (),
            faults=self._faults,
        )
