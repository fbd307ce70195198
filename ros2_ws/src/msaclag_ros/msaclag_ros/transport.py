"""How the processes of the graph are spoken to: on this machine alone, over UDP, never over Fast DDS' shared memory.

No ROS import.

A process that is killed leaves its port in shared memory. Its successor deletes that and makes another of the same
name, but who wrote to the old one may write on into what is deleted, for ever (Fast DDS 2.14; its issues 5053 and
5469): a learner that was started again asked for episodes, and no answer reached it. Other middlewares don't look at
these variables.
"""

import os
from pathlib import Path

UDP = {
    "FASTDDS_BUILTIN_TRANSPORTS": "UDPv4",
    # ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST: rmw_fastrtps takes its own transports, but keeps a profile's addresses
    "FASTRTPS_DEFAULT_PROFILES_FILE": str(Path(__file__).with_name("fastdds.xml")),
}


def speak_locally() -> None:
    """Of this process and its children, unless the environment says otherwise; before `rclpy.init`."""
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    for name, value in UDP.items():
        os.environ.setdefault(name, value)
