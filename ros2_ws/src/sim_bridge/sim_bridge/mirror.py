"""The twin's world without dynamics: it stands as it is told to, and tells how near its bodies are."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pybullet

from kinova_pour_env import gen3
from kinova_pour_env.arm import Contact, Vector
from kinova_pour_env.safety.nearness import Nearness
from kinova_pour_env.scene import Scene
from sim_bridge.approach import Witnesses, distance_gradients
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
        self._queries = [(body, _ANY_LINK, _ANY_LINK) for body in around]
        self._queries += [(arm, links[first], links[second]) for first, second in separable_pairs()]
        moving = [links[name] for name in links if name not in TURNING_IN_PLACE]
        pairs = [(link, body, -1) for body in around for link in moving]
        pairs += [(first, body, second) for body, first, second in self._queries[len(around) :]]
        self._places = {pair: place for place, pair in enumerate(pairs)}
        self.follow(np.array(gen3.HOME))

    def follow(self, joint_positions: Vector) -> None:
        """Stand at joint positions [7] rad."""
        world, targets = self.world, joint_positions[:, np.newaxis].tolist()
        pybullet.resetJointStatesMultiDof(world.arm, world.joints, targets, physicsClientId=world.client)

    def nearest(self, joint_positions: Vector) -> Nearness:
        """The least distance of each two bodies that may touch, no more than `FARTHEST`, where its gradient is 0.

        It is a `kinova_pour_env.safety.nearness.NearestDistance`.

        Args:
            joint_positions: [7] rad.
        """
        self.follow(joint_positions)
        nearest: dict[int, Any] = {}
        for place, point in self._points(FARTHEST):
            if place not in nearest or point[8] < nearest[place][8]:
                nearest[place] = point
        pairs = len(self._places)
        nearness = Nearness(np.full(pairs, FARTHEST), np.zeros((pairs, len(joint_positions))))
        if nearest:
            places, points = list(nearest), nearest.values()
            nearness.distances[places] = [point[8] for point in points]
            nearness.gradients[places] = distance_gradients(joint_positions, self._witnesses(points))
        return nearness

    def distances(self, farthest: float = FARTHEST) -> tuple[Contact, ...]:
        """The pairs of bodies that may touch and are nearer to each other than `farthest` m, the nearest first."""
        points = [point for _, point in self._points(farthest)]
        return tuple(sorted(contacts_of(self.world, points), key=lambda contact: contact.distance))

    def close(self) -> None:
        """Let go of the world."""
        self.world.close()

    def _witnesses(self, points: Iterable[Any]) -> Witnesses:
        arm, joints = self.world.arm, len(self.world.joints)
        moved = [[min(point[3] + 1, joints), min(point[4] + 1, joints) * (point[2] == arm)] for point in points]
        return Witnesses(
            np.array(moved),
            np.array([[point[5], point[6]] for point in points]),
            np.array([point[7] for point in points]),
        )

    def _points(self, farthest: float) -> Iterator[tuple[int, Any]]:
        """PyBullet's closest points, each with the place of its pair among those looked at."""
        arm, client = self.world.arm, self.world.client
        for body, first, second in self._queries:
            for point in pybullet.getClosestPoints(arm, body, farthest, first, second, physicsClientId=client):
                place = self._places.get((point[3], point[2], point[4]))
                if place is not None:
                    yield place, point


def separable_pairs() -> list[tuple[str, str]]:
    """The pairs of the arm's own bodies that can touch each other within the limits of its joints."""
    place = {name: joint for joint, name in enumerate(_CHAIN)} | dict.fromkeys(_HELD, len(_CHAIN) - 1)
    return [(first, second) for first, second in combinations(place, 2) if place[second] - place[first] > JOINTS_APART]
