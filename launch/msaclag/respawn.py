"""What takes the place of a node that ended: one decision for `msaclag up` and the launch files."""

import signal
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from msaclag.graph import NodeDescription, Value
from msaclag.launch_arguments import next_bag
from msaclag.preflight import CHECKPOINT
from msaclag_ros.node_main import FAULT

MOST, WITHIN = 5, 300.0
"""Times that a node is started again within so many s."""
_ASKED_TO_END = (signal.SIGTERM, signal.SIGINT)


class Decision(NamedTuple):
    """How the graph goes on after one of its nodes.

    Attributes:
        successor: to start in its place; None for none.
        message: what is to be said of it.
    """

    successor: NodeDescription | None
    message: str


class Respawn:
    """Decides for the nodes of one graph, and remembers how often each died."""

    def __init__(self) -> None:
        """None has died."""
        self._deaths: dict[str, deque[float]] = {}

    def after(self, node: NodeDescription, code: int, now: float) -> Decision:
        """A node ended.

        Args:
            node: as it was started.
            code: its exit code, negative for a signal.
            now: s of a clock that never goes back.
        """
        ended = _ending(code)
        if not (node.respawn and died(code)):
            return Decision(None, ended)
        deaths = self._deaths.setdefault(node.name, deque(maxlen=MOST))
        if len(deaths) == MOST and now - deaths[0] < WITHIN:
            within = f"{MOST} times within {WITHIN / 60:g} min"
            return Decision(None, f"{ended}; it has been started again {within} and is not any more: see its log")
        deaths.append(now)
        return Decision(successor(node), f"{ended} and is started again")


def died(code: int) -> bool:
    """Whether an exit code (negative: a signal) is that of a fault, not of work done, a wrong use or a wish to end."""
    return code == FAULT or (code < 0 and -code not in _ASKED_TO_END)


def successor(node: NodeDescription) -> NodeDescription:
    """The node that goes on where this one ended: the learner with its run, the recorder with another bag."""
    changed: dict[str, Value] = {}
    if node.name == "learner_node" and _begun(Path(str(node.parameters["run_dir"]))):
        changed = {"resume": True, "checkpoint": "", "demonstrations": ""}
    elif node.name == "recorder_node":
        changed = {"bag_dir": str(next_bag(Path(str(node.parameters["bag_dir"]))))}
    return replace(node, parameters={**node.parameters, **changed})


def _begun(run_dir: Path) -> bool:
    """Whether there is a checkpoint, or soon will be: a training process that still holds the folder is writing one."""
    if (run_dir / CHECKPOINT).exists():
        return True
    if not run_dir.is_dir():
        return False
    lock = FileLock(run_dir / "lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    lock.release()
    return False


def _ending(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}" if code else "is done"
