"""The ROS interface of the graph: each topic's type and quality of service, each service's and action's type.

Names are relative: the namespace of a node decides where they lie.
"""

from typing import Any, NamedTuple

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, HistoryPolicy, LivelinessPolicy, QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from std_srvs.srv import Trigger

from msaclag_msgs.action import ResetEpisode
from msaclag_msgs.msg import CupMotion, LearnerStatus, Observation, PolicyAction, SafetyViolation, Transition
from msaclag_msgs.srv import FetchTransitions

LEASE = Duration(seconds=2)
"""A publisher that has not been heard of for so long is dead: a killed learner frees the environment after it."""

STALE = Duration(seconds=1)
"""An action that has not been read by then is dropped on its way; in simulation its observation is asked again.

There is no deadline beside it: between two episodes none is due for minutes, and in simulation an answer may take as
long as it needs. Whether one is late on an arm is for the environment, which looks in every control period.
"""


class Topic(NamedTuple):
    """A topic of the graph."""

    type: Any
    qos: QoSProfile


def _reliable(
    depth: int, *, latched: bool = False, lease: bool = False, lifespan: Duration | None = None
) -> QoSProfile:
    profile = QoSProfile(
        depth=depth,
        history=HistoryPolicy.KEEP_LAST,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )
    if lease:
        profile.liveliness = LivelinessPolicy.AUTOMATIC
        profile.liveliness_lease_duration = LEASE
    if lifespan is not None:
        profile.lifespan = lifespan
    return profile


def _sensor(depth: int) -> QoSProfile:
    return QoSProfile(
        depth=depth,
        history=HistoryPolicy.KEEP_LAST,
        reliability=ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.VOLATILE,
    )


TOPICS: dict[str, Topic] = {
    "observation": Topic(Observation, _reliable(1, lease=True)),
    "action": Topic(PolicyAction, _reliable(1, lease=True, lifespan=STALE)),
    "transition": Topic(Transition, _reliable(1000)),
    "safety_violation": Topic(SafetyViolation, _reliable(100, latched=True)),
    "cup_motion": Topic(CupMotion, _sensor(200)),
    "reset_phase": Topic(String, _reliable(10, latched=True)),
    "learner_status": Topic(LearnerStatus, _reliable(1, latched=True)),
    "joint_states": Topic(JointState, _sensor(200)),
    "clock": Topic(Clock, _sensor(200)),
    "diagnostics": Topic(DiagnosticArray, _reliable(10)),
}

RESET_ACTION = ("reset_episode", ResetEpisode)

SERVICES: dict[str, Any] = {
    "acknowledge": Trigger,
    "refilled": Trigger,
    "soft_stop": Trigger,
    "emergency_stop": Trigger,
    "save_checkpoint": Trigger,
    "fetch_transitions": FetchTransitions,
}
