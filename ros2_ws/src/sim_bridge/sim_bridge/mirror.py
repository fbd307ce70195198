"""The twin's world without dynamics: it stands as it is told to, and tells how near its bodies are."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pybullet

from kinova_pour_env import gen3
from kinova_pour_env.arm import Contact, Vector
from kinova_pour_env.scene import Scene
from sim_bridge.touch import contacts_of
from sim_bridge.twin_config import TwinConfig
from sim_bridge.world import World

FARTHEST = 0.35
"""m: beyond it a body is as good as away. The mug stops from its highest speed, 0.43 m/s, within 0.3 m."""
JOINTS_APART = 3
"""Links with no more joints between them are kept apart by these joints' limits, by 10 mm at least."""
TURNING_IN_PLACE = ("base_link", "shoulder_link")
"""Links whose distance to the scene never changes."""

_CHAIN = ("base_link", *(joint.child for joint in gen3.ACTUATED_JOINTS))
_HELD = ("gripper", "mug")
_ANY_LINK = -2


class Mirror:
    """An arm that is wherever it is seen; several may live in one process, each used by one thread at a time.

    Only bodies that may touch are looked at: the constant distance of two others would hide one that shrinks.
    """

    def __init__(self, scene: Scene, *, gui: bool = False) -> None:
        """Build the world; the arm stands at Home.

        Raises:
            ArmError: the window cannot be opened, or no temporary file be written.
        """
        self.world = World(scene, TwinConfig(gui=gui))
        arm = self.world.arm
        links = {name: link for (body, link), name in self.world.names.items() if body == arm}
        around = sorted({body for body, _ in self.world.names} - {arm})
        self._pairs = [(body, _ANY_LINK, _ANY_LINK) for body in around]
        self._pairs += [(arm, links[first], links[second]) for first, second in separable_pairs()]
        self._turning_in_place = {links[name] for name in TURNING_IN_PLACE}
        self.follow(np.array(gen3.HOME))

    def follow(self, joint_positions: Vector) -> None:
        """Stand at joint positions [7] rad."""
        world, targets = self.world, joint_positions[:, np.newaxis].tolist()
        pybullet.resetJointStatesMultiDof(world.arm, world.joints, targets, physicsClientId=world.client)

    def nearest(self, joint_positions: Vector) -> float:
        """The least distance between bodies that may touch, m, no more than `FARTHEST`.

        It is a `kinova_pour_env.safety.slowdown.NearestDistance`.

        Args:
            joint_positions: [7] rad.
        """
        self.follow(joint_positions)
        least = FARTHEST
        for pair in self._pairs:
            least = min([least, *(point[8] for point in self._points(pair, least))])
        return least

    def distances(self, farthest: float = FARTHEST) -> tuple[Contact, ...]:
        """The pairs of bodies that may touch and are nearer to each other than `farthest` m, the nearest first."""
        points = [point for pair in self._pairs for point in self._points(pair, farthest)]
        return tuple(sorted(contacts_of(self.world, points), key=lambda contact: contact.distance))

    def close(self) -> None:
        """Let go of the world."""
        self.world.close()

    def _points(self, pair: tuple[int, int, int], farthest: float) -> Iterator[Any]:
        body, first, second = pair
        client = self.world.client
        points: Iterable[Any] = pybullet.getClosestPoints(
            self.world.arm, body, farthest, first, second, physicsClientId=client
        )
        within_the_arm = body == self.world.arm
        return (point for point in points if within_the_arm or point[3] not in self._turning_in_place)


def separable_pairs() -> list[tuple[str, str]]:
    """The pairs of the arm's own bodies that can touch each other within the limits of its joints."""
    place = {name: joint for joint, name in enumerate(_CHAIN)} | dict.fromkeys(_HELD, len(_CHAIN) - 1)
    return [(first, second) for first, second in combinations(place, 2) if place[second] - place[first] > JOINTS_APART]
