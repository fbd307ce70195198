"""Quality of service in rosbag2's words."""

from collections.abc import Sequence
from typing import Any

import yaml
from rclpy.duration import Duration
from rclpy.qos import QoSProfile


def offered_qos(profiles: Sequence[QoSProfile]) -> str:
    """What the publishers of a topic offer, as YAML."""
    return yaml.safe_dump([_in_words(profile) for profile in profiles], sort_keys=False).strip()


def _in_words(profile: QoSProfile) -> dict[str, Any]:
    return {
        "history": profile.history.short_key,
        "depth": profile.depth,
        "reliability": profile.reliability.short_key,
        "durability": profile.durability.short_key,
        "deadline": _time(profile.deadline),
        "lifespan": _time(profile.lifespan),
        "liveliness": profile.liveliness.short_key,
        "liveliness_lease_duration": _time(profile.liveliness_lease_duration),
        "avoid_ros_namespace_conventions": profile.avoid_ros_namespace_conventions,
    }


def _time(duration: Duration) -> dict[str, int]:
    seconds, nanoseconds = divmod(duration.nanoseconds, 10**9)
    return {"sec": seconds, "nsec": nanoseconds}
