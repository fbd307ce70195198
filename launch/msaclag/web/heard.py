"""All that the console knows: the newest of each topic, how old it is, and what became of it. No ROS import."""

from collections import deque
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kinova_pour_env.gen3 import ACTUATED_JOINTS, TOOL
from kinova_pour_env.kinematics import flange_pose
from msaclag.web.curve import Curve
from msaclag.web.episodes import Episode, Episodes
from msaclag.web.surroundings import ENVIRONMENT

WINDOW = 20
"""Episodes that a mean is over, as the learner's own."""
MOTION_WINDOW = 20.0
"""s of the mug's motion that are drawn."""
BRIMMING = 2.0
"""Slosh from which on it does not matter how much: an emptied mug has any."""
STALE = 3.0
"""s after which a topic that tells all the time has fallen silent."""

_JOINTS = [joint.name for joint in ACTUATED_JOINTS]


class Health(NamedTuple):
    """What a node said of itself.

    Attributes:
        level: 0 ok, 1 warning, 2 error, as in diagnostic_msgs.
        message: one line.
        values: figures by name.
        heard: s of the monotonic clock.
    """

    level: int
    message: str
    values: dict[str, str]
    heard: float


class Heard:
    """Gathers messages; `take` is the only way in.

    Attributes:
        newest: message by topic.
        heard_at: s of the monotonic clock, by topic.
        joint_positions: [7] rad, None before the first.
        health: by the node's full name.
        arrivals: how often the environment has come, or come back.
        phase: of a reset under way, empty outside.
        episodes: and their violations.
        tuning: ε, ν, α over transitions learned from.
        results: return, and the means of return, success and violation over the last episodes, over the episodes.
        motion: time, slosh, speed, acceleration and jerk of the mug, of late.
    """

    def __init__(self) -> None:
        """Nothing was heard."""
        self.newest: dict[str, Any] = {}
        self.heard_at: dict[str, float] = {}
        self.joint_positions: NDArray[np.float64] | None = None
        self.health: dict[str, Health] = {}
        self.arrivals = 0
        self.phase = ""
        self.episodes = Episodes()
        self.tuning = Curve(3)
        self.results = Curve(4)
        self.motion: deque[tuple[float, ...]] = deque()
        self._ended = 0
        self._recent: deque[tuple[float, float, float]] = deque(maxlen=WINDOW)

    def take(self, topic: str, message: Any, now: float) -> None:
        """Take in a message.

        Args:
            topic: a name of `topics.DEPTHS`.
            message: the ROS message, or one with the same fields.
            now: s of the monotonic clock.
        """
        getattr(self, f"_on_{topic}")(message, now)
        self.newest[topic], self.heard_at[topic] = message, now

    @property
    def mug_place(self) -> NDArray[np.float64] | None:
        """[3] m, of the mug's middle in the base frame, by the joints: these are told between the episodes too."""
        if self.joint_positions is None:
            return None
        flange = flange_pose(self.joint_positions)
        return np.asarray(flange[:3, 3] + flange[:3, :3] @ TOOL.xyz)

    def age(self, topic: str, now: float) -> float | None:
        """S since the topic told something; None where it never did."""
        return now - self.heard_at[topic] if topic in self.heard_at else None

    def silent(self, now: float) -> bool:
        """Whether nobody has said anything for a while."""
        return all(now - heard > STALE for heard in self.heard_at.values())

    def node(self, name: str) -> Health | None:
        """What the node by this name, in whatever namespace, said last."""
        return next((health for node, health in self.health.items() if node.rsplit("/", 1)[-1] == name), None)

    def _on_joint_states(self, message: Any, now: float) -> None:
        positions = dict(zip(message.name, message.position, strict=False))
        if positions.keys() >= set(_JOINTS):  # others' joints may be told there too
            self.joint_positions = np.array([positions[joint] for joint in _JOINTS])

    def _on_cup_motion(self, message: Any, now: float) -> None:
        lengths = (_length(each) for each in (message.twist.linear, message.acceleration, message.jerk))
        self.motion.append((now, min(message.slosh, BRIMMING), *lengths))
        while now - self.motion[0][0] > MOTION_WINDOW:
            self.motion.popleft()

    def _on_observation(self, message: Any, now: float) -> None:
        self.phase = ""

    def _on_transition(self, message: Any, now: float) -> None:
        self.phase = ""
        ended = self.episodes.stepped(message)
        if ended is not None and ended.steps:
            self._count(ended)

    def _on_safety_violation(self, message: Any, now: float) -> None:
        self.episodes.violated(message, now)

    def _on_learner_status(self, message: Any, now: float) -> None:
        self.tuning.append(message.step, (message.threshold, message.multiplier, message.temperature))

    def _on_diagnostics(self, message: Any, now: float) -> None:
        for status in message.status:
            level = status.level[0] if isinstance(status.level, bytes) else int(status.level)
            values = {pair.key: pair.value for pair in status.values}
            before = self.health.get(status.name)
            if status.name.endswith(f"/{ENVIRONMENT}") and (before is None or now - before.heard > STALE):
                self.arrivals += 1
            self.health[status.name] = Health(level, status.message, values, now)
        place = self.mug_place
        self.episodes.settle(now, None if place is None else tuple(place.tolist()))

    def _on_reset_phase(self, message: Any, now: float) -> None:
        self.phase = message.feedback.phase

    def _count(self, episode: Episode) -> None:
        self._ended += 1
        self._recent.append((episode.total, float(episode.success), float(episode.violated)))
        self.results.append(self._ended, (episode.total, *np.mean(self._recent, axis=0)))


def _triple(vector: Any) -> tuple[float, float, float]:
    return vector.x, vector.y, vector.z


def _length(vector: Any) -> float:
    return float(np.linalg.norm(_triple(vector)))
