"""The DDS domain that this process will join: checked before anything starts. No ROS import."""

import os

from msaclag_ros.settings import SettingError

HIGHEST_DOMAIN = 232
"""Above it the UDP ports of a domain would exceed 65535."""


def domain_id() -> int:
    """The domain of ROS_DOMAIN_ID, 0 when unset.

    Raises:
        SettingError: it is no whole number from 0 to 232.
    """
    text = os.environ.get("ROS_DOMAIN_ID", "").strip() or "0"
    if not text.isdecimal() or int(text) > HIGHEST_DOMAIN:
        raise SettingError(f"ROS_DOMAIN_ID is '{text}', but takes a whole number from 0 to {HIGHEST_DOMAIN}")
    return int(text)
