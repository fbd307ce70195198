"""The twin's PyBullet world: the arm with its mug, the table and the target cup, and who may touch whom."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import pybullet

from kinova_pour_env import gen3
from kinova_pour_env.arm import ArmError
from kinova_pour_env.scene import Scene
from sim_bridge.twin_config import TwinConfig
from sim_bridge.urdf import arm_urdf, table_urdf, target_cup_urdf

GRAVITY = 9.81

HAND = ("spherical_wrist_2_link", "bracelet_link", "gripper", "mug")
"""Links that are always near each other."""


class World:
    """One PyBullet client of its own.

    Attributes:
        client: its id.
        arm: id of the arm's body.
        names: the name of each (body id, link index).
        joints: link indices of the actuated joints.
        mug: link index of the mug, whose frame is cup_frame.
        neighbours: pairs of names between which nothing counts as a touch, a link with itself included.
        substeps: physics steps per call of stepSimulation.
    """

    def __init__(self, scene: Scene, config: TwinConfig) -> None:
        """Load everything.

        Raises:
            ArmError: the window cannot be opened, or no temporary file be written.
        """
        self.client = _connect(config.gui)
        self.substeps = config.substeps
        self.load(scene)

    def load(self, scene: Scene) -> None:
        """Put another scene, and the arm as it is at joint positions zero, in place of what is there.

        Raises:
            ArmError: no temporary file can be written.
        """
        pybullet.resetSimulation(physicsClientId=self.client)
        # One call advances a whole period: the motors keep their targets over its substeps.
        pybullet.setPhysicsEngineParameter(
            fixedTimeStep=gen3.COMMAND_PERIOD,
            numSubSteps=self.substeps,
            deterministicOverlappingPairs=1,
            physicsClientId=self.client,
        )
        pybullet.setGravity(0, 0, -GRAVITY, physicsClientId=self.client)
        flags = pybullet.URDF_USE_INERTIA_FROM_FILE | pybullet.URDF_USE_SELF_COLLISION
        self.arm = self._load(arm_urdf(scene.mug), (0, 0, 0), flags)
        table = self._load(table_urdf(), (0, 0, scene.table_height))
        cup = scene.target_cup
        target_cup = self._load(target_cup_urdf(cup), (cup.x, cup.y, scene.table_height))

        links = {-1: "base_link"}
        for link in range(pybullet.getNumJoints(self.arm, physicsClientId=self.client)):
            links[link] = pybullet.getJointInfo(self.arm, link, physicsClientId=self.client)[12].decode()
        self.names = {(self.arm, link): name for link, name in links.items()}
        self.names |= {(table, -1): "table", (target_cup, -1): "target_cup"}
        self.joints = list(range(len(gen3.ACTUATED_JOINTS)))
        self.mug = next(link for link, name in links.items() if name == "mug")
        self._exclude_neighbours(links, table)
        for link in links:
            pybullet.changeDynamics(
                self.arm, link, linearDamping=0, angularDamping=0, jointDamping=0, physicsClientId=self.client
            )

    def close(self) -> None:
        """Let go of the client."""
        if pybullet.isConnected(self.client):
            pybullet.disconnect(self.client)

    def state(self) -> bytes:
        """Bullet's whole state, caches of contacts included: what follows from it repeats to the bit, in any client."""
        with _temporary_file("state.bullet") as path:
            pybullet.saveBullet(str(path), physicsClientId=self.client)
            return path.read_bytes()

    def restore(self, state: bytes) -> None:
        """Go back to a state of a world with the same scene."""
        with _temporary_file("state.bullet") as path:
            path.write_bytes(state)
            pybullet.restoreState(fileName=str(path), physicsClientId=self.client)

    def _load(self, urdf: str, position: tuple[float, float, float], flags: int = 0) -> int:
        with _temporary_file("body.urdf") as path:
            path.write_text(urdf)
            body: int = pybullet.loadURDF(
                str(path), basePosition=position, useFixedBase=True, flags=flags, physicsClientId=self.client
            )
        return body

    def _exclude_neighbours(self, links: dict[int, str], table: int) -> None:
        adjacent = {frozenset((joint.parent, joint.child)) for joint in gen3.ACTUATED_JOINTS}
        hand = {frozenset(pair) for pair in combinations(HAND, 2)}
        itself = {frozenset((name,)) for name in links.values()}
        self.neighbours = adjacent | hand | itself | {frozenset(("base_link", "table"))}
        for a, b in combinations(links, 2):
            if frozenset((links[a], links[b])) in self.neighbours:
                pybullet.setCollisionFilterPair(self.arm, self.arm, a, b, 0, physicsClientId=self.client)
        pybullet.setCollisionFilterPair(self.arm, table, -1, -1, 0, physicsClientId=self.client)


@contextmanager
def _temporary_file(name: str) -> Iterator[Path]:
    """A path for PyBullet, which reads and writes files only.

    Raises:
        ArmError: it cannot be written, or PyBullet cannot read it.
    """
    try:
        with TemporaryDirectory() as folder:
            yield Path(folder) / name
    except (OSError, pybullet.error) as error:
        raise ArmError(f"PyBullet takes its world from a temporary file, and {name} failed: {error}") from error


def _connect(gui: bool) -> int:
    if not gui:
        client: int = pybullet.connect(pybullet.DIRECT)
        return client
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise ArmError("the PyBullet window needs a display and DISPLAY is not set: run with gui false")
    client = pybullet.connect(pybullet.GUI)
    if client < 0:
        raise ArmError("the PyBullet window did not open: run with gui false, or close the other one")
    pybullet.configureDebugVisualizer(pybullet.COV_ENABLE_GUI, 0, physicsClientId=client)
    pybullet.resetDebugVisualizerCamera(1.3, 60, -25, (0.4, -0.1, 0.25), physicsClientId=client)
    return client
