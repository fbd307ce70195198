"""The network between environment and learner is cut, and heals, as where they run on two machines.

The row runs in a network of its own (`unshare`: root, or user namespaces): the learner sits at the other end of a
cable of two virtual interfaces, one of which is taken down. Nothing of it reaches this machine's networks.
"""

import atexit
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from msaclag.faults.row import Row
from msaclag.faults.stage import LEARNER, Stage

CUT = 5.0
"""s; the learner's lease lasts 2."""
NEAR, FAR = "msaclag0", "msaclag1"
"""The ends of the cable, the environment's and the learner's."""
IN_NETWORK = "MSACLAG_FAULTS_NETWORK"
"""Set where this process has a network of its own."""
_OWN = ["unshare", "--map-root-user", "--net"]


def lacking() -> str:
    """Why the row cannot be run here; empty where it can."""
    try:
        made = subprocess.run(
            [*_OWN, "ip", "link", "add", NEAR, "type", "veth", "peer", "name", FAR], capture_output=True, text=True
        )
    except FileNotFoundError as error:
        return f"{error.filename} is not installed (apt install util-linux iproute2)"
    return f"no network of its own can be had here: {made.stderr.strip()}" if made.returncode else ""


def in_own_network(command: Sequence[str]) -> list[str]:
    """The command in a network that nothing else is on."""
    network = {IN_NETWORK: "1", "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}
    return [*_OWN, "env", *(f"{name}={value}" for name, value in network.items()), *command]


def _prefixes(folder: Path) -> Mapping[str, Sequence[str]]:
    """Lays the cable; the learner's end of it lasts as long as this process."""
    holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
    atexit.register(holder.kill)
    far = f"/proc/{holder.pid}/ns/net"
    while os.readlink(far) == os.readlink("/proc/self/ns/net"):
        time.sleep(0.01)
    inside = ["nsenter", f"--net={far}"]
    for words in (
        f"ip link add {NEAR} type veth peer name {FAR} netns {holder.pid}",
        f"ip address add 10.0.0.1/24 dev {NEAR}",
        f"ip link set {NEAR} up",
        "ip link set lo up",
    ):
        subprocess.run(words.split(), check=True)
    for words in (f"ip address add 10.0.0.2/24 dev {FAR}", f"ip link set {FAR} up", "ip link set lo up"):
        subprocess.run([*inside, *words.split()], check=True)
    return {LEARNER: inside}


def _cut(stage: Stage) -> float:
    struck = time.monotonic()
    subprocess.run(["ip", "link", "set", NEAR, "down"], check=True)
    return struck


def _heal(stage: Stage) -> None:
    subprocess.run(["ip", "link", "set", NEAR, "up"], check=True)


ROWS = (
    Row(
        "network_cut",
        f"network between environment and learner cut for {CUT:g} s",
        _cut,
        _heal,
        told="no action in time: soft stop",
        lasts=CUT,
        prefixes=_prefixes,
        lacking=lacking,
        own_network=True,
    ),
)
